import { describeAction, describeEvent } from "../../../machine/describe.ts"
import type { Row } from "../../../runtime/event-log/line.ts"
import { joinedTo, lineAt, pieceOf, type StoryLine } from "./story-lines.ts"
import type { Tape } from "./tape.ts"

/** What is looked for. Small letters find both; a capital is meant. */
export interface Search {
  readonly text: string
  readonly backwards: boolean
}

/**
 * The event of the next line of the story that holds the text, from the line of event `n`; all its words are looked at, also
 * those that the story has no room for. `null` where none does.
 */
export const found = (tape: Tape, n: number, { text, backwards }: Search): number | null => {
  const by = backwards ? -1 : 1
  const place = placeOf(text)
  const { lines } = tape
  for (let index = lineAt(lines, n) + by; index >= 0 && index < lines.length; index += by) {
    const line = lines[index] as StoryLine
    if (place(wordsOf(tape, line)) >= 0) return eventIn(tape, line, text)
  }
  return null
}

/** Where a text holds what is looked for, -1 where it does not. */
const placeOf = (text: string): ((words: string) => number) =>
  text === text.toLowerCase() ? (words) => words.toLowerCase().indexOf(text) : (words) => words.indexOf(text)

/** All that a line of the story tells, and every text of its events. */
export const wordsOf = ({ rows }: Tape, line: StoryLine): string => {
  const { actions } = rows[line.from - 1] as Row
  const event = joinedTo(rows, line)
  return [describeEvent(event), ...actions.map(describeAction), ...textsIn(event)].join("\n")
}

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** In a text that streamed, the event with which the words were complete. */
const eventIn = ({ rows }: Tape, { from, to }: StoryLine, text: string): number => {
  const pieces = rows.slice(from - 1, to).map(({ event }) => pieceOf(event))
  const place = placeOf(text)(pieces.join(""))
  if (place < 0) return to
  let length = 0
  const index = pieces.findIndex((piece) => (length += piece.length) >= place + text.length)
  return index < 0 ? to : from + index
}
