import type { LandmarkName } from "../../view/player/landmarks.ts"
import { layoutOf, type Size } from "../../view/player/layout.ts"
import type { Move } from "../../view/player/move.ts"
import { PANES, type Played, type Player, type PromptKind } from "../../view/player/player.ts"
import type { Key } from "../repl/talk.ts"

/** What a key asks for: something of the player, a line that was written to its end, or to leave. */
export type Asked =
  | { readonly type: "played"; readonly played: Played }
  | { readonly type: "entered"; readonly kind: PromptKind; readonly text: string }
  | { readonly type: "leave"; readonly interrupted: boolean }

/** What a key means now. `scrollMax`: how far the pane can be scrolled. */
export const askedBy = (player: Player, key: Key, size: Size, scrollMax: () => number): readonly Asked[] => {
  if (key.ctrl && key.name === "c") return [{ type: "leave", interrupted: true }]
  if (player.prompt !== null) return askedOfPrompt(player.prompt, key)
  if (player.help)
    return isOneOf(key, ["q", "?"], ["escape", "return"]) ? [played({ type: "helpTurned" })] : askedOfPlayer(player, key, size, scrollMax)
  return askedOfPlayer(player, key, size, scrollMax)
}

const played = (one: Played): Asked => ({ type: "played", played: one })

const isOneOf = ({ text, name }: Key, texts: readonly string[], names: readonly string[]): boolean => texts.includes(text) || names.includes(name)

// ── while a line is written ──────────────────────────────────────────────────────────────────────────────────────

const askedOfPrompt = ({ kind, text }: NonNullable<Player["prompt"]>, key: Key): readonly Asked[] => {
  switch (key.name) {
    case "escape":
      return [played({ type: "promptClosed" })]
    case "backspace":
      return [played({ type: "erased" })]
    case "return":
    case "enter":
      return [played({ type: "promptClosed" }), ...(text.trim() === "" ? [] : [{ type: "entered", kind, text } as const])]
    default:
      return key.ctrl || key.meta || !isPrintable(key.text) ? [] : [played({ type: "typed", text: key.text })]
  }
}

const isPrintable = (text: string): boolean => text !== "" && !/[\u0000-\u001f\u007f]/.test(text)

// ── while one looks ──────────────────────────────────────────────────────────────────────────────────────────────

const askedOfPlayer = (player: Player, key: Key, size: Size, scrollMax: () => number): readonly Asked[] => {
  const { storyRows, paneRows } = layoutOf(player, size)
  const scroll = (by: number): readonly Asked[] => [played({ type: "scrolled", by, max: scrollMax() })]
  const move = (to: Move): readonly Asked[] => [played({ type: "moved", move: to })]
  if (key.ctrl) return key.name === "d" ? scroll(paneRows >> 1) : key.name === "u" ? scroll(-(paneRows >> 1)) : []
  switch (key.name) {
    case "left":
      return move({ type: "events", by: -1 })
    case "right":
      return move({ type: "events", by: 1 })
    case "up":
      return move({ type: "lines", by: -1 })
    case "down":
      return move({ type: "lines", by: 1 })
    case "pageup":
      return move({ type: "lines", by: -pageOf(storyRows) })
    case "pagedown":
      return move({ type: "lines", by: pageOf(storyRows) })
    case "home":
      return move({ type: "to", event: 1 })
    case "end":
      return move({ type: "to", event: Number.MAX_SAFE_INTEGER })
    case "tab":
      return [played({ type: "paneTurned", by: key.text === SHIFT_TAB ? -1 : 1 })]
    default:
      return player.seeking !== null ? move({ type: "events", by: 0 }) : (askedByLetter(key.text) ?? scrolledBy(key.text, scroll))
  }
}

const SHIFT_TAB = "\u001b[Z"

/** A line of the story often takes more than one row. */
const pageOf = (rows: number): number => Math.max(5, rows >> 1)

const scrolledBy = (text: string, scroll: (by: number) => readonly Asked[]): readonly Asked[] =>
  text === "J" ? scroll(1) : text === "K" ? scroll(-1) : []

const MOVES: Readonly<Record<string, Move>> = {
  h: { type: "events", by: -1 },
  l: { type: "events", by: 1 },
  k: { type: "lines", by: -1 },
  j: { type: "lines", by: 1 }
}

const LANDMARKS: Readonly<Record<string, LandmarkName>> = { t: "turns", s: "steps", x: "tools", e: "errors" }

const OTHERS: Readonly<Record<string, Played>> = {
  ":": { type: "promptOpened", kind: "event" },
  g: { type: "promptOpened", kind: "event" },
  "/": { type: "promptOpened", kind: "find" },
  "\\": { type: "promptOpened", kind: "find-back" },
  b: { type: "promptOpened", kind: "break" },
  B: { type: "breakpointsCleared" },
  n: { type: "searchedAgain", back: false },
  N: { type: "searchedAgain", back: true },
  c: { type: "seekBegun", by: 1 },
  C: { type: "seekBegun", by: -1 },
  p: { type: "playTurned" },
  " ": { type: "playTurned" },
  "+": { type: "speedChanged", factor: 2 },
  "-": { type: "speedChanged", factor: 0.5 },
  m: { type: "marked" },
  r: { type: "exactTurned" },
  "?": { type: "helpTurned" }
}

const askedByLetter = (text: string): readonly Asked[] | null => {
  if (text === "q") return [{ type: "leave", interrupted: false }]
  const move = ofKey(MOVES, text)
  if (move !== null) return [played({ type: "moved", move })]
  const landmark = ofKey(LANDMARKS, text.toLowerCase())
  if (landmark !== null) return [played({ type: "moved", move: { type: "landmark", of: landmark, by: text === text.toLowerCase() ? 1 : -1 } })]
  const pane = /^[1-9]$/.test(text) ? PANES[Number(text) - 1] : undefined
  if (pane !== undefined) return [played({ type: "paneChosen", pane })]
  const other = ofKey(OTHERS, text)
  return other === null ? null : [played(other)]
}

const ofKey = <T>(map: Readonly<Record<string, T>>, key: string): T | null => (Object.hasOwn(map, key) ? (map[key] as T) : null)
