import { refuse } from "../../os/problem.ts"
import { nearestPlace } from "./nearest.ts"
import { meantPlace } from "./tolerant.ts"
import { counted } from "../text.ts"

export interface Edit {
  readonly old: string
  readonly new: string
  /** Every place instead of the only one. */
  readonly all?: boolean
}

const LINES_SHOWN_MAX = 10

/** A text with all edits made, and what is to be said of places that were not found letter by letter. */
export interface Edited {
  readonly text: string
  readonly remarks: readonly string[]
}

/**
 * The text with all edits made, one after the other. Edits speak of lines as they are shown, ending in LF; what they bring
 * in ends as the lines around it do. A final newline stays.
 * Errors: throws a `Problem` at the first edit that does not fit, and says why.
 */
export const applyEdits = (shown: string, text: string, edits: readonly Edit[]): Edited => {
  const what = (index: number): string => (edits.length === 1 ? `edit ${shown}` : `edit ${shown}, edit ${index + 1} of ${edits.length}`)
  const edited = edits.reduce<Edited>(
    (before, edit, index) => {
      const { text: after, remarks } = applyEdit(what(index), before.text, edit)
      return { text: after, remarks: [...before.remarks, ...remarks] }
    },
    { text, remarks: [] }
  )
  const endsAsBefore = !text.endsWith("\n") || edited.text === "" || edited.text.endsWith("\n")
  return endsAsBefore ? edited : { ...edited, text: edited.text + endingOf(text, text.length) }
}

const applyEdit = (what: string, text: string, edit: Edit): Edited => {
  const wanted = toLf(edit.old)
  const replacement = toLf(edit.new)
  if (wanted === "") refuse(`${what}: the text to replace is empty; give the lines around the place, or use file_write for a new file`)
  if (wanted === replacement) refuse(`${what}: the old and the new text are the same`)
  const view = viewOf(text)
  const places = placesOf(view.text, wanted)
  if (places.length === 0) return applyAsMeant(what, text, view, { ...edit, old: wanted, new: replacement })
  if (places.length > 1 && edit.all !== true) {
    refuse(
      `${what}: the text to replace occurs ${places.length} times, at ${linesOf(view.text, places)}; include more of its surroundings, or set all`
    )
  }
  requireNotMade(what, view.text, places, wanted, replacement)
  return { text: replaced(text, view, apart(places, wanted.length), wanted.length, replacement), remarks: [] }
}

/** What stands there nearly so is taken for what was meant if it is the only place; that it was is said. */
const applyAsMeant = (what: string, text: string, view: View, edit: Edit): Edited => {
  const made = edit.new.trim().length >= MADE_LENGTH_MIN ? view.text.indexOf(edit.new) : -1
  if (made >= 0)
    refuse(
      `${what}: the text to replace does not occur, but the new text stands at line ${lineAt(view.text, made)}; it seems to have been made already`
    )
  const meant = edit.all === true ? null : meantPlace(view.text, edit.old, edit.new)
  if (meant === null) return refuse(`${what}: the text to replace does not occur; ${nearestPlace(view.text, edit.old)}`)
  if ("ambiguous" in meant) {
    return refuse(
      `${what}: the text to replace does not occur, and nearly so ${meant.ambiguous.length} times, at ${linesOf(view.text, meant.ambiguous)} (${meant.differs}); give it letter by letter`
    )
  }
  const { start, end, replacement, differs } = meant
  return { text: replaced(text, view, [start], end - start, replacement), remarks: [`found at line ${lineAt(view.text, start)} although ${differs}`] }
}

/** An edit that only adds can be made twice without anybody noticing, if it is not looked for. */
const requireNotMade = (what: string, text: string, places: readonly number[], wanted: string, replacement: string): void => {
  const [place = 0] = places
  const offset = replacement.indexOf(wanted)
  if (
    places.length > 1
    || offset < 0
    || replacement.trim().length < MADE_LENGTH_MIN
    || !text.startsWith(replacement, place - offset)
    || place < offset
  )
    return
  refuse(
    `${what}: the new text stands at line ${lineAt(text, place - offset)} already; if it shall stand there twice, include more of its surroundings`
  )
}

/** A shorter text stands somewhere by chance. */
const MADE_LENGTH_MIN = 8

export const toLf = (text: string): string => text.replaceAll("\r\n", "\n")

/** The text as it is shown, and where carriage returns were left out of it. */
interface View {
  readonly text: string
  /** Positions in the shown text of those LF that stand for CRLF, ascending. */
  readonly crlfs: readonly number[]
}

const viewOf = (text: string): View => {
  const crlfs: number[] = []
  for (let at = text.indexOf("\r\n"); at >= 0; at = text.indexOf("\r\n", at + 2)) crlfs.push(at - crlfs.length)
  return { text: crlfs.length === 0 ? text : toLf(text), crlfs }
}

/** Where a position of the view lies in the text itself: as much further as carriage returns were left out before it. */
const positionIn = ({ crlfs }: View, position: number): number => {
  let low = 0
  let high = crlfs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((crlfs[middle] as number) < position) low = middle + 1
    else high = middle
  }
  return position + low
}

/** Every place, overlapping ones too: each of them could have been meant. */
const placesOf = (text: string, wanted: string): readonly number[] => {
  const places: number[] = []
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) places.push(at)
  return places
}

/** Of places that overlap, the first. */
const apart = (places: readonly number[], length: number): readonly number[] => {
  const kept: number[] = []
  for (const place of places) if (place >= (kept.at(-1) ?? -length) + length) kept.push(place)
  return kept
}

const replaced = (text: string, view: View, places: readonly number[], length: number, replacement: string): string => {
  let result = ""
  let copied = 0
  for (const place of places) {
    const start = positionIn(view, place)
    result += text.slice(copied, start)
    copied = positionIn(view, place + length)
    result += replacement.replaceAll("\n", endingIn(text.slice(start, copied)) ?? endingOf(text, start))
  }
  return result + text.slice(copied)
}

const endingIn = (piece: string): string | null => {
  const newline = piece.indexOf("\n")
  return newline < 0 ? null : newline > 0 && piece.charAt(newline - 1) === "\r" ? "\r\n" : "\n"
}

/** How the line of this position ends, or the one before where it is the last. */
const endingOf = (text: string, position: number): string => {
  const ahead = text.indexOf("\n", position)
  const newline = ahead >= 0 ? ahead : text.lastIndexOf("\n")
  return newline > 0 && text.charAt(newline - 1) === "\r" ? "\r\n" : "\n"
}

const linesOf = (text: string, places: readonly number[]): string => {
  const lines = [...new Set(places.slice(0, LINES_SHOWN_MAX + 1).map((place) => lineAt(text, place)))]
  const more = places.length > LINES_SHOWN_MAX ? " and more" : ""
  return `${lines.length === 1 ? "line" : "lines"} ${lines.slice(0, LINES_SHOWN_MAX).join(", ")}${more}`
}

const lineAt = (text: string, position: number): number => {
  let line = 1
  for (let at = text.indexOf("\n"); at >= 0 && at < position; at = text.indexOf("\n", at + 1)) line++
  return line
}

/** `made 2 edits in src/a.ts (found at line 3 although the indentation differs)` */
export const editsMade = (shown: string, count: number, remarks: readonly string[]): string =>
  `made ${counted(count, "edit")} in ${shown}${remarks.length === 0 ? "" : ` (${remarks.join("; ")})`}`
