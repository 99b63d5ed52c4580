import { describeAction, describeEvent, describeState } from "../../../machine/describe.ts"
import type { Event } from "../../../machine/event.ts"
import type { State } from "../../../machine/state.ts"
import { fitted, span, whole, type Shown, type Span, type Tone } from "../shown.ts"
import { harmless, oneLine } from "../visible.ts"
import { rowsOf } from "./rows.ts"
import { joinedTo, lineAt, pieceOf, type StoryLine } from "./story-lines.ts"
import { rowAt, timeAt, type Tape } from "./tape.ts"

/** Narrower than this, the story does without times. */
const TIMES_FROM = 60

/** The story around event `n`, which stands in the middle where there is enough on both sides. */
export const storyPane = (tape: Tape, n: number, columns: number, rows: number): readonly Shown[] => {
  const here = lineAt(tape.lines, n)
  const told = (index: number): readonly Shown[] => {
    const line = tape.lines[index]
    return line === undefined ? [] : index === here ? hereTold(tape, line, n, columns) : lineTold(tape, line, columns)
  }
  const current = told(here).slice(0, Math.max(1, rows))
  const below = gathered(rows - current.length, (step) => told(here + step))
  const above = gathered(rows - current.length, (step) => told(here - step).toReversed()).toReversed()
  const middle = Math.max(0, Math.min(above.length, Math.max(Math.floor((rows - current.length) / 2), rows - current.length - below.length)))
  return [...above.slice(above.length - middle), ...current, ...below].slice(0, rows)
}

/** Lines one after the other until there are enough. */
const gathered = (rows: number, told: (step: number) => readonly Shown[]): readonly Shown[] => {
  const lines: Shown[] = []
  for (let step = 1; lines.length < rows; step++) {
    const more = told(step)
    if (more.length === 0) break
    lines.push(...more)
  }
  return lines.slice(0, Math.max(0, rows))
}

const lineTold = (tape: Tape, line: StoryLine, columns: number): readonly Shown[] => {
  const event = beginningOf(tape, line)
  return [
    fitted(span("plain", "  "), ...placeOf(tape, line, columns), span(toneOf(event), oneLine(describeEvent(event)))),
    ...rowAt(tape, line.to).actions.map((action) => fitted(span("dim", `${indent(tape, columns)}→ ${oneLine(describeAction(action))}`)))
  ]
}

/** A line of the story has no room for more pieces than these. */
const PIECES_MAX = 80

const beginningOf = ({ rows }: Tape, { from, to }: StoryLine): Event => joinedTo(rows, { from, to: Math.min(to, from + PIECES_MAX) })

/** The line one stands on: a text that streams with its end as far as it came, and the state it led to. */
const hereTold = (tape: Tape, line: StoryLine, n: number, columns: number): readonly Shown[] => {
  const blanks = indent(tape, columns)
  const event = beginningOf(tape, { from: line.from, to: n })
  const moment = tape.momentAt(n)
  const outcome = typeof moment === "string" || moment.step.outcome === "ok" ? "" : ` (${moment.step.outcome})`
  return [
    fitted(span("strong", "▶ "), ...placeOf(tape, { from: line.from, to: n }, columns), span("strong", `${oneLine(describeEvent(event))}${outcome}`)),
    ...streamedRows(endOf(tape, line.from, n, STREAMED_ROWS * columns), blanks, columns),
    ...rowAt(tape, n).actions.map((action) => fitted(span("plain", `${blanks}→ ${oneLine(describeAction(action))}`))),
    ...(typeof moment === "string" ? [fitted(span("bad", `${blanks}${oneLine(moment)}`))] : ledTo(moment.before, moment.step.state, blanks))
  ]
}

/** The last letters of what streamed from one event to another. */
const endOf = (tape: Tape, from: number, to: number, length: number): string => {
  let text = ""
  for (let n = to; n >= from && text.length < length; n--) text = pieceOf(rowAt(tape, n).event) + text
  return text.slice(-length)
}

/** The end of a text that streams says most; a text that fits on its line is not said twice. */
const streamedRows = (text: string, blanks: string, columns: number): readonly Shown[] => {
  if (text.trim().length <= SHORT_MAX && !text.trim().includes("\n")) return []
  const rows = rowsOf(text.split("\n").map((line) => whole(span("plain", blanks), span("plain", harmless(line).replaceAll("\t", "  ")))), columns)
  return rows.filter((row) => row.some(({ text: piece }) => piece.trim() !== "")).slice(-STREAMED_ROWS).map((row) => fitted(...row))
}

const STREAMED_ROWS = 8
/** As much as a line of the story tells by itself. */
const SHORT_MAX = 40

const ledTo = (before: State | null, state: State, blanks: string): readonly Shown[] =>
  before?.name === state.name ? [] : [fitted(span(state.name === "Error" ? "bad" : "good", `${blanks}= ${oneLine(describeState(state))}`))]

const placeOf = (tape: Tape, { from, to }: StoryLine, columns: number): readonly Span[] => {
  const numbers = from === to ? `${from}` : `${from}–${to}`
  const time = columns < TIMES_FROM ? "" : `${timeWords(timeAt(tape, from)).padStart(TIME_COLUMNS)}  `
  return [span("dim", `${numbers.padStart(numberColumns(tape))}  ${time}`)]
}

const indent = (tape: Tape, columns: number): string => " ".repeat(2 + numberColumns(tape) + 2 + (columns < TIMES_FROM ? 0 : TIME_COLUMNS + 2))

const TIME_COLUMNS = 9

/** Room for the numbers of a text that streams, as far as such are there. */
const numberColumns = ({ rows, lines }: Tape): number => {
  const digits = `${rows.length}`.length
  return lines.length === rows.length ? digits : Math.min(2 * digits + 1, 13)
}

/** `timeWords(83_400)  // => "+1:23.4"`. Units: ms in. */
export const timeWords = (ms: number): string => {
  const seconds = ms / 1000
  if (seconds < 60) return `+${seconds.toFixed(1)}s`
  const minutes = Math.floor(seconds / 60)
  const rest = (seconds % 60).toFixed(1).padStart(4, "0")
  return minutes < 60 ? `+${minutes}:${rest}` : `+${Math.floor(minutes / 60)}:${`${minutes % 60}`.padStart(2, "0")}:${rest.slice(0, 2)}`
}

const toneOf = (event: Event): Tone => {
  switch (event.type) {
    case "UserInput":
    case "ApprovalAnswered":
    case "InterruptRequested":
    case "ContinueRequested":
      return "person"
    case "LlmFailed":
      return "bad"
    case "ToolCompleted":
      return event.status === "ok" ? "good" : "bad"
    case "LlmThinkingDelta":
      return "dim"
    default:
      return "plain"
  }
}
