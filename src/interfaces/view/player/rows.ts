import { fittedSpans } from "../paint.ts"
import { span, type Shown, type Span } from "../shown.ts"
import { columnsOf } from "../width.ts"

/** One row of the screen. */
export type ScreenRow = readonly Span[]

/** What is to be shown, as rows no wider than there is room: lines that fit are cut, whole ones go on in the next row. */
export const rowsOf = (shown: readonly Shown[], columns: number): readonly ScreenRow[] =>
  shown.flatMap((one) => (one.type === "stream" ? [] : one.fit ? [fittedSpans(one.spans, columns)] : wrapped(one.spans, columns)))

const wrapped = (spans: readonly Span[], columns: number): readonly ScreenRow[] => {
  if (columnsOf(spans.map(({ text }) => text).join("")) <= columns) return [spans]
  // What goes on stands under what it goes on from.
  const indent = Math.min(Math.floor(columns / 2), /^[ +~-]*/.exec(spans[0]?.text ?? "")?.[0].length ?? 0)
  const rows: Span[][] = [[]]
  let room = columns
  for (const { tone, text } of spans) {
    let piece = ""
    for (const character of text) {
      const width = columnsOf(character)
      if (width > room) {
        rows[rows.length - 1]?.push(span(tone, piece))
        rows.push([span("plain", " ".repeat(indent))])
        piece = ""
        room = columns - indent
      }
      piece += character
      room -= width
    }
    rows[rows.length - 1]?.push(span(tone, piece))
  }
  return rows
}

/** A row made exactly as wide as given. */
export const padded = (row: ScreenRow, columns: number): ScreenRow => {
  const missing = columns - columnsOf(row.map(({ text }) => text).join(""))
  return missing > 0 ? [...row, span("plain", " ".repeat(missing))] : row
}
