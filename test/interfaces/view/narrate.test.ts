import { expect, test } from "vitest"
import { countedWords } from "../../../src/interfaces/view/money.ts"
import { printer } from "../../../src/interfaces/view/printer.ts"
import { aside, span } from "../../../src/interfaces/view/shown.ts"
import { command, completed, gathered, modelCalls, modelSays, modelThinks, OPENED, play, told, toolEnds, userSays, vetted, type Said } from "../story.ts"

const asked: readonly Said[] = [userSays("mend it"), gathered]

test("a turn is told as it happens: words, thinking, calls with what became of them", () => {
  const story = play([
    ...asked,
    modelThinks("Hm. "),
    modelThinks("A test."),
    modelSays("I look "),
    modelSays("first."),
    modelCalls(0, "file_read", { path: "src/a.ts", offset: 3 }),
    completed("tool-calls"),
    vetted({}),
    toolEnds("3\tline"),
    modelSays("Done.\n"),
    completed()
  ])
  expect(told(story)).toBe(["› mend it", "Hm. A test.", "I look first.", "✓ read src/a.ts from line 3  ok  120 ms", "Done.", ""].join("\n"))
})

test("counts of the machine have commas; the words of others stay as they are", () => {
  expect(
    [
      "about 12345 tokens of the window are free again: 1002 messages left it, nothing of them is lost",
      "the token budget of 200000 is used up; raise it to go on",
      "hook: 12345 tokens"
    ].map(countedWords)
  ).toEqual([
    "about 12,345 tokens of the window are free again: 1,002 messages left it, nothing of them is lost",
    "the token budget of 200,000 is used up; raise it to go on",
    "hook: 12345 tokens"
  ])
  const reports = ["the token budget of 1000 is used up; raise it to go on"]
  expect(told(play([userSays("mend it"), { ...gathered, reports } as Said]))).toBe("› mend it\nthe token budget of 1,000 is used up; raise it to go on\n")
})

test("a command tells its exit code and the end of what it printed", () => {
  const output = Array.from({ length: 9 }, (_, index) => `line ${index + 1}`).join("\n")
  const story = play([
    ...asked,
    modelCalls(0, "shell", { command: "npm test" }),
    completed("tool-calls"),
    vetted(command("npm test")),
    { type: "ApprovalAnswered", answer: "once" },
    toolEnds(`exit code 1\n${output}`, "error", 1500)
  ])
  expect(told(story)).toBe(
    ["› mend it", "✗ $ npm test  exit code 1  1.5 s", "    … 3 lines before", ...[4, 5, 6, 7, 8, 9].map((n) => `    line ${n}`), ""].join("\n")
  )
})

test("an edit shows its diff", () => {
  const diff = "edited a.ts: 1 edit\n--- a.ts\n+++ a.ts\n@@ -1,2 +1,2 @@\n same\n-old\n+new"
  const story = play([
    ...asked,
    modelCalls(0, "file_edit", { path: "a.ts", edits: [{ old: "old", new: "new" }] }),
    completed("tool-calls"),
    vetted({ changes: true, paths: [{ path: "a.ts", access: "write", inside: true }] }),
    { type: "ApprovalAnswered", answer: "session" },
    toolEnds(diff)
  ])
  expect(told(story)).toBe(["› mend it", "✓ edit a.ts  ok  120 ms", "    @@ -1,2 +1,2 @@", "     same", "    -old", "    +new", ""].join("\n"))
})

test("what is denied, invalid or refused by a person is told with the reason, also where the batch is over at once", () => {
  const rules = [{ decision: "deny" as const, rule: "file_read(.env)", source: "flag" }]
  const story = play(
    [
      ...asked,
      modelCalls(0, "file_read", { path: ".env" }),
      modelCalls(1, "file_read", "{broken"),
      modelCalls(2, "shell", { command: "rm x" }),
      completed("tool-calls"),
      vetted({ paths: [{ path: ".env", access: "read", inside: true }] }, { invalid: "the arguments are no JSON" }, command("rm x")),
      { type: "ApprovalAnswered", answer: "no", words: "keep it" }
    ],
    { ...OPENED, rules }
  )
  expect(told(story)).toBe(
    [
      "› mend it",
      "⊘ read .env  denied",
      "    denied: the rule file_read(.env) (flag) denies it",
      "✗ file_read {broken  invalid",
      "    invalid call: the arguments are no JSON",
      "⊘ $ rm x  no: keep it",
      ""
    ].join("\n")
  )
  const alone = play([...asked, modelCalls(0, "file_read", "{"), completed("tool-calls"), vetted({ invalid: "no JSON" })])
  expect(told(alone)).toContain("✗ file_read {  invalid\n    invalid call: no JSON\n")
})

test("an interrupt names the call that it broke off", () => {
  const story = play([
    ...asked,
    modelCalls(0, "shell", { command: "sleep 9" }),
    completed("tool-calls"),
    vetted(command("sleep 9")),
    { type: "ApprovalAnswered", answer: "once" },
    { type: "InterruptRequested", afterMs: 2000 }
  ])
  expect(told(story)).toBe(["› mend it", "■ $ sleep 9  interrupted  2.0 s", "interrupted", ""].join("\n"))
})

test("what is typed while it works is shown as queued, and can be taken back", () => {
  const story = play([...asked, userSays("and\nthis"), { type: "InputTakenBack" }])
  expect(told(story)).toBe(["› mend it", "queued › and\\nthis", "the newest queued message is taken back", ""].join("\n"))
})

test("what is typed while an answer streams comes when the line that streams is whole, and is said where the model hears it", () => {
  const story = play([...asked, modelSays("one tw"), userSays("shorter"), modelSays("o three\nfour"), modelSays(" five"), completed(), gathered, modelSays("I heard.")])
  expect(told(story)).toBe(["› mend it", "one two three", "queued › shorter", "four five", "› shorter", "I heard.", ""].join("\n"))
  const interrupted = play([...asked, modelSays("one tw"), userSays("shorter"), { type: "InterruptRequested" }, gathered, modelSays("I heard.")])
  expect(told(interrupted)).toBe(["› mend it", "one tw", "queued › shorter", "interrupted", "› shorter", "I heard.", ""].join("\n"))
})

test("where no line ends, what is said aside waits a second, and then for the end of a word", () => {
  let [text, now] = ["", 0]
  const { show, endLine } = printer((piece) => void (text += piece), () => ({ colour: false, columns: null }), () => now)
  const stream = (piece: string): void => show([{ type: "stream", tone: "plain", text: piece }])
  stream("one tw")
  show([aside(span("plain", "(aside)"))])
  stream("o thr")
  now = 1000
  stream("ee")
  stream("e four ")
  stream("five")
  endLine()
  expect(text).toBe("one two threee\n(aside)\nfour five\n")
})

test("a failure says what went wrong and when it is tried again; a final one only what went wrong", () => {
  const failed: Said = { type: "LlmFailed", failure: "rate-limited", message: "too many requests", retryAfterMs: 40_000 }
  const story = told(play([...asked, modelSays("I beg"), failed]))
  expect(story).toMatch(/^› mend it\nI beg\ntoo many requests\nit is tried again in 4\d\.\d s\n$/)
  expect(told(play([...asked, { type: "LlmFailed", failure: "permanent", message: "bad key" }]))).toBe("› mend it\nbad key\n")
})

test("an answer cut short and a refusal are never told as whole answers", () => {
  expect(told(play([...asked, modelSays("and so"), completed("max-tokens")]))).toBe(
    "› mend it\nand so\nthe answer reached its token limit and is cut short\n/continue asks for the rest\n"
  )
  expect(told(play([...asked, completed("refusal")]))).toBe("› mend it\nthe model refused to answer\n")
})

test("what has no meaning now is said, and a late answer is not", () => {
  expect(told(play([{ type: "InputTakenBack" }]))).toBe("this has no meaning now: the person takes back the newest queued message\n")
  expect(told(play([{ type: "LlmTextDelta", text: "ghost", effect: 99 }]))).toBe("")
})

test("empty lines before an answer are left out, those within it are not", () => {
  expect(told(play([...asked, modelThinks("Hm."), modelSays("\n\nFirst.\n"), modelSays("\nSecond.")]))).toBe("› mend it\nHm.\nFirst.\n\nSecond.\n")
})

test("what the model says cannot repaint the screen", () => {
  expect(told(play([...asked, modelSays("\u001b[1A\u001b[2Kallow? y")]))).toBe("› mend it\n\\x1b[1A\\x1b[2Kallow? y\n")
})

test("lines are cut where the terminal ends; answers are not", () => {
  const story = play([
    ...asked,
    modelSays("a long answer that goes on"),
    modelCalls(0, "file_read", { path: "漢字/very/long/path/to.ts" }),
    completed("tool-calls"),
    vetted({}),
    toolEnds("x")
  ])
  expect(told(story, 20)).toBe(["› mend it", "a long answer that goes on", "✓ read 漢字/very/lo…", ""].join("\n"))
})
