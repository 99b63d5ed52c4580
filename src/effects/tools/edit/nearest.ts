import { likeness } from "../near.ts"
import { cutText } from "../text.ts"

const SHOWN_LENGTH_MAX = 200
const LINES_SHOWN_MAX = 8
/** A line less like the one looked for is not worth showing. */
const LIKENESS_MIN = 0.5
/** Longer texts are compared by their beginnings only: likeness costs time. */
const COMPARED_LENGTH_MAX = 500
const COMPARED_LINES_MAX = 20_000

/** Where a text that does not occur comes closest, and how that place differs, in words for whoever looked for it. */
export const nearestPlace = (text: string, wanted: string): string => {
  const lines = text.split("\n")
  const wantedLines = linesWanted(wanted)
  if (wantedLines.every((line) => /^\s*\d+\t/.test(line)) && text.includes(wantedLines.map((line) => line.replace(/^\s*\d+\t/, "")).join("\n"))) {
    return "it occurs without the line numbers; leave them out"
  }
  const start = bestStart(lines, wantedLines)
  return start === null ? "nothing like it is in the file; read it again" : difference(lines, wantedLines, start)
}

const linesWanted = (wanted: string): readonly string[] => (wanted.endsWith("\n") ? wanted.slice(0, -1) : wanted).split("\n")

/** The line where most lines are the same but for blanks; where none is, the line most like the longest one. */
const bestStart = (lines: readonly string[], wanted: readonly string[]): number | null => {
  const votes = new Map<number, number>()
  const offsetsByLine = Map.groupBy(wanted.keys(), (offset) => squeezed(wanted[offset] ?? ""))
  for (const [index, line] of lines.entries()) {
    const key = squeezed(line)
    if (key === "") continue
    for (const offset of offsetsByLine.get(key) ?? []) votes.set(index - offset, (votes.get(index - offset) ?? 0) + 1)
  }
  const best = [...votes].reduce<readonly [number, number] | null>((a, b) => (a === null || b[1] > a[1] ? b : a), null)
  return best === null ? mostLike(lines, wanted) : Math.max(0, best[0])
}

const mostLike = (lines: readonly string[], wanted: readonly string[]): number | null => {
  const longest = wanted.reduce((a, b, index) => (b.trim().length > (wanted[a] ?? "").trim().length ? index : a), 0)
  const sought = (wanted[longest] ?? "").trim().slice(0, COMPARED_LENGTH_MAX)
  let best: number | null = null
  let most = LIKENESS_MIN
  for (const [index, line] of lines.slice(0, COMPARED_LINES_MAX).entries()) {
    const like = likeness(line.trim().slice(0, COMPARED_LENGTH_MAX), sought)
    if (like > most) [best, most] = [index, like]
  }
  return best === null ? null : Math.max(0, best - longest)
}

const difference = (lines: readonly string[], wanted: readonly string[], start: number): string => {
  const there = lines.slice(start, start + wanted.length)
  const at = wanted.findIndex((line, index) => line !== there[index])
  if (at < 0) return `line ${start + 1} on is the same, but the file ends without the newline that was given`
  const onlyBlanks = wanted.every((line, index) => squeezed(line) === squeezed(there[index] ?? ""))
  const first = `line ${start + at + 1} is ${quoted(there[at])} where ${quoted(wanted[at])} was given`
  if (onlyBlanks) return `the nearest place, line ${start + 1}, differs only in blanks: ${first}`
  return `the nearest place is line ${start + 1}: ${first}\n${excerpt(lines, start, wanted.length)}`
}

const excerpt = (lines: readonly string[], start: number, count: number): string =>
  lines
    .slice(start, start + Math.min(count, LINES_SHOWN_MAX))
    .map((line, index) => `${start + index + 1}\t${cutText(line, SHOWN_LENGTH_MAX)}`)
    .join("\n")

const quoted = (line: string | undefined): string => (line === undefined ? "missing" : JSON.stringify(cutText(line, SHOWN_LENGTH_MAX)))

const squeezed = (line: string): string => line.replaceAll(/\s+/g, " ").trim()
