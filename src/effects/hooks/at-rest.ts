import * as Effect from "effect/Effect"
import type { Shutdown } from "../../machine/action.ts"
import type { Session } from "../../machine/session.ts"
import type { WaitingReason } from "../../machine/state.ts"
import type { Emit } from "../emit.ts"
import { askHooks, commonInput, reportsOf } from "./ask-hooks.ts"
import type { HookDesk } from "./desk.ts"
import { hooksFor } from "./hook.ts"

/**
 * Tells the Stop hooks that a turn ended. Nobody waits for them, and they cannot make it go on: what they say against it is told to the
 * person, and to the model with the next turn.
 */
export const tellStop = (desk: HookDesk, why: WaitingReason, n: number, { settings }: Session): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { promise, resolve } = Promise.withResolvers<void>()
    desk.running.add(promise)
    const input = { ...commonInput(desk, "Stop", settings.mode), stop_hook_active: false, loom_why: why }
    return Effect.map(askHooks(desk, hooksFor(desk.hooks, "Stop"), input, `stop-${n}`), (said) => {
      const objection = said.verdict?.decision === "deny" ? said.verdict.reason : null
      desk.keep({
        context: [...said.context, ...(objection === null ? [] : [`A hook of the person, when your last turn ended: ${objection}`])],
        reports: [...reportsOf(desk, said), ...(objection === null ? [] : [`a hook is not content with the end of the turn: ${objection}`])]
      })
    }).pipe(
      Effect.ensuring(
        Effect.sync(() => {
          desk.running.delete(promise)
          resolve()
        })
      )
    )
  })

/** So long a session that closes waits for hooks that still run; those that take longer end with it. Units: ms. */
const PATIENCE_MS = 4_000

/** Carries out `Shutdown`: what still runs may come to its end, and what it said is told. */
export const drainHooks = Effect.fnUntraced(function*(
  { effect }: Shutdown,
  desk: HookDesk,
  emit: Emit,
  patienceMs: number = PATIENCE_MS
): Effect.fn.Return<void> {
  const inTime = yield* Effect.timeoutOrElse(
    Effect.as(
      Effect.promise(() => Promise.all(desk.running)),
      true
    ),
    {
      duration: patienceMs,
      orElse: () => Effect.succeed(false)
    }
  )
  const reports = [
    ...desk.takeKept().reports,
    ...(inTime ? [] : [`hook Stop: still ran after ${patienceMs / 1000} s when the session closed; ended with it`])
  ]
  emit({ type: "ShutdownCompleted", effect, ...(reports.length === 0 ? {} : { reports }) })
})
