import * as Result from "effect/Result"
import fc from "fast-check"
import type { Event } from "../../../src/machine/event.ts"
import { decodeEvent } from "../../../src/machine/schema.ts"
import { plans } from "./arbitrary.ts"
import { machine } from "./machine.ts"
import { eventsOf, play } from "./play.ts"

/** The events of whole random sessions, as a log can hold them: the first opens the session. */
export const logs: fc.Arbitrary<readonly Event[]> = plans.map((plan) => eventsOf(play(machine, plan, [])).filter(mayBeRead))

/** One event of a random session. */
export const events: fc.Arbitrary<Event> = logs.chain((log) => fc.constantFrom(...log))

/** The harness also says what no runner would, to see that the machine stands it; a log that holds it is damaged. */
function mayBeRead(event: Event): boolean {
  return Result.isSuccess(decodeEvent(event))
}
