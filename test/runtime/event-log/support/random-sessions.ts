import * as Result from "effect/Result"
import fc from "fast-check"
import type { Event } from "../../../../src/machine/event.ts"
import { decodeEvent } from "../../../../src/machine/schema.ts"
import { plans } from "../../../properties/harness/arbitrary.ts"
import { machine } from "../../../properties/harness/machine.ts"
import { eventsOf, play, type Plan } from "../../../properties/harness/play.ts"
import { recorded, type Recorded } from "./conversation.ts"

/** Random sessions, of the kind that hold every law of the machine. */
export const sessions: fc.Arbitrary<readonly Recorded[]> = plans.map((plan: Plan) => recorded(eventsOf(play(machine, plan, [])).filter(mayBeRead)))

/** The harness also says what no runner would, to see that the machine stands it; a log that holds it is damaged. */
const mayBeRead = (event: Event): boolean => Result.isSuccess(decodeEvent(event))

/** A few of them, always the same, for what is too slow to be tried on many. */
export const someSessions = (count: number): readonly (readonly Recorded[])[] => fc.sample(sessions, { numRuns: count, seed: 7 })
