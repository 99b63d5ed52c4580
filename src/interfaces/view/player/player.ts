import type { FileDifference } from "../../../runtime/replay/file-differences.ts"
import { createStore } from "../store.ts"
import type { Breakpoint } from "./breakpoint.ts"
import { moved, type Move } from "./move.ts"
import { found, type Search } from "./search.ts"
import type { Tape } from "./tape.ts"

/** What a pane may show beside the story, in the order of their number keys. */
export const PANES = ["story", "state", "changes", "event", "actions", "request", "files"] as const
export type Pane = (typeof PANES)[number]

/** What is asked for in the bottom line. */
export type PromptKind = "event" | "find" | "find-back" | "break"

/** What a person looks at in a log, and how. */
export interface Player {
  /** The number of the event, from 1. */
  readonly position: number
  readonly pane: Pane
  /** The first line of the pane that is shown. */
  readonly scroll: number
  /** The event that the state is compared with; `null`: the one before. */
  readonly mark: number | null
  readonly breakpoints: readonly Breakpoint[]
  readonly search: Search | null
  readonly prompt: { readonly kind: PromptKind; readonly text: string } | null
  readonly help: boolean
  /** Whether the request is shown byte by byte. */
  readonly exact: boolean
  readonly playing: boolean
  /** How many times faster than it was. */
  readonly speed: number
  /** How far a run to the next breakpoint has looked; `null` where none is under way. */
  readonly seeking: { readonly at: number; readonly by: 1 | -1 } | null
  /** What is to be said, until the next key. */
  readonly message: string
  /** What the checkpoints around a step differ in, by their two names. */
  readonly filesByTrees: Readonly<Record<string, FilesShown>>
}

export type FilesShown =
  | { readonly type: "coming" }
  | { readonly type: "files"; readonly files: readonly FileDifference[] }
  | { readonly type: "unknown"; readonly why: string }

/** What may happen to a player. */
export type Played =
  | { readonly type: "moved"; readonly move: Move }
  | { readonly type: "paneChosen"; readonly pane: Pane }
  | { readonly type: "paneTurned"; readonly by: 1 | -1 }
  | { readonly type: "scrolled"; readonly by: number; readonly max: number }
  | { readonly type: "marked" }
  | { readonly type: "promptOpened"; readonly kind: PromptKind }
  | { readonly type: "typed"; readonly text: string }
  | { readonly type: "erased" }
  | { readonly type: "promptClosed" }
  | { readonly type: "searched"; readonly search: Search }
  | { readonly type: "searchedAgain"; readonly back: boolean }
  | { readonly type: "helpTurned" }
  | { readonly type: "exactTurned" }
  | { readonly type: "playTurned" }
  | { readonly type: "playedTo"; readonly event: number }
  | { readonly type: "speedChanged"; readonly factor: number }
  | { readonly type: "breakpointSet"; readonly breakpoint: Breakpoint }
  | { readonly type: "breakpointsCleared" }
  | { readonly type: "seekBegun"; readonly by: 1 | -1 }
  | { readonly type: "soughtTo"; readonly event: number }
  | { readonly type: "seekEnded"; readonly event: number | null }
  | { readonly type: "filesCame"; readonly trees: string; readonly files: FilesShown }
  | { readonly type: "said"; readonly message: string }

/** How a player begins. */
export const begin = (tape: Tape, given: Partial<Pick<Player, "position" | "playing" | "speed" | "breakpoints">> = {}): Player => ({
  position: 1,
  pane: "story",
  scroll: 0,
  mark: null,
  breakpoints: [],
  search: null,
  prompt: null,
  help: false,
  exact: false,
  playing: false,
  speed: 1,
  seeking: null,
  message: tape.remark,
  filesByTrees: {},
  ...given
})

/** Its states change in here and nowhere else; the store only keeps the newest. */
export const makePlayer = (tape: Tape, start: Player) =>
  createStore({ context: start, on: { played: (player: Player, { played }: { readonly played: Played }) => after(tape, player, played) } })

export type PlayerStore = ReturnType<typeof makePlayer>

/** The player after something happened to it. */
export const after = (tape: Tape, player: Player, played: Played): Player => {
  const { rows } = tape
  switch (played.type) {
    case "moved":
      return wentTo({ ...player, playing: false, seeking: null }, moved(tape, player.position, played.move))
    case "paneChosen":
      return { ...player, pane: played.pane, scroll: 0, help: false, message: "" }
    case "paneTurned":
      return {
        ...player,
        pane: PANES[(PANES.indexOf(player.pane) + played.by + PANES.length) % PANES.length] as Pane,
        scroll: 0,
        help: false,
        message: ""
      }
    case "scrolled":
      return { ...player, scroll: Math.max(0, Math.min(played.max, player.scroll + played.by)), message: "" }
    case "marked": {
      const mark = player.mark === player.position ? null : player.position
      return {
        ...player,
        mark,
        message: mark === null ? "the mark is taken away" : `event ${mark} is marked; the changes from here on are in pane 3`
      }
    }
    case "promptOpened":
      return { ...player, prompt: { kind: played.kind, text: "" }, playing: false, help: false, message: "" }
    case "typed":
      return player.prompt === null ? player : { ...player, prompt: { ...player.prompt, text: player.prompt.text + played.text } }
    case "erased":
      return player.prompt === null
        ? player
        : {
            ...player,
            prompt: player.prompt.text === "" ? null : { ...player.prompt, text: [...player.prompt.text].slice(0, -1).join("") }
          }
    case "promptClosed":
      return { ...player, prompt: null }
    case "searched":
      return searched({ ...player, search: played.search }, tape, played.search)
    case "searchedAgain":
      if (player.search === null) return { ...player, message: "nothing was looked for yet: / looks forwards, ? shows all keys" }
      return searched(player, tape, { ...player.search, backwards: player.search.backwards !== played.back })
    case "helpTurned":
      return { ...player, help: !player.help, scroll: 0, message: "" }
    case "exactTurned":
      return { ...player, exact: !player.exact, pane: "request", scroll: 0, message: "" }
    case "playTurned":
      if (player.playing) return { ...player, playing: false }
      return { ...player, playing: true, seeking: null, message: "", position: player.position === rows.length ? 1 : player.position }
    case "playedTo":
      return { ...player, position: played.event, scroll: 0, playing: player.playing && played.event < rows.length }
    case "speedChanged":
      return { ...player, speed: Math.min(SPEED_MAX, Math.max(1 / SPEED_MAX, player.speed * played.factor)), message: "" }
    case "breakpointSet":
      return {
        ...player,
        breakpoints: [...player.breakpoints, played.breakpoint],
        message: `stops where ${played.breakpoint.text} holds: c runs there, C backwards`
      }
    case "breakpointsCleared":
      return { ...player, breakpoints: [], message: player.breakpoints.length === 0 ? "no breakpoint is set" : "all breakpoints are taken away" }
    case "seekBegun":
      if (player.breakpoints.length === 0) return { ...player, message: "no breakpoint is set: b sets one, as state=Error" }
      return { ...player, seeking: { at: player.position, by: played.by }, playing: false, message: "" }
    case "soughtTo":
      return player.seeking === null ? player : { ...player, seeking: { ...player.seeking, at: played.event } }
    case "seekEnded":
      return sought(player, played.event)
    case "filesCame":
      return { ...player, filesByTrees: { ...player.filesByTrees, [played.trees]: played.files } }
    case "said":
      return { ...player, message: played.message }
  }
}

const SPEED_MAX = 1024

const wentTo = (player: Player, to: number | string): Player =>
  typeof to === "string"
    ? { ...player, message: to }
    : { ...player, position: to, message: "", help: false, scroll: to === player.position ? player.scroll : 0 }

const searched = (player: Player, tape: Tape, search: Search): Player =>
  wentTo(
    { ...player, playing: false, seeking: null },
    found(tape, player.position, search) ?? `${search.text} does not stand ${search.backwards ? "before" : "after"} this line`
  )

/** A run that was broken off by a key finds nothing to end. */
const sought = (player: Player, event: number | null): Player => {
  if (player.seeking === null) return player
  const stopped = { ...player, seeking: null }
  const words = player.breakpoints.map(({ text }) => text).join(" or ")
  return event === null
    ? { ...stopped, message: `${player.seeking.by === 1 ? "after" : "before"} event ${player.position} nothing more holds ${words}` }
    : wentTo(stopped, event)
}
