import type { Action } from "../../../src/machine/action.ts"
import type { Event } from "../../../src/machine/event.ts"
import type { CanonicalRequest } from "../../../src/machine/request.ts"
import type { State } from "../../../src/machine/state.ts"
import type { Step } from "../../../src/machine/step.ts"
import { edgeLaws } from "./laws.ts"
import type { Machine } from "./machine.ts"
import { followed, type Shadow } from "./shadow.ts"

export { emptyShadow, type Shadow } from "./shadow.ts"

/** One step as the laws see it: what was, what came, what became of it, and what the observer knew before and knows after. */
export interface Edge {
  readonly before: State
  readonly event: Event
  readonly after: State
  readonly actions: readonly Action[]
  readonly outcome: Step["outcome"]
  /** The request that leaves with this step, built from the state it returned. */
  readonly request: CanonicalRequest | null
  readonly known: Shadow
  readonly knows: Shadow
}

/** A law that one step can show. `broken` says how it is broken, `null` where it holds. */
export interface EdgeLaw {
  /** The law's number in the design, or the rule's: `"9"`, `"rule 6"`. */
  readonly id: string
  readonly words: string
  readonly broken: (edge: Edge) => string | null
}

/** A law that does not hold, how, and after which events. */
export class Broken extends Error {
  readonly law: string
  readonly words: string
  readonly how: string
  readonly events: readonly Event[]
  constructor(law: string, words: string, how: string, events: readonly Event[] = []) {
    super(`law ${law}, ${words}: ${how}`)
    this.law = law
    this.words = words
    this.how = how
    this.events = events
  }

  within(events: readonly Event[]): Broken {
    return new Broken(this.law, this.words, this.how, events)
  }
}

/** Takes one step and holds it to the laws. Errors: throws `Broken` at the first law that does not hold. */
export const observe = (
  machine: Machine,
  before: State,
  event: Event,
  known: Shadow,
  laws: readonly EdgeLaw[] = edgeLaws
): { readonly step: Step; readonly shadow: Shadow } => {
  const step = machine.step(before, event)
  const { state: after, actions, outcome } = step
  const sends = after.name === "CallingLlm" && actions.some((action) => action.type === "SendLlmRequest")
  const request = sends ? machine.canonicalRequest(after) : null
  const knows = followed(known, before, event, step, request)
  const edge: Edge = { before, event, after, actions, outcome, request, known, knows }
  for (const law of laws) {
    const how = law.broken(edge)
    if (how !== null) throw new Broken(law.id, law.words, `${how}, after ${event.type} in ${before.name}`)
  }
  return { step, shadow: knows }
}
