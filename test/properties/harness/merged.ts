import type { Event, LlmTextDelta, LlmThinkingDelta, LlmToolCallDelta } from "../../../src/machine/event.ts"

type Delta = LlmTextDelta | LlmThinkingDelta | LlmToolCallDelta

/** The events with neighbouring deltas joined, as a runner does that sends frames. */
export const merged = (events: readonly Event[]): readonly Event[] => {
  const frames: Event[] = []
  for (const event of events) {
    const before = frames[frames.length - 1]
    const joined = before === undefined ? null : join(before, event)
    if (joined === null) frames.push(event)
    else frames[frames.length - 1] = joined
  }
  return frames
}

const isDelta = ({ type }: Event): boolean => type === "LlmTextDelta" || type === "LlmThinkingDelta" || type === "LlmToolCallDelta"

const join = (before: Event, event: Event): Event | null => {
  if (!isDelta(before) || before.type !== event.type) return null
  const [first, second] = [before, event as Delta]
  if ((first as Delta).effect !== second.effect) return null
  const usage = second.usage ?? (first as Delta).usage
  const told = usage === undefined ? {} : { usage }
  if (first.type === "LlmTextDelta" && second.type === "LlmTextDelta") return { ...second, ...told, text: first.text + second.text }
  if (first.type === "LlmThinkingDelta" && second.type === "LlmThinkingDelta")
    return goesOn(first, second) ? { ...second, ...told, text: first.text + second.text } : null
  if (first.type === "LlmToolCallDelta" && second.type === "LlmToolCallDelta")
    return first.index === second.index
      ? { ...second, ...told, ...nameOf(first, second), arguments: first.arguments + second.arguments }
      : null
  return null
}

/** A signature closes its block; what is hidden and what is not are two blocks. */
const goesOn = (first: LlmThinkingDelta, second: LlmThinkingDelta): boolean =>
  first.signature === undefined && (first.redacted ?? false) === (second.redacted ?? false)

const nameOf = (first: LlmToolCallDelta, second: LlmToolCallDelta): { readonly name?: string } =>
  first.name === undefined && second.name === undefined ? {} : { name: (first.name ?? "") + (second.name ?? "") }
