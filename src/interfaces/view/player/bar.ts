import { span, type Span, type Tone } from "../shown.ts"
import type { Player } from "./player.ts"
import type { Tape } from "./tape.ts"

/**
 * The whole log as one line: where turns and steps begin, where something failed, the mark, and where one stands.
 * What stands further right in this list is drawn over what stands left: path, step, turn, error, mark, position.
 */
export const barOf = ({ rows, landmarks }: Tape, { position, mark }: Player, columns: number): readonly Span[] => {
  const cellOf = (n: number): number => (rows.length < 2 ? 0 : Math.floor(((n - 1) * (columns - 1)) / (rows.length - 1)))
  const here = cellOf(position)
  const cells: Cell[] = Array.from({ length: columns }, (_, index) => (index < here ? PASSED : AHEAD))
  const draw = (sign: string, tone: Tone, marks: readonly number[]): void => {
    // Signs everywhere say nothing.
    if (marks.length * CROWDED > columns) return
    for (const cell of marks.map(cellOf)) cells[cell] = { tone: cell < here ? tone : "dim", sign }
  }
  draw("┴", "plain", landmarks.steps)
  draw("┃", "person", landmarks.turns)
  for (const n of landmarks.errors) cells[cellOf(n)] = ERROR
  if (mark !== null) cells[cellOf(mark)] = MARK
  cells[here] = HERE
  return joined(cells)
}

/** Of so many cells at most one holds the same sign. */
const CROWDED = 3

interface Cell {
  readonly tone: Tone
  readonly sign: string
}

const PASSED: Cell = { tone: "plain", sign: "━" }
const AHEAD: Cell = { tone: "dim", sign: "─" }
const ERROR: Cell = { tone: "bad", sign: "✗" }
const MARK: Cell = { tone: "notice", sign: "◆" }
const HERE: Cell = { tone: "strong", sign: "●" }

/** Neighbours of one tone as one piece. */
const joined = (cells: readonly Cell[]): readonly Span[] => {
  const spans: Span[] = []
  for (const { tone, sign } of cells) {
    const last = spans[spans.length - 1]
    if (last?.tone === tone) spans[spans.length - 1] = span(tone, last.text + sign)
    else spans.push(span(tone, sign))
  }
  return spans
}
