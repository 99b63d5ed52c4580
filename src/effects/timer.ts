import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ScheduleRetry } from "../machine/action.ts"
import type { Emit } from "./emit.ts"

/** Waits until a retry is due; a time that is past is due at once. */
export const waitForRetry = ({ effect, dueAt }: ScheduleRetry, emit: Emit): Effect.Effect<void> =>
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    yield* Effect.sleep(Math.max(0, dueAt - now))
    emit({ type: "RetryTimeoutFired", effect })
  })
