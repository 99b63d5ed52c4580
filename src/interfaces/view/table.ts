import { columnsOf } from "./width.ts"
import { fitted, span, type Shown, type Tone } from "./shown.ts"

/** A cell of a table: its words, and how they are meant. */
export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

/** Rows whose columns stand under each other: the first column to the left, the others to the right. Each line is cut where the terminal ends. */
export const tableLines = (rows: readonly (readonly Cell[])[], indent = "  "): readonly Shown[] => {
  const widths = rows.reduce<readonly number[]>((widest, row) => row.map(({ text }, index) => Math.max(widest[index] ?? 0, columnsOf(text))), [])
  return rows.map(withoutLastBlanks).map((row) =>
    fitted(
      span("plain", indent),
      ...row.flatMap(({ text, tone = "plain" }, index) => {
        const blanks = " ".repeat((widths[index] ?? 0) - columnsOf(text))
        const words = index === 0 ? `${text}${row.length === 1 ? "" : blanks}` : `${blanks}${text}`
        return [span("plain", index === 0 ? "" : "  "), span(tone, words)]
      })
    )
  )
}

const withoutLastBlanks = (row: readonly Cell[]): readonly Cell[] => row.slice(0, row.findLastIndex(({ text }) => text !== "") + 1)

export const cell = (text: string, tone: Tone = "plain"): Cell => ({ text, tone })
