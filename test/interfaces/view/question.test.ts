import { expect, test } from "vitest"
import { askedLines, keyLines, questionLines } from "../../../src/interfaces/view/question.ts"
import { paintedLine } from "../../../src/interfaces/view/paint.ts"
import type { Shown } from "../../../src/interfaces/view/shown.ts"
import type { Asked } from "../../../src/interfaces/cli/repl/talk.ts"

const asked = (name: string, given: unknown, rules: readonly string[] = []): Asked => ({
  type: "RequestApproval",
  effect: 5,
  call: { type: "tool-call", id: "call_1", name, arguments: typeof given === "string" ? given : JSON.stringify(given) },
  reason: "it runs a command",
  rules,
  question: null
})

const text = (shown: readonly Shown[]): string => shown.map((one) => (one.type === "line" ? paintedLine(one, { colour: false, columns: 20 }) : "")).join("\n")

test("a command is shown whole, line by line, with everything that came with it", () => {
  expect(text(questionLines(asked("shell", { command: "echo one\nrm -rf build  # and a comment that is longer than the screen", timeout_ms: 5 })))).toBe(
    ["allow shell? it runs a command", "    $ echo one", "    rm -rf build  # and a comment that is longer than the screen", "    timeout_ms: 5"].join("\n")
  )
})

test("no command or file name can repaint the question", () => {
  const evil = text(questionLines(asked("shell", { command: "ls \u001b[2K\u001b[1A\r$ harmless\u202e\u200b\u0007", "\u001b[8m": "\u009b0m" })))
  expect(evil).toBe(["allow shell? it runs a command", "    $ ls \\x1b[2K\\x1b[1A\\r$ harmless\\u{202e}\\u{200b}\\x07", "    \\x1b[8m: \\x9b0m"].join("\n"))
  expect(evil).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test("an edit is shown as what goes and what comes; a write with all of its content", () => {
  expect(text(questionLines(asked("file_edit", { path: "a.ts", edits: [{ old: "x\ny", new: "z", all: true }] })))).toBe(
    ["allow file_edit? it runs a command", "    a.ts", "    everywhere in the file:", "    - x", "    - y", "    + z"].join("\n")
  )
  expect(text(questionLines(asked("file_write", { path: "b.ts", content: "one\ntwo" })))).toBe(
    ["allow file_write? it runs a command", "    b.ts", "    + one", "    + two"].join("\n")
  )
})

test("a patch is shown line by line", () => {
  expect(text(questionLines(asked("apply_patch", { patch: "*** Begin Patch\n*** Update File: a.ts\n@@\n-x\n+y\n*** End Patch" })))).toBe(
    ["allow apply_patch? it runs a command", "    *** Begin Patch", "    *** Update File: a.ts", "    @@", "    -x", "    +y", "    *** End Patch"].join("\n")
  )
})

test("arguments that are not what the tool expects are shown as they came", () => {
  expect(text(questionLines(asked("shell", "{\"command\": \"x\"")))).toContain("    {\"command\": \"x\"")
  expect(text(questionLines(asked("file_edit", { path: "a", edits: [{ old: "x", new: "y", secretly: 1 }] })))).toContain('edits: [{"old":"x","new":"y","secretly":1}]')
})

test("a long text is shown in part and says so, and whole on demand", () => {
  const long = asked("file_write", { path: "b.ts", content: Array.from({ length: 100 }, (_, n) => `line ${n}`).join("\n") })
  expect(text(questionLines(long))).toContain("    … 60 more lines")
  expect(text(questionLines(long, true))).toContain("    + line 99")
  expect(text(keyLines(long))).toContain("v view all")
})

test("what only a person can allow each time offers no rule", () => {
  expect(text(keyLines(asked("shell", { command: "x" })))).toBe("  y once  n no, and say why  Esc interrupts")
  expect(text(keyLines(asked("shell", { command: "npm test" }, ["shell(npm test)"])))).toBe(
    ["  for this session and always mean: shell(npm test)", "  y once  s for this session  a always  n no, and say why  Esc interrupts"].join("\n")
  )
})

test("a question of the model comes with its options numbered", () => {
  expect(text(askedLines({ ...asked("ask_user", {}), question: { text: "Which?\u001b[0m", options: ["red", "blue"] } }))).toBe(
    ["the model asks: Which?\\x1b[0m", "  1 red", "  2 blue"].join("\n")
  )
})
