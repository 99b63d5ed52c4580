import { refuse } from "../../os/problem.ts"
import { applyEdits, toLf, type Edited } from "../edit/edit.ts"
import type { Hunk } from "./patch.ts"

/**
 * The text with all changes of a patch made, each after the one before. A change whose old lines stand at several places goes to the one that its
 * headings or its line number name; where they name none, it is refused.
 * Errors: throws a `Problem` at the first change that does not fit.
 */
export const applyHunks = (shown: string, text: string, hunks: readonly Hunk[]): Edited => {
  let made: Edited = { text, remarks: [] }
  let moved = 0
  for (const [index, hunk] of hunks.entries()) {
    const what = hunks.length === 1 ? `patch ${shown}` : `patch ${shown}, change ${index + 1} of ${hunks.length}`
    const { text: after, remarks } = applyHunk(what, shown, made.text, hunk, moved)
    moved += hunk.new.length - hunk.old.length
    made = { text: after, remarks: [...made.remarks, ...remarks] }
  }
  return made
}

const applyHunk = (what: string, shown: string, text: string, hunk: Hunk, moved: number): Edited => {
  const lines = toLf(text).split("\n")
  const from = afterHeadings(what, lines, hunk.headings)
  if (hunk.old.length === 0) return inserted(text, lines, hunk, from, moved)
  const places = placesOf(lines, hunk.old, from).filter((place) => !hunk.atEnd || endsAt(lines, place + hunk.old.length))
  const place = chosen(what, places, hunk, moved)
  if (place !== null) return { text: spliced(text, lines, place, hunk), remarks: [] }
  return applyEdits(shown, text, [{ old: block(hunk.old), new: block(hunk.new) }])
}

/** The line after the last heading. Each is looked for after the one before; one that stands at several places means the first. */
const afterHeadings = (what: string, lines: readonly string[], headings: readonly string[]): number =>
  headings.reduce((from, heading) => {
    const exact = lines.findIndex((line, at) => at >= from && line.trim() === heading)
    const found = exact >= 0 ? exact : lines.findIndex((line, at) => at >= from && line.includes(heading))
    return found >= 0
      ? found + 1
      : refuse(`${what}: the line after @@ does not occur: ${JSON.stringify(heading)}; give one as it stands in the file, or none`)
  }, 0)

const placesOf = (lines: readonly string[], old: readonly string[], from: number): readonly number[] => {
  const places: number[] = []
  for (let place = from; place + old.length <= lines.length; place++)
    if (old.every((line, index) => lines[place + index] === line)) places.push(place)
  return places
}

/** The only place, or the one that is named; `null` where there is none. */
const chosen = (what: string, places: readonly number[], { headings, line }: Hunk, moved: number): number | null => {
  const [first = null] = places
  if (places.length <= 1 || headings.length > 0) return first
  const named = line === null ? undefined : places.find((place) => place === line - 1 + moved)
  return (
    named
    ?? refuse(
      `${what}: the old lines occur ${places.length} times, at lines ${places
        .map((place) => place + 1)
        .slice(0, 10)
        .join(", ")}; give more of their surroundings, or a line before them after @@`
    )
  )
}

const inserted = (text: string, lines: readonly string[], hunk: Hunk, from: number, moved: number): Edited => {
  const end = lines.at(-1) === "" ? lines.length - 1 : lines.length
  const place = hunk.headings.length > 0 ? from : hunk.line === null ? end : Math.min(end, hunk.line - 1 + moved)
  return { text: spliced(text, lines, place, hunk), remarks: [] }
}

const endsAt = (lines: readonly string[], end: number): boolean => end === lines.length || (end === lines.length - 1 && lines.at(-1) === "")

/** The new lines in their place. Lines that only stand around them are left alone; new ones end as the one they stand before. */
const spliced = (text: string, lines: readonly string[], place: number, { old, new: added }: Hunk): string => {
  const most = Math.min(old.length, added.length)
  let head = 0
  while (head < most && old[head] === added[head]) head++
  let tail = 0
  while (tail < most - head && old[old.length - 1 - tail] === added[added.length - 1 - tail]) tail++
  const change = added.slice(head, added.length - tail)
  if (!text.includes("\r\n")) return lines.toSpliced(place + head, old.length - head - tail, ...change).join("\n")
  const own = text.split("\n")
  const near = own[place + head] ?? own[place + head - 1] ?? ""
  const ending = near.endsWith("\r") || (place + head >= own.length - 1 && text.includes("\r\n")) ? "\r" : ""
  return own.toSpliced(place + head, old.length - head - tail, ...change.map((line) => line + ending)).join("\n")
}

const block = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("")
