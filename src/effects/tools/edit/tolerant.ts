import { indentationBetween, type Indentation } from "./indentation.ts"

/** A place that a text means although it does not stand there letter by letter. */
export interface Meant {
  /** Positions in the text of the file. */
  readonly start: number
  readonly end: number
  /** What shall stand there: the change alone, so that all it does not speak of stays letter by letter. */
  readonly replacement: string
  /** How it differs, in words that follow "although". */
  readonly differs: string
}

/** `ambiguous`: the first manner of looking that finds anything finds several; their positions. */
export type Search = Meant | { readonly ambiguous: readonly number[]; readonly differs: string } | null

/**
 * Looks for a text that does not occur, more tolerantly step by step: signs that look alike, blanks at the ends of lines, the indentation
 * of all lines together, line numbers that were copied along. A step that finds one place decides; one that finds several refuses.
 */
export const meantPlace = (text: string, old: string, replacement: string): Search =>
  alike(text, old, replacement) ?? byLines(text, old, replacement) ?? withoutNumbers(text, old, replacement)

// ── signs that look alike ────────────────────────────────────────────────────────────────────────────────────────

/** Each is one UTF-16 unit, as what it stands for, so that positions stay. */
const ALIKE: Readonly<Record<string, string>> = {
  "\u2018": "'", "\u2019": "'", "\u201A": "'", "\u201B": "'", "\u2032": "'",
  "\u201C": '"', "\u201D": '"', "\u201E": '"', "\u201F": '"', "\u2033": '"',
  "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
  "\u00A0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202F": " ", "\u3000": " "
}
const ANY_ALIKE = new RegExp(`[${Object.keys(ALIKE).join("")}]`, "g")

const plain = (text: string): string => text.replaceAll(ANY_ALIKE, (sign) => ALIKE[sign] as string)

const alike = (text: string, old: string, replacement: string): Search => {
  const wanted = plain(old)
  const searched = plain(text)
  if (wanted === old && searched === text) return null
  const places = placesIn(searched, wanted)
  const [start] = places
  if (start === undefined) return null
  if (places.length > 1) return { ambiguous: places, differs: "quotes, dashes or blanks look different there" }
  return { ...onlyTheChange(start, old, replacement), differs: "quotes, dashes or blanks look different there" }
}

/** Where the old and the new text agree, at both ends, the file keeps its own letters. */
const onlyTheChange = (start: number, old: string, replacement: string): Omit<Meant, "differs"> => {
  const most = Math.min(old.length, replacement.length)
  let head = 0
  while (head < most && old[head] === replacement[head]) head++
  let tail = 0
  while (tail < most - head && old[old.length - 1 - tail] === replacement[replacement.length - 1 - tail]) tail++
  return { start: start + head, end: start + old.length - tail, replacement: replacement.slice(head, replacement.length - tail) }
}

const placesIn = (text: string, wanted: string): readonly number[] => {
  const places: number[] = []
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) places.push(at)
  return places
}

// ── whole lines ──────────────────────────────────────────────────────────────────────────────────────────────────

const byLines = (text: string, old: string, replacement: string): Search => {
  const wanted = linesOf(old)
  const lines = text.split("\n")
  if (wanted.every((line) => line.trim() === "")) return null
  const same = startsWhere(lines, wanted, (line, other) => trimmedEnd(line) === trimmedEnd(other))
  if (same.length > 0) return oneOf(same, lines, old, replacement, "blanks at the ends of lines differ", SAME)
  const indented = startsWhere(lines, wanted, (line, other) => plain(line).trim() === plain(other).trim()).flatMap((start) => {
    const indentation = indentationBetween(wanted, lines.slice(start, start + wanted.length))
    return indentation === null ? [] : [{ start, indentation }]
  })
  const [first] = indented
  if (first === undefined) return null
  return oneOf(indented.map(({ start }) => start), lines, old, replacement, "the indentation differs", first.indentation)
}

const SAME: Indentation = (line) => line

const trimmedEnd = (line: string): string => plain(line).trimEnd()

const linesOf = (text: string): readonly string[] => (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n")

const startsWhere = (lines: readonly string[], wanted: readonly string[], same: (line: string, other: string) => boolean): readonly number[] => {
  const starts: number[] = []
  for (let start = 0; start + wanted.length <= lines.length; start++) {
    if (wanted.every((line, index) => same(lines[start + index] as string, line))) starts.push(start)
  }
  return starts
}

/** Lines that the old and the new text have in common, at both ends, stay as the file has them. */
const oneOf = (
  starts: readonly number[],
  lines: readonly string[],
  old: string,
  replacement: string,
  differs: string,
  indentation: Indentation
): Search => {
  const [start = 0] = starts
  if (starts.length > 1) return { ambiguous: starts.map((line) => positionOf(lines, line)), differs }
  const before = linesOf(old)
  const after = replacement === "" ? [] : linesOf(replacement)
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) head++
  let tail = 0
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  const middle = after.slice(head, after.length - tail)
  const indented = middle.map((line) => (line.trim() === "" ? line : indentation(line)))
  if (indented.includes(null)) return null
  return { ...linesReplaced(lines, start + head, start + before.length - tail, indented as readonly string[]), differs }
}

/** Lines `from` to `to` as positions; the last line of a file has no newline of its own to lose or to end in. */
const linesReplaced = (lines: readonly string[], from: number, to: number, more: readonly string[]): Omit<Meant, "differs"> => {
  const start = positionOf(lines, from)
  if (to < lines.length) return { start, end: positionOf(lines, to), replacement: more.map((line) => `${line}\n`).join("") }
  const end = positionOf(lines, to) - 1
  if (from === to) return { start: end, end, replacement: more.map((line) => `\n${line}`).join("") }
  return { start: more.length === 0 && from > 0 ? start - 1 : start, end, replacement: more.join("\n") }
}

const positionOf = (lines: readonly string[], count: number): number => {
  let position = 0
  for (let index = 0; index < count; index++) position += (lines[index] as string).length + 1
  return position
}

// ── line numbers that were copied along ──────────────────────────────────────────────────────────────────────────

const NUMBERED = /^ *\d+\t/

const withoutNumber = (text: string): string => text.replaceAll(/^ *\d+\t/gm, "")

const withoutNumbers = (text: string, old: string, replacement: string): Search => {
  if (!linesOf(old).every((line) => NUMBERED.test(line))) return null
  const bare = withoutNumber(old)
  if (bare.trim() === "") return null
  const places = placesIn(text, bare)
  const [start] = places
  const differs = "line numbers were copied along"
  if (start === undefined) return null
  if (places.length > 1) return { ambiguous: places, differs }
  return { ...onlyTheChange(start, bare, withoutNumber(replacement)), differs }
}
