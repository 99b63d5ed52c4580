import type { Action } from "./action.ts"
import type { Event, SessionOpened } from "./event.ts"
import type { State } from "./state.ts"
import { initial, step, type Step } from "./step.ts"

/** One event and what it did. */
export interface Traced {
  readonly event: Event
  readonly before: State | null
  readonly step: Step
}

/**
 * Every step of a log, in order: the first event opens the session.
 * Errors: throws where the first event does not open one, for that is no log.
 */
export function* trace(events: Iterable<Event>): Generator<Traced, void> {
  let state: State | null = null
  for (const event of events) {
    const taken: Step = state === null ? initial(openingOf(event)) : step(state, event)
    yield { event, before: state, step: taken }
    state = taken.state
  }
}

/** The state after the events, from a state or from nothing. */
export const replay = (events: Iterable<Event>, from?: State): State => {
  let state = from
  for (const event of events) state = state === undefined ? initial(openingOf(event)).state : step(state, event).state
  if (state === undefined) throw new Error("replay a log: it holds no event; the first must be SessionOpened")
  return state
}

/** The first event where another run of the same events did something else, with both lists of actions. */
export interface Divergence {
  /** Position in the list of events, from 0. */
  readonly index: number
  readonly expected: readonly Action[]
  readonly actual: readonly Action[]
}

/** Compares what each event caused with what was recorded. A state-only comparison would miss a changed action. */
export const firstDivergence = (rows: Iterable<{ readonly event: Event; readonly actions: readonly Action[] }>): Divergence | null => {
  let state: State | undefined
  let index = 0
  for (const { event, actions } of rows) {
    const taken: Step = state === undefined ? initial(openingOf(event)) : step(state, event)
    if (JSON.stringify(taken.actions) !== JSON.stringify(actions)) return { index, expected: actions, actual: taken.actions }
    state = taken.state
    index++
  }
  return null
}

const openingOf = (event: Event): SessionOpened => {
  if (event.type !== "SessionOpened") throw new Error(`replay a log: its first event is ${event.type}, not SessionOpened; it is not whole`)
  return event
}
