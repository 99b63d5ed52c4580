import type { Event } from "../../../machine/event.ts"
import type { Row } from "../../../runtime/event-log/line.ts"

/** The events that one line of the story tells: one, or the neighbouring pieces of one streamed block. Event numbers, both included. */
export interface StoryLine {
  readonly from: number
  readonly to: number
}

/** The whole story in lines; it costs one look at each event, and no state. */
export const storyLinesOf = (rows: readonly Row[]): readonly StoryLine[] => {
  const lines: StoryLine[] = []
  let from = 1
  for (let n = 2; n <= rows.length + 1; n++) {
    if (n <= rows.length && goesOn(rows[n - 2] as Row, rows[n - 1] as Row)) continue
    lines.push({ from, to: n - 1 })
    from = n
  }
  return lines
}

/** Which line tells event `n`, as an index. */
export const lineAt = (lines: readonly StoryLine[], n: number): number => {
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lines[middle] as StoryLine).from <= n) low = middle
    else high = middle - 1
  }
  return low
}

/** Whether an event is one more piece of the block that the one before belongs to. */
const goesOn = (before: Row, { event, actions }: Row): boolean => {
  if (actions.length > 0 || before.actions.length > 0) return false
  const last = before.event
  switch (event.type) {
    case "LlmTextDelta":
      return last.type === event.type && last.effect === event.effect
    case "LlmThinkingDelta":
      return last.type === event.type && last.effect === event.effect && last.signature === undefined
    case "LlmToolCallDelta":
      return last.type === event.type && last.effect === event.effect && last.index === event.index
    case "ToolProgress":
      return last.type === event.type && last.effect === event.effect && last.stream === event.stream
    default:
      return false
  }
}

/** All pieces of a line up to event `n`, as one event. */
export const joinedTo = (rows: readonly Row[], { from, to }: StoryLine, n: number = to): Event => {
  const first = (rows[from - 1] as Row).event
  const pieces = rows.slice(from - 1, Math.min(n, to)).map(({ event }) => pieceOf(event)).join("")
  switch (first.type) {
    case "LlmTextDelta":
    case "LlmThinkingDelta":
    case "ToolProgress":
      return { ...first, text: pieces }
    case "LlmToolCallDelta":
      return { ...first, arguments: pieces }
    default:
      return first
  }
}

/** What an event adds to a text that streams. */
export const pieceOf = (event: Event): string => {
  switch (event.type) {
    case "LlmTextDelta":
    case "LlmThinkingDelta":
    case "ToolProgress":
      return event.text
    case "LlmToolCallDelta":
      return event.arguments
    default:
      return ""
  }
}
