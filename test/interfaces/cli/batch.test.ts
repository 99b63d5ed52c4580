import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { expect, onTestFinished, test } from "vitest"
import { bottomOf } from "../../../src/interfaces/cli/repl/bottom.ts"
import { begin, hear } from "../../../src/interfaces/cli/repl/hear.ts"
import type { Key, Talk, Wanted } from "../../../src/interfaces/cli/repl/talk.ts"
import { paintedLine } from "../../../src/interfaces/view/paint.ts"
import type { Shown } from "../../../src/interfaces/view/shown.ts"
import { makePlace, says } from "../loom.ts"
import { command, completed, gathered, lastState, modelCalls, play, userSays, vetted, type Said } from "../story.ts"
import { hasTmux, openScreen } from "../tmux.ts"

const NOW = 5_000_000
const story: readonly Said[] = [
  userSays("x"),
  gathered,
  modelCalls(0, "shell", { command: "npm test" }),
  modelCalls(1, "shell", { command: "rm \u001b[2Ja" }),
  modelCalls(2, "shell", { command: "echo $(x)" }),
  completed("tool-calls"),
  vetted(command("npm test"), command("rm a"), { changes: true, commands: "unparsed" })
]
const key = (text: string, name = text.toLowerCase()): Key => ({ text: text.length === 1 ? text : "", name, ctrl: false, meta: false })
const text = (shown: readonly Shown[]) => shown.map((one) => (one.type === "line" ? paintedLine(one, { colour: false, columns: 200 }) : one.text)).join("\n")
const shows = (wanted: readonly Wanted[]) => wanted.flatMap((one) => (one.type === "show" ? [text(one.shown)] : [])).join("\n")
const begun = (): readonly [Talk, readonly Wanted[]] => begin(lastState(play(story)), NOW - 60_000, "sandbox: off")
const pressing = (keys: string, from: Talk = { ...begun()[0], keyAt: NOW - 60_000 }): readonly [Talk, readonly Wanted[]] =>
  keys
    .split(" ")
    .reduce<readonly [Talk, readonly Wanted[]]>(
      ([talk], each) => hear(talk, { type: "key", key: key(each), editing: false }, NOW),
      [from, []]
    )
const answersOf = (wanted: readonly Wanted[]) =>
  wanted.map((one) =>
    one.type === "say" && one.said.type === "ApprovalAnswered"
      ? `${one.said.effect}: ${one.said.answer}${one.said.rules === undefined ? "" : ` ${one.said.rules.join(", ")}`}`
      : one.type
  )
const effects = (() => {
  const { stage } = begun()[0]
  return stage.name === "batch" ? stage.batch.asks.map(({ effect }) => effect) : []
})()

test("several calls of one answer are asked about together, each with exactly what will run", () => {
  const [talk, wanted] = begun()
  expect(shows(wanted)).toBe(
    [
      "3 calls ask; each has an answer of its own",
      "1 of 3",
      "allow shell? it runs a command",
      "    $ npm test",
      "2 of 3",
      "allow shell? it runs a command",
      "    $ rm \\x1b[2Ja",
      "3 of 3",
      "allow shell? it runs a command",
      "    $ echo $(x)"
    ].join("\n")
  )
  expect(text(bottomOf(talk, false, 0).lines)).toBe(
    [
      "▸ ?       1 $ npm test",
      "  ?       2 $ rm \\x1b[2Ja",
      "  ?       3 $ echo $(x)",
      "  for 1, this session and always mean: shell(npm test)",
      "  y once  s for this session  a always  n no  v view all  ↑↓ another call  Y yes to the rest  N no to the rest  Enter gives the answers  Esc interrupts"
    ].join("\n")
  )
})

test("each key answers the marked call, and nothing is said before each has an answer and Enter", () => {
  const [n1, n2, n3] = effects
  expect(answersOf(pressing("y n y return")[1])).toEqual([`${n1}: once`, `${n2}: no`, `${n3}: once`])
  expect(answersOf(pressing("s Y return")[1])).toEqual([`${n1}: session shell(npm test)`, `${n2}: once`, `${n3}: once`])
  expect(answersOf(pressing("n Y return")[1])).toEqual([`${n1}: no`, `${n2}: once`, `${n3}: once`])
  expect(answersOf(pressing("N return")[1])).toEqual([`${n1}: no`, `${n2}: no`, `${n3}: no`])
  expect(answersOf(pressing("Y up up n return")[1])).toEqual([`${n1}: no`, `${n2}: once`, `${n3}: once`])
  expect(answersOf(pressing("y n y")[1])).toEqual([])
  expect(shows(pressing("y return")[1])).toBe("2 of 3 calls have no answer yet; Y answers yes to them, N no")
  expect(answersOf(pressing("down down s Y return")[1])).toEqual([`${n1}: once`, `${n2}: once`, `${n3}: once`])
  expect(pressing("escape")[1]).toEqual([{ type: "say", said: { type: "InterruptRequested" } }])
})

test("always shows the rules of all such calls, and only a second yes writes them", () => {
  const [confirming, wanted] = pressing("a a y return")
  expect(shows(wanted)).toBe("always: these rules would be written to your config.toml and hold in every folder\n    shell(npm test)\n    shell(rm a)")
  expect(bottomOf(confirming, false, 0).prompt).toBe("write them? y or n ")
  expect(pressing("y", confirming)[1][0]).toEqual({ type: "remember", rules: ["shell(npm test)", "shell(rm a)"] })
  expect(answersOf(pressing("y", confirming)[1])).toEqual(["remember", `${effects[0]}: always shell(npm test)`, `${effects[1]}: always shell(rm a)`, `${effects[2]}: once`])
  const [back, nothing] = pressing("n", confirming)
  expect([nothing, answersOf(pressing("return", back)[1])]).toEqual([[], ["show"]])
})

test("while the answers arrive one by one nothing is asked again, and no key answers anything", () => {
  const [talk] = pressing("y n y return")
  const recorded = play([...story, { type: "ApprovalAnswered", answer: "once", effect: effects[0]! }, { type: "ApprovalAnswered", answer: "no", effect: effects[1]! }])
  const [between, shown] = hear(talk, { type: "recorded", recorded: recorded.at(-1)! }, NOW)
  expect([between.stage, shows(shown)]).toEqual([talk.stage, expect.not.stringContaining("allow")])
  expect(pressing("y", between)[1]).toEqual([])
})

test("keys of a person who was typing when the questions came answer nothing", () => {
  const before: Talk = { ...begin(lastState(play(story.slice(0, -1))), NOW - 60_000, "sandbox: off")[0], keyAt: NOW - 50 }
  const [talk] = hear(before, { type: "recorded", recorded: play(story).at(-1)! }, NOW)
  const [after] = hear(talk, { type: "key", key: key("Y"), editing: false }, NOW + 100)
  expect(after.stage).toEqual(talk.stage)
  expect(hear(talk, { type: "paste", text: "Y", line: "" }, NOW)).toEqual([talk, []])
})

test.skipIf(!hasTmux)("on a terminal three calls are answered together: yes, no and always", async () => {
  const place = makePlace()
  const touch = (name: string) => ({ type: "tool-call" as const, name: "shell", arguments: { command: `touch ${name}` } })
  const screen = openScreen(place, ["--model", place.script({ blocks: [touch("one"), touch("two"), touch("three")] }, says("So it is."))], { columns: 120 })
  onTestFinished(screen.close)
  await screen.until("% of window")
  screen.type("make three")
  screen.press("Enter")
  await screen.until("Enter gives the answers")
  // A person who just typed needs a pause to have meant the question.
  await setTimeout(700)
  screen.type("yna")
  await screen.until(/▸ always {2}3 \$ touch three/)
  screen.press("Enter")
  await screen.until("write them? y or n")
  screen.press("y")
  await screen.until("So it is.")
  expect(["one", "two", "three"].map((name) => existsSync(join(place.root, name)))).toEqual([true, false, true])
  expect(readFileSync(join(place.home, "config.toml"), "utf8")).toBe('allow = ["shell(touch three)"]\n')
}, 60_000)
