import { fittedSpans } from "../paint.ts"
import { span, type Shown, type Span } from "../shown.ts"
import { columnsOf } from "../width.ts"

/** One row of the screen. */
export type ScreenRow = readonly Span[]

/** What is to be shown, as rows no wider than there is room: lines that fit are cut, whole ones go on in the next row. */
export const rowsOf = (shown: readonly Shown[], columns: number): readonly ScreenRow[] =>
  shown.flatMap((one) => (one.type === "stream" ? [] : one.fit ? [fittedSpans(one.spans, columns)] : wrapped(one.spans, columns)))

const wrapped = (spans: readonly Span[], columns: number): readonly ScreenRow[] => {
  if (spans.reduce((width, { text }) => width + columnsOf(text), 0) <= columns) return [spans]
  // What goes on stands under what it goes on from.
  const indent = Math.min(Math.floor(columns / 2), /^[ +~-]*/.exec(spans[0]?.text ?? "")?.[0].length ?? 0)
  const blanks = span("plain", " ".repeat(indent))
  const rows: Span[][] = [[]]
  let room = columns
  for (const { tone, text } of spans) {
    for (let rest = text; rest !== "";) {
      const piece = wordsOf(beginningOf(rest, room), rest)
      if (piece !== "") rows[rows.length - 1]?.push(span(tone, piece))
      rest = rest.slice(piece.length)
      room -= columnsOf(piece)
      if (rest === "") break
      // A letter that is wider than the whole room is left out, or this would never end.
      if (piece === "" && room === columns - indent && rows.length > 1) rest = rest.slice([...rest][0]?.length ?? 1)
      // The blank at which a row ends need not begin the next one.
      if (piece !== "" && rest.startsWith(" ")) rest = rest.slice(1)
      rows.push([blanks])
      room = columns - indent
    }
  }
  return rows
}

/** Cut behind a blank, where one is not too far away. */
const wordsOf = (piece: string, text: string): string => {
  const end = piece.lastIndexOf(" ") + 1
  return piece.length === text.length || text[piece.length] === " " || end * 2 < piece.length ? piece : piece.slice(0, end)
}

/** As much of a text as has room; most texts are measured without looking at each letter. */
export const beginningOf = (text: string, room: number): string => {
  const most = text.slice(0, Math.max(0, room))
  if (columnsOf(most) === most.length) return most
  let width = 0
  let kept = ""
  for (const character of text) {
    width += columnsOf(character)
    if (width > room) break
    kept += character
  }
  return kept
}

/** A row made exactly as wide as given. */
export const padded = (row: ScreenRow, columns: number): ScreenRow => {
  const missing = columns - columnsOf(row.map(({ text }) => text).join(""))
  return missing > 0 ? [...row, span("plain", " ".repeat(missing))] : row
}
