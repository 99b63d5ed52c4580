import type { Action } from "../../machine/action.ts"
import type { Event, SessionOpened } from "../../machine/event.ts"
import type { CallingLlm, State } from "../../machine/state.ts"
import { initial, step, type Step } from "../../machine/step.ts"
import type { KeptEvent } from "./edits.ts"
import { makeRequestHashes } from "./request-hash.ts"

/** An event as this build's machine takes it. */
export interface Restepped {
  readonly event: Event
  readonly actions: readonly Action[]
  readonly state: State
  readonly outcome: Step["outcome"]
}

/**
 * The machine over events that may not be those it once heard. A request that is another one now gets the hash it has now, so
 * that what comes out is a log that this build verifies. Errors: throws where the machine cannot hear an event.
 */
export const restep = (events: readonly Event[]): readonly Restepped[] => {
  const requests = makeRequestHashes()
  const steps: Restepped[] = []
  let state: State | null = null
  let sent: { readonly effect: number; readonly state: CallingLlm } | null = null
  for (const given of events) {
    const event: Event =
      given.type === "LlmStarted" && sent?.effect === given.effect && !requests.agrees(sent.state, given.hash)
        ? { ...given, hash: requests.of(sent.state) }
        : given
    const taken: Step = state === null ? initial(event as SessionOpened) : step(state, event)
    state = taken.state
    const request = taken.actions.find((action) => action.type === "SendLlmRequest")
    if (request !== undefined && state.name === "CallingLlm") sent = { effect: request.effect, state }
    steps.push({ event, actions: taken.actions, state, outcome: taken.outcome })
  }
  return steps
}

/** An event that meant something before the change and means nothing after it. */
export interface Meaningless {
  /** Its number in the parent. */
  readonly n: number
  readonly type: Event["type"]
  /** `stale`: an answer nobody waits for any more · `ignored`: nothing that could be heard then. */
  readonly outcome: "stale" | "ignored"
}

/** What a change took the meaning of. */
export const meaningless = (before: readonly Restepped[], kept: readonly KeptEvent[], after: readonly Restepped[]): readonly Meaningless[] =>
  kept.flatMap(({ n, event }, index) => {
    const outcome = after[index]?.outcome ?? "ok"
    return outcome === "ok" || before[n - 1]?.outcome !== "ok" ? [] : [{ n, type: event.type, outcome }]
  })
