import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { LogError } from "../../runtime/event-log/event-log.ts"
import type { Session } from "../../runtime/session.ts"
import { isAtRest } from "../view/telling.ts"
import { EXIT, type ExitCode } from "./exit-code.ts"
import { shutDown } from "./rest.ts"
import type { Wish, Wishes } from "./signals.ts"

/**
 * Ctrl-C interrupts the turn, and a second one leaves; the other signals leave at once.
 * Gives back how it was stopped, `null` as long as nobody asked.
 */
export const stopOnWish = (wishes: Wishes, session: Session): Effect.Effect<() => ExitCode | null, never, Scope.Scope> =>
  Effect.gen(function*() {
    const wished = yield* Queue.unbounded<Wish>()
    let code: ExitCode | null = null
    const hear = (wish: Wish): void => {
      const leaves = wish.type === "leave" || code !== null || isAtRest(session.state())
      code = wish.type === "leave" ? wish.code : EXIT.interrupted
      Queue.offerUnsafe(wished, leaves ? { type: "leave", code } : wish)
    }
    yield* Effect.acquireRelease(Effect.sync(() => wishes.listen(hear)), (stop) => Effect.sync(stop))
    yield* Effect.forkScoped(Effect.ignore(obey(wished, session)))
    return () => code
  })

const obey = (wished: Queue.Dequeue<Wish>, session: Session): Effect.Effect<never, LogError> =>
  Effect.forever(
    Effect.flatMap(Queue.take(wished), (wish) => session.say({ type: wish.type === "leave" ? "ShutdownRequested" : "InterruptRequested" }))
  )

/** So long a session may take to close in order; the log is whole either way. Units: ms. */
const PATIENCE_MS = 5000

/** Closes a session in order and leaves with `code`; whoever presses Ctrl-C meanwhile is not kept waiting. */
export const closeInOrder = (wishes: Wishes, session: Session, code: ExitCode): Effect.Effect<void, LogError> =>
  Effect.scoped(
    Effect.andThen(
      Effect.acquireRelease(
        Effect.sync(() => {
          const patience = setTimeout(() => process.exit(code), PATIENCE_MS)
          const stop = wishes.listen(({ type }) => (type === "interrupt" ? process.exit(code === EXIT.done ? EXIT.interrupted : code) : undefined))
          return () => (clearTimeout(patience), stop())
        }),
        (stop) => Effect.sync(stop)
      ),
      shutDown(session)
    )
  )
