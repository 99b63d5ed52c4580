import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { Emit, Unstamped } from "../effects/emit.ts"
import type { Cause as WorkCause, Work } from "../effects/perform.ts"
import type { Action } from "../machine/action.ts"
import type { Event } from "../machine/event.ts"
import { step } from "../machine/step.ts"
import type { State } from "../machine/state.ts"
import type { Journal, LogError } from "./event-log/event-log.ts"
import type { Recorded, Said, Session } from "./recorded.ts"

export type { Recorded, Said, Session } from "./recorded.ts"

interface Letter {
  readonly said: Said | Unstamped
  readonly taken?: Deferred.Deferred<void, LogError>
}

/**
 * Keeps one session alive: one inbox, one writer, effects as fibers by their number.
 * An event is stamped, stepped and written; what may change the world starts only once that is durable.
 */
export const runSession = Effect.fnUntraced(function*<R>(
  journal: Journal,
  from: State,
  perform: (action: Action, cause: WorkCause, emit: Emit) => readonly Work<R>[]
): Effect.fn.Return<Session, never, R | Scope.Scope> {
  const clock = yield* Clock.Clock
  const scope = yield* Effect.scope
  const inbox = yield* Queue.unbounded<Letter>()
  const over = yield* Deferred.make<void, LogError>()
  const fibersByEffect = new Map<number, Fiber.Fiber<void>>()
  /** Effects that were cancelled and have not ended yet: what becomes of them is nobody's concern. */
  const cancelled = new Set<number>()
  const listeners = new Set<(recorded: Recorded) => void>()
  let state = from
  let lastAt = journal.lastAt

  const emit: Emit = (answer) => void Queue.offerUnsafe(inbox, { said: answer })

  const start = (work: Work<R>) =>
    Effect.map(Effect.forkIn(Effect.onExit(work.run, (exit) => finish(work.effect, exit)), scope), (fiber) => {
      if (fiber.pollUnsafe() === undefined) fibersByEffect.set(work.effect, fiber)
    })

  /** A room never fails. Should one break all the same, its effect would stay open for ever: the session ends and says so. */
  const finish = (effect: number, exit: Exit.Exit<void>) =>
    Effect.suspend(() => {
      fibersByEffect.delete(effect)
      return !cancelled.delete(effect) && Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)
        ? Fiber.interrupt(writer).pipe(Effect.forkIn(scope), Effect.andThen(Deferred.failCause(over, exit.cause)))
        : Effect.void
    })

  const cancel = (effects: readonly number[]) =>
    Effect.suspend(() => {
      const fibers = effects.flatMap((effect) => fibersByEffect.get(effect) ?? [])
      for (const effect of effects) if (fibersByEffect.has(effect)) cancelled.add(effect)
      return Fiber.interruptAll(fibers)
    })

  const carryOut = Effect.fnUntraced(function*({ n, event: { type: event }, step: { actions, state: after } }: Recorded) {
    const ended = actions.flatMap((action) => (action.type === "Cancel" ? [action.effect] : []))
    // Nobody waits for what still runs then, but what it used is to be told while somebody can hear it.
    const left = actions.some(({ type }) => type === "Shutdown") ? [...fibersByEffect.keys()].filter((effect) => effect > 0) : []
    if (ended.length + left.length > 0) yield* cancel([...ended, ...left])
    const works = actions.flatMap((action) => perform(action, { state: after, n, event }, emit))
    if (works.some((work) => work.changes)) yield* journal.durable
    yield* Effect.forEach(works, start, { discard: true })
  })

  const record = (said: Letter["said"]): Recorded => {
    lastAt = Math.max(lastAt, clock.currentTimeMillisUnsafe())
    const event = { ...said, at: lastAt } as Event
    const taken = step(state, event)
    state = taken.state
    return { n: journal.append(event, taken.actions, taken.state), event, step: taken }
  }

  const handle = Effect.fnUntraced(function*({ said, taken }: Letter) {
    const before = state
    const recorded = record(said)
    if (recorded.step.actions.length > 0) yield* carryOut(recorded)
    if (taken !== undefined || comesToRest(before, recorded.step.state)) yield* journal.durable
    for (const listener of listeners) listener(recorded)
    if (taken !== undefined) yield* Deferred.succeed(taken, undefined)
  })

  const write = Effect.gen(function*() {
    // A session that was shut down begins as over, and is opened again by what is heard first.
    do {
      for (const letter of yield* Queue.takeAll(inbox)) {
        const exit = yield* Effect.exit(handle(letter))
        if (Exit.isSuccess(exit)) continue
        if (letter.taken !== undefined) yield* Deferred.done(letter.taken, exit)
        return yield* exit
      }
    } while (!isOver(state))
  })

  const end = Effect.fnUntraced(function*(exit: Exit.Exit<void, LogError>) {
    yield* cancel([...fibersByEffect.keys()])
    yield* Deferred.done(over, exit)
    for (const letter of yield* Queue.clear(inbox)) if (letter.taken !== undefined) yield* Deferred.done(letter.taken, exit)
    yield* Queue.shutdown(inbox)
  })

  const writer: Fiber.Fiber<void, LogError> = yield* Effect.forkIn(Effect.onExit(write, end), scope)

  return {
    id: from.session.id,
    state: () => state,
    say: (said) =>
      Effect.gen(function*() {
        const taken = yield* Deferred.make<void, LogError>()
        if (!Queue.offerUnsafe(inbox, { said, taken })) return yield* Deferred.await(over)
        return yield* Deferred.await(taken)
      }),
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    ended: Deferred.await(over)
  }
})

const isOver = (state: State): boolean => state.name === "ShuttingDown" && state.drained

/** A turn is reported as ended only once that is durable. */
const comesToRest = (before: State, after: State): boolean =>
  before !== after && (after.name === "WaitingForInput" || after.name === "Error" || isOver(after))
