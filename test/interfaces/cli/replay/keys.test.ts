import { expect, test } from "vitest"
import { askedBy, type Asked } from "../../../../src/interfaces/cli/replay/keys.ts"
import { wishOf } from "../../../../src/interfaces/cli/replay/wish.ts"
import type { Key } from "../../../../src/interfaces/cli/repl/talk.ts"
import { KEYS } from "../../../../src/interfaces/view/player/keys.ts"
import { begin, type Player } from "../../../../src/interfaces/view/player/player.ts"
import { STORY, tapeOf } from "../../view/player/tapes.ts"

const SIZE = { columns: 80, rows: 24 }
const PLAYER = begin(tapeOf(STORY))

const key = (text: string, name = text, ctrl = false): Key => ({ text, name, ctrl, meta: false })
const asked = (pressed: Key, player: Player = PLAYER): readonly Asked[] => askedBy(player, pressed, SIZE, () => 7)
const moves = (pressed: Key): unknown => {
  const [first] = asked(pressed)
  return first?.type === "played" && first.played.type === "moved" ? first.played.move : first
}

test("letters and arrows move; a capital goes the other way", () => {
  expect([key("h"), key("", "left"), key("l"), key("", "right")].map(moves)).toEqual([-1, -1, 1, 1].map((by) => ({ type: "events", by })))
  expect([key("k"), key("", "up"), key("j"), key("", "down"), key("", "pageup"), key("", "pagedown")].map(moves)).toEqual(
    [-1, -1, 1, 1, -10, 10].map((by) => ({ type: "lines", by }))
  )
  expect([key("t"), key("T"), key("s"), key("S"), key("x"), key("X"), key("e"), key("E")].map(moves)).toEqual(
    (["turns", "steps", "tools", "errors"] as const).flatMap((of) => [{ type: "landmark", of, by: 1 }, { type: "landmark", of, by: -1 }])
  )
  expect([key("", "home"), key("", "end")].map(moves)).toEqual([1, Number.MAX_SAFE_INTEGER].map((event) => ({ type: "to", event })))
})

test("q and Ctrl-C leave, also while a line is written, but q is then a letter", () => {
  const writing: Player = { ...PLAYER, prompt: { kind: "find", text: "a" } }
  expect(asked(key("q"))).toEqual([{ type: "leave", interrupted: false }])
  expect(asked(key("\u0003", "c", true))).toEqual([{ type: "leave", interrupted: true }])
  expect(asked(key("q"), writing)).toEqual([{ type: "played", played: { type: "typed", text: "q" } }])
  expect(asked(key("\u0003", "c", true), writing)).toEqual([{ type: "leave", interrupted: true }])
})

test("a line is written, mended, thrown away or entered", () => {
  const writing: Player = { ...PLAYER, prompt: { kind: "event", text: "12" } }
  expect(asked(key(":", ""))).toEqual([{ type: "played", played: { type: "promptOpened", kind: "event" } }])
  expect(asked(key("\u007f", "backspace"), writing)).toEqual([{ type: "played", played: { type: "erased" } }])
  expect(asked(key("\u001b", "escape"), writing)).toEqual([{ type: "played", played: { type: "promptClosed" } }])
  expect(asked(key("\r", "return"), writing)).toEqual([{ type: "played", played: { type: "promptClosed" } }, { type: "entered", kind: "event", text: "12" }])
  expect(asked(key("\u001b[A", "up"), writing)).toEqual([])
})

test("the panes have numbers, Tab goes through them, and what is longer than its pane is scrolled", () => {
  expect(asked(key("3"))).toEqual([{ type: "played", played: { type: "paneChosen", pane: "changes" } }])
  expect(asked(key("9"))).toEqual([])
  expect(asked(key("\t", "tab"))).toEqual([{ type: "played", played: { type: "paneTurned", by: 1 } }])
  expect(asked(key("\u001b[Z", "tab"))).toEqual([{ type: "played", played: { type: "paneTurned", by: -1 } }])
  expect(asked(key("J"), { ...PLAYER, pane: "state" })).toEqual([{ type: "played", played: { type: "scrolled", by: 1, max: 7 } }])
  expect(asked(key("\u0004", "d", true), { ...PLAYER, pane: "state" })).toEqual([{ type: "played", played: { type: "scrolled", by: 6, max: 7 } }])
})

test("every key that the help names does something", () => {
  const named = KEYS.flatMap(([keys]) => keys.split(" ")).filter((name) => name.length === 1 && /[^…←→↑↓]/.test(name))
  expect(named.filter((name) => asked(key(name)).length === 0)).toEqual([])
})

test("the flags say where and how it begins, or what is wrong with them", () => {
  expect(wishOf({})).toEqual({ at: null, breaks: [], speed: null })
  expect(wishOf({ at: "12", break: ["state=Error", "n > 5"], play: "4x" })).toEqual({ at: 12, breaks: ["state=Error", "n > 5"], speed: 4 })
  expect(wishOf({ play: "0.5" })).toEqual({ at: null, breaks: [], speed: 0.5 })
  expect([wishOf({ at: "0" }), wishOf({ at: "x" }), wishOf({ play: "fast" }), wishOf({ play: "0" })]).toEqual([
    "--at 0 is no event; give a whole number from 1 on",
    "--at x is no event; give a whole number from 1 on",
    "--play fast is no speed; write it as --play 4x, or --play 0.5x for half of it",
    "--play 0 is no speed; write it as --play 4x, or --play 0.5x for half of it"
  ])
})
