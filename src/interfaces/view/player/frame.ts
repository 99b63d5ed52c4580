import { describeState } from "../../../machine/describe.ts"
import { count } from "../money.ts"
import { fitted, span, type Shown, type Span } from "../shown.ts"
import { oneLine } from "../visible.ts"
import { barOf } from "./bar.ts"
import { actionsPane, eventPane } from "./event-pane.ts"
import { filesPane } from "./files-pane.ts"
import { keyHelp, keyHints } from "./keys.ts"
import { countUpTo } from "./landmarks.ts"
import { layoutOf, type Layout, type Size } from "./layout.ts"
import { PANES, type Pane, type Player, type PromptKind } from "./player.ts"
import { requestPane } from "./request-pane.ts"
import { padded, rowsOf, type ScreenRow } from "./rows.ts"
import { changesPane, statePane } from "./state-pane.ts"
import { storyPane, timeWords } from "./story-pane.ts"
import { timeAt, type Tape } from "./tape.ts"

/** Draws a player; what it drew last of a pane is kept, so that scrolling a long request does not make it again. */
export interface Frames {
  /** Exactly as many rows as the screen has, none wider. */
  readonly of: (player: Player, size: Size) => readonly ScreenRow[]
  /** How far the pane can be scrolled. */
  readonly scrollMax: (player: Player, size: Size) => number
}

export const makeFrames = (tape: Tape): Frames => {
  let kept: { readonly key: readonly unknown[]; readonly rows: readonly ScreenRow[] } = { key: [], rows: [] }
  const paneRows = (player: Player, columns: number): readonly ScreenRow[] => {
    const key = [player.position, player.pane, player.mark, player.exact, player.help, player.filesByTrees, columns]
    if (!key.every((part, index) => part === kept.key[index]))
      kept = { key, rows: rowsOf(player.help ? keyHelp() : paneOf(tape, player, columns), columns) }
    return kept.rows
  }
  const scrollMax = (player: Player, size: Size): number => {
    const { paneColumns, paneRows: rows } = layoutOf(player, size)
    return rows === 0 ? 0 : Math.max(0, paneRows(player, paneColumns).length - rows)
  }
  return {
    scrollMax,
    of: (player, size) => {
      const layout = layoutOf(player, size)
      const pane = layout.paneRows === 0 ? [] : scrolled(paneRows(player, layout.paneColumns), player.scroll, layout.paneRows)
      const story = layout.storyRows === 0 ? [] : rowsOf(storyPane(tape, player.position, layout.storyColumns, layout.storyRows), layout.storyColumns)
      const rows = [...rowsOf(headOf(tape, player, size.columns), size.columns), ...bodyOf(layout, player, story, pane)]
      return [...filled(rows, size.rows - 1), ...rowsOf([footOf(tape, player, size.columns)], size.columns)].slice(-size.rows)
    }
  }
}

const paneOf = (tape: Tape, player: Player, columns: number): readonly Shown[] => {
  const { position, pane, mark, exact } = player
  switch (pane) {
    case "story":
      return []
    case "state":
      return statePane(tape, position)
    case "changes":
      return changesPane(tape, position, mark)
    case "event":
      return eventPane(tape, position)
    case "actions":
      return actionsPane(tape, position)
    case "request":
      return requestPane(tape, position, exact, columns)
    case "files":
      return filesPane(tape, player)
  }
}

/** The rows from `scroll` on; where there are more, the last one says so. */
const scrolled = (rows: readonly ScreenRow[], scroll: number, height: number): readonly ScreenRow[] => {
  const from = Math.max(0, Math.min(scroll, rows.length - height))
  const left = rows.length - from - height
  const shown = rows.slice(from, from + height)
  return left <= 0 ? shown : [...shown.slice(0, -1), [span("dim", `  … ${count(left + 1)} more rows, J scrolls`)]]
}

const filled = (rows: readonly ScreenRow[], height: number): readonly ScreenRow[] =>
  Array.from({ length: Math.max(0, height) }, (_, index) => rows[index] ?? [])

// ── the rows around ──────────────────────────────────────────────────────────────────────────────────────────────

/** Where one stands: in words, and on the bar. */
const headOf = (tape: Tape, player: Player, columns: number): readonly Shown[] => {
  const { position } = player
  const { rows, landmarks } = tape
  const moment = tape.momentAt(position)
  const place = `event ${count(position)} of ${count(rows.length)}`
  const turn = `turn ${countUpTo(landmarks.turns, position)} of ${landmarks.turns.length}`
  const step = `step ${typeof moment === "string" ? "?" : moment.step.state.session.step}`
  const state =
    typeof moment === "string"
      ? []
      : [span("dim", " · "), span(moment.step.state.name === "Error" ? "bad" : "plain", oneLine(describeState(moment.step.state)))]
  const session = columns < WIDE ? [] : [span("dim", `  ${oneLine(tape.session)}`)]
  const spans: readonly Span[] = [
    span("strong", ` ${place}`),
    span("dim", ` · ${turn} · ${step} · ${timeWords(timeAt(tape, position))}`),
    ...state,
    ...session
  ]
  return [fitted(...spans), fitted(...barOf(tape, player, columns))]
}

const WIDE = 120

/** The panes by their numbers, the one that is shown in brackets. A narrow terminal names only that one. */
const tabsOf = (pane: Pane, columns: number): ScreenRow => {
  const all = PANES.reduce((width, name) => width + name.length + 4, 0) <= columns
  return PANES.flatMap((name, index) =>
    name === pane ? [span("strong", `[${index + 1} ${name}]`)] : [span("dim", all ? ` ${index + 1} ${name} ` : ` ${index + 1} `)]
  )
}

const bodyOf = (layout: Layout, player: Player, story: readonly ScreenRow[], pane: readonly ScreenRow[]): readonly ScreenRow[] => {
  const tabs = player.help ? [span("strong", " the keys")] : tabsOf(player.pane, layout.columns)
  if (!layout.beside) return layout.paneRows === 0 ? [tabs, ...story] : [...filled(story, layout.storyRows), tabs, ...pane]
  const sides = Array.from({ length: layout.paneRows }, (_, index): ScreenRow => [
    ...padded(story[index] ?? [], layout.storyColumns),
    span("dim", " │ "),
    ...(pane[index] ?? [])
  ])
  return [tabs, ...sides]
}

/** What is asked, else what is to be said, else what may be pressed. */
const footOf = (tape: Tape, player: Player, columns: number): Shown => {
  const { prompt, seeking, message, playing, speed } = player
  if (prompt !== null) return fitted(span("strong", ` ${PROMPTS[prompt.kind]}`), span("plain", oneLine(prompt.text)), span("strong", "▏"))
  if (seeking !== null)
    return fitted(span("notice", ` looking for a breakpoint: event ${count(seeking.at)} of ${count(tape.rows.length)}; any key stops`))
  if (message !== "") return fitted(span("notice", ` ${oneLine(message)}`))
  if (playing)
    return fitted(
      span("good", ` ▷ playing ${speedWords(speed)}`),
      span("dim", ` · p pauses · + - speed · gaps over ${GAP_MAX_MS / 1000} s are cut`)
    )
  return keyHints(columns)
}

/** A longer pause of what is played is cut to this. Units: ms of the person's time. */
export const GAP_MAX_MS = 1500

const speedWords = (speed: number): string => (speed >= 1 ? `${speed}x` : `1/${1 / speed}x`)

const PROMPTS: Readonly<Record<PromptKind, string>> = { event: "to event: ", find: "/", "find-back": "\\", break: "stop where: " }
