import type { Event } from "../../src/machine/event.ts"
import type { Part } from "../../src/machine/session.ts"
import type { State, StateName, StateOf } from "../../src/machine/state.ts"
import { initial, step, type Step } from "../../src/machine/step.ts"
import { opening, type Opening } from "../properties/harness/opening.ts"

type Unstamped<E> = E extends unknown ? Omit<E, "at"> : never
export type Said = Unstamped<Event>

/** The step that the last of some events made, in a session of its own; they come 1,000 ms apart. */
export const last = (events: readonly Said[], how: Opening = {}): Step =>
  events.reduce<Step>((before, event, index) => step(before.state, { ...event, at: (index + 1) * 1000 } as Event), initial(opening(how)))

/** The state after some events. Errors: throws where it is not the one that was meant. */
export const stateAfter = <N extends StateName>(name: N, events: readonly Said[], how: Opening = {}): StateOf<N> => {
  const { state } = last(events, how)
  if (state.name !== name) throw new Error(`play ${events.length} events: they led to ${state.name}, not ${name}`)
  return state as State as StateOf<N>
}

export const text = (words: string): readonly Part[] => [{ type: "text", text: words }]

/** A turn's first two events; its request has the next number. */
export const asked = (words: string, effect = 1): readonly Said[] => [
  { type: "UserInput", parts: text(words) },
  { type: "ContextGathered", effect, fragments: [] }
]

/** An answer of words alone. */
export const answered = (words: string, effect: number): readonly Said[] => [
  { type: "LlmTextDelta", effect, text: words },
  { type: "LlmCompleted", effect, stop: "end" }
]

/** An answer that calls tools, in order. */
export const called = (names: readonly string[], effect: number): readonly Said[] => [
  ...names.map((name, index): Said => ({ type: "LlmToolCallDelta", effect, index, name, arguments: "{}" })),
  { type: "LlmCompleted", effect, stop: "tool-calls" }
]
