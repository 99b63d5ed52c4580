import type { Event, SessionOpened } from "../../../src/machine/event.ts"
import { canonicalRequest, type CanonicalRequest } from "../../../src/machine/request.ts"
import type { CallingLlm, State } from "../../../src/machine/state.ts"
import { initial, step, type Step } from "../../../src/machine/step.ts"

/** What the laws are about. A mutant is another one of these. */
export interface Machine {
  readonly initial: (opened: SessionOpened) => Step
  readonly step: (state: State, event: Event) => Step
  readonly canonicalRequest: (state: CallingLlm) => CanonicalRequest
}

export const machine: Machine = { initial, step, canonicalRequest }
