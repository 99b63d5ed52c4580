import type { Action } from "../../machine/action.ts"
import type { Event, LlmTextDelta, LlmThinkingDelta, LlmToolCallDelta } from "../../machine/event.ts"
import type { Row } from "../event-log/line.ts"

export type Delta = LlmTextDelta | LlmThinkingDelta | LlmToolCallDelta

/** An event of a story: neighbouring pieces of one answer are one. */
export interface Beat {
  /** The numbers of its first and its last event. */
  readonly from: number
  readonly to: number
  readonly event: Event
  readonly actions: readonly Action[]
}

/** The events of a log as a story has them: however an answer came to pieces, it is the same story. */
export const beatsOf = (rows: readonly Row[]): readonly Beat[] => {
  const beats: Beat[] = []
  for (const { n, event, actions } of rows) {
    const before = beats.at(-1)
    const joined = before === undefined || before.actions.length + actions.length > 0 ? null : joinedDelta(before.event, event)
    if (joined === null || before === undefined) beats.push({ from: n, to: n, event, actions })
    else beats[beats.length - 1] = { ...before, to: n, event: joined }
  }
  return beats
}

/** Two neighbouring deltas of one block as one that changes nothing; `null` where they are none. The time is that of the first. */
export const joinedDelta = (before: Event, event: Event): Delta | null => {
  if (!("effect" in before) || !("effect" in event) || before.effect !== event.effect) return null
  const told = "usage" in event && event.usage !== undefined ? { usage: event.usage } : {}
  if (before.type === "LlmTextDelta" && event.type === "LlmTextDelta") return { ...before, ...told, text: before.text + event.text }
  if (before.type === "LlmThinkingDelta" && event.type === "LlmThinkingDelta")
    return thinksOn(before, event) ? { ...before, ...event, ...told, at: before.at, text: before.text + event.text } : null
  if (before.type === "LlmToolCallDelta" && event.type === "LlmToolCallDelta") {
    return before.index === event.index ? { ...before, ...told, ...nameOf(before, event), arguments: before.arguments + event.arguments } : null
  }
  return null
}

/** A signature closes its block; what is hidden and what is not are two blocks. */
const thinksOn = (before: LlmThinkingDelta, event: LlmThinkingDelta): boolean =>
  before.signature === undefined && (before.redacted ?? false) === (event.redacted ?? false)

const nameOf = (before: LlmToolCallDelta, event: LlmToolCallDelta): { readonly name?: string } =>
  before.name === undefined && event.name === undefined ? {} : { name: (before.name ?? "") + (event.name ?? "") }
