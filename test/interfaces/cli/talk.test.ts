import { expect, test } from "vitest"
import { bottomOf } from "../../../src/interfaces/cli/repl/bottom.ts"
import { begin, hear } from "../../../src/interfaces/cli/repl/hear.ts"
import { talkFrom, type Key, type Talk, type Wanted } from "../../../src/interfaces/cli/repl/talk.ts"
import { paintedLine } from "../../../src/interfaces/view/paint.ts"
import type { Shown } from "../../../src/interfaces/view/shown.ts"
import { command, completed, gathered, lastState, modelCalls, play, userSays, vetted, type Said } from "../story.ts"

const NOW = 5_000_000
const key = (name: string, more: Partial<Key> = {}): Key => ({ text: name.length === 1 ? name : "", name, ctrl: false, meta: false, ...more })
const CTRL_C = key("c", { ctrl: true, text: "\u0003" })

const talkAfter = (said: readonly Said[]): Talk => ({ ...begin(lastState(play(said)), NOW - 60_000, "sandbox: off")[0], keyAt: NOW - 60_000 })
const press = (talk: Talk, pressed: Key, editing = false, now = NOW) => hear(talk, { type: "key", key: pressed, editing }, now)
const says = (wanted: readonly Wanted[]) => wanted.flatMap((one) => (one.type === "say" ? [one.said] : []))
const shownText = (shown: readonly Shown[]) => shown.map((one) => (one.type === "line" ? paintedLine(one, { colour: false, columns: 200 }) : one.text)).join("\n")
const shows = (wanted: readonly Wanted[]) => wanted.flatMap((one) => (one.type === "show" ? [shownText(one.shown)] : []))

const idle = talkFrom(lastState(play([{ type: "SettingsChanged" }])), "sandbox: off")
const busy = talkAfter([userSays("x"), gathered])
const asking = talkAfter([userSays("x"), gathered, modelCalls(0, "shell", { command: "npm test" }), completed("tool-calls"), vetted(command("npm test"))])
const asked = asking.stage.name === "approval" ? asking.stage.asked : null

test("a finished line is a message; one that ends in a backslash goes on", () => {
  const [first, nothing] = hear(idle, { type: "line", text: "one \\" }, NOW)
  expect(nothing).toEqual([])
  const [after, wanted] = hear(first, { type: "line", text: "two" }, NOW)
  expect(says(wanted)).toEqual([{ type: "UserInput", parts: [{ type: "text", text: "one \ntwo" }] }])
  expect(after.pending).toEqual([])
  expect(hear(idle, { type: "line", text: "  " }, NOW)[1]).toEqual([])
})

test("a line that begins with / is a word to Loom; a slip names the nearest; a path is a message", () => {
  expect(hear(idle, { type: "line", text: "/mode plan" }, NOW)[1]).toEqual([{ type: "slash", name: "mode", rest: "plan" }])
  expect(hear(idle, { type: "line", text: "/exit" }, NOW)[1]).toEqual([{ type: "slash", name: "quit", rest: "" }])
  expect(shows(hear(idle, { type: "line", text: "/modle x" }, NOW)[1])).toEqual([
    "/modle is not known; did you mean /mode? a line that begins with a blank goes to the model as it is"
  ])
  expect(shows(hear(idle, { type: "line", text: "/constructor" }, NOW)[1])).toEqual([expect.stringContaining("/constructor is not known")])
  expect(says(hear(idle, { type: "line", text: "/etc/hosts is wrong" }, NOW)[1])).toHaveLength(1)
  expect(says(hear(idle, { type: "line", text: " /help" }, NOW)[1])).toHaveLength(1)
})

test("one key answers a question", () => {
  expect(asked?.rules).toEqual(["shell(npm test)"])
  const effect = asked!.effect
  expect(says(press(asking, key("y"))[1])).toEqual([{ type: "ApprovalAnswered", effect, answer: "once" }])
  expect(says(press(asking, key("s"))[1])).toEqual([{ type: "ApprovalAnswered", effect, answer: "session", rules: ["shell(npm test)"] }])
  expect(says(press(asking, key("escape"))[1])).toEqual([{ type: "InterruptRequested" }])
  expect(press(asking, key("return"))[1]).toEqual([])
  expect(press(asking, key("x"))[1]).toEqual([])
})

test("always shows the rules first, and writes them only after a second yes", () => {
  const [confirming, shown] = press(asking, key("a"))
  expect(confirming.stage.name).toBe("always")
  expect(shows(shown)).toEqual(["always: these rules would be written to your config.toml and hold in every folder\n    shell(npm test)"])
  expect(press(confirming, key("y"))[1]).toEqual([
    { type: "remember", rules: ["shell(npm test)"] },
    { type: "say", said: { type: "ApprovalAnswered", effect: asked!.effect, answer: "always", rules: ["shell(npm test)"] } }
  ])
  for (const other of ["n", "return", "x", "escape", "a"]) {
    const [back, nothing] = press(confirming, key(other))
    expect([back.stage.name, nothing], other).toEqual(["approval", []])
  }
})

test("a no asks why, and the model is told", () => {
  const [why] = press(asking, key("n"))
  expect(why.stage.name).toBe("reason")
  expect(bottomOf(why, false).prompt).toBe("why? ")
  expect(says(hear(why, { type: "line", text: "too slow" }, NOW)[1])).toEqual([{ type: "ApprovalAnswered", effect: asked!.effect, answer: "no", words: "too slow" }])
  expect(says(hear(why, { type: "line", text: "" }, NOW)[1])).toEqual([{ type: "ApprovalAnswered", effect: asked!.effect, answer: "no" }])
  expect(press(why, key("escape"))[0].stage.name).toBe("approval")
})

test("a person who was typing when the question came does not answer it by accident", () => {
  const before = { ...talkAfter([userSays("x"), gathered, modelCalls(0, "shell", { command: "npm test" }), completed("tool-calls")]), keyAt: NOW - 50 }
  const recorded = play([userSays("x"), gathered, modelCalls(0, "shell", { command: "npm test" }), completed("tool-calls"), vetted(command("npm test"))]).at(-1)!
  const [talk] = hear(before, { type: "recorded", recorded }, NOW)
  const [typing, ignored] = press(talk, key("y"), false, NOW + 100)
  expect(ignored).toEqual([])
  expect(says(press(typing, key("y"), false, NOW + 300)[1])).toEqual([])
  expect(says(press(typing, key("y"), false, NOW + 2000)[1])).toHaveLength(1)
})

test("what stands in the line is finished before a question is answered", () => {
  expect(press(asking, key("y"), true)[1]).toEqual([{ type: "edit", key: key("y") }])
  expect(shownText(bottomOf(asking, true).lines)).toBe("a question waits: Enter sends your line first, Ctrl-U clears it")
  expect(says(hear(asking, { type: "line", text: "and this" }, NOW)[1])).toEqual([{ type: "UserInput", parts: [{ type: "text", text: "and this" }] }])
})

test("nothing that is pasted answers a question, and its lines wait to be sent", () => {
  expect(hear(asking, { type: "paste", text: "y", line: "" }, NOW)).toEqual([asking, []])
  const [talk, wanted] = hear(idle, { type: "paste", text: "two\r\nthree\u001b[2J\n/quit", line: "one " }, NOW)
  expect([talk.pending, wanted]).toEqual([["one two", "three[2J"], [{ type: "fill", text: "/quit" }]])
  expect(says(hear(talk, { type: "line", text: "/quit" }, NOW)[1])).toEqual([{ type: "UserInput", parts: [{ type: "text", text: "one two\nthree[2J\n/quit" }] }])
  expect(hear(idle, { type: "paste", text: "word", line: "a " }, NOW)[1]).toEqual([{ type: "insert", text: "word" }])
})

test("Esc takes back what is queued, and interrupts where nothing is", () => {
  const queued = talkAfter([userSays("x"), gathered, userSays("wait\nfor me")])
  expect(press(queued, key("escape"))[1]).toEqual([
    { type: "say", said: { type: "InputTakenBack" } },
    { type: "fill", text: "wait\\nfor me" }
  ])
  expect(says(press(busy, key("escape"))[1])).toEqual([{ type: "InterruptRequested" }])
  expect(press(idle, key("escape"))[1]).toEqual([])
})

test("Ctrl-C interrupts, clears the line, and twice leaves", () => {
  const [armed, wanted] = press(busy, CTRL_C)
  expect(says(wanted)).toEqual([{ type: "InterruptRequested" }])
  expect(press(armed, CTRL_C, false, NOW + 500)[1]).toEqual([{ type: "leave", code: 130 }])
  expect(says(press(armed, CTRL_C, false, NOW + 5000)[1])).toEqual([{ type: "InterruptRequested" }])
  expect(press(idle, CTRL_C, true)[1]).toEqual([{ type: "fill", text: "" }])
  const [once, told] = press(idle, CTRL_C)
  expect(shows(told)).toEqual(["Ctrl-C again leaves; the session is kept"])
  expect(press(once, CTRL_C, false, NOW + 100)[1]).toEqual([{ type: "leave", code: 130 }])
})

test("Ctrl-D leaves an empty prompt, and never a line or work that is under way", () => {
  const ctrlD = key("d", { ctrl: true, text: "\u0004" })
  expect(press(idle, ctrlD)[1]).toEqual([{ type: "leave", code: 0 }])
  expect(press(idle, ctrlD, true)[1]).toEqual([{ type: "edit", key: ctrlD }])
  expect(press(busy, ctrlD)[1].map((one) => one.type)).toEqual(["show"])
})

test("a question of the model is answered with a number or with words", () => {
  const question = { text: "Which?", options: ["red", "blue"] }
  const talk = talkAfter([userSays("x"), gathered, modelCalls(0, "ask_user", { question: "Which?" }), completed("tool-calls"), vetted({ question })])
  expect(talk.stage.name).toBe("answer")
  const words = (text: string) => says(hear(talk, { type: "line", text }, NOW)[1]).map((said) => ("words" in said ? said.words : null))
  expect([words("2"), words("3"), words("green"), words("")]).toEqual([["blue"], ["3"], ["green"], []])
})

test("a session that is taken up with an open question asks it again", () => {
  const [talk, wanted] = begin(asking.state, NOW, "sandbox: off")
  expect([talk.stage.name, shows(wanted)]).toEqual(["approval", ["allow shell? it runs a command\n    $ npm test"]])
})

test("the line under the output says what holds, or what is being done", () => {
  expect(shownText(bottomOf(idle, false).lines)).toBe("scripted:x · default · 0 % of window · $0.00 · sandbox: off · 20260101-000000-abcd")
  expect(shownText(bottomOf(idle, false, 2).lines)).toBe("scripted:x · default · 0 % of window · $0.00 · sandbox: off · 2 in the background · 20260101-000000-abcd")
  expect(shownText(bottomOf(busy, false).lines)).toBe("· scripted:x answers · Esc interrupts")
})
