import type { Span } from "./shown.ts"
import { columnsOf } from "./width.ts"

/**
 * A line in as many rows as it needs: broken before two blanks, as they stand between keys, else between words, else anywhere.
 * `wrapped([span("plain", "  y once  n no")], 9)  // => [[{ tone: "plain", text: "  y once" }], [{ tone: "plain", text: "  n no" }]]`
 */
export const wrapped = (spans: readonly Span[], columnsMax: number): readonly (readonly Span[])[] => {
  const text = spans.map((one) => one.text).join("")
  const rows: (readonly Span[])[] = []
  for (let from = 0; from < text.length || rows.length === 0; ) {
    const to = from + breakOf(text.slice(from), columnsMax)
    rows.push(between(spans, from, to))
    from = text[to] === " " && text[to + 1] !== " " ? to + 1 : to
  }
  return rows
}

/** How much of a text stands in its first row. */
const breakOf = (text: string, columnsMax: number): number => {
  const fits = fitting(text, columnsMax)
  if (fits === text.length) return fits
  const begins = text.search(/\S|$/)
  const [keys, words] = [text.lastIndexOf("  ", fits), text.lastIndexOf(" ", fits)]
  return keys > begins ? keys : words > begins ? words : fits
}

const fitting = (text: string, columnsMax: number): number => {
  let [length, columns] = [0, 0]
  for (const character of text) {
    columns += columnsOf(character)
    if (columns > columnsMax && length > 0) break
    length += character.length
  }
  return length
}

const between = (spans: readonly Span[], from: number, to: number): readonly Span[] => {
  let at = 0
  return spans.flatMap(({ tone, text }) => {
    const piece = text.slice(Math.max(0, from - at), Math.max(0, to - at))
    at += text.length
    return piece === "" ? [] : [{ tone, text: piece }]
  })
}
