import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Emit } from "../../src/effects/emit.ts"
import type { Work } from "../../src/effects/perform.ts"
import type { Action } from "../../src/machine/action.ts"
import type { SessionOpened } from "../../src/machine/event.ts"
import { replay } from "../../src/machine/replay.ts"
import type { State } from "../../src/machine/state.ts"
import { EventLog, type Row } from "../../src/runtime/event-log/event-log.ts"
import { makeMemoryStore, type MemoryStore } from "../../src/runtime/event-log/store-memory.ts"
import { runSession, type Session } from "../../src/runtime/session.ts"

export type Perform = (action: Action, state: State, emit: Emit) => readonly Work<never>[]

/** A real session over a log in memory, with rooms of the test's own. */
export interface LiveSession {
  readonly session: Session
  readonly store: MemoryStore
  /** What the log holds by now. */
  readonly rows: Effect.Effect<readonly Row[]>
}

export const liveSession = Effect.fnUntraced(function*(
  opened: SessionOpened,
  perform: Perform,
  store: MemoryStore = makeMemoryStore()
): Effect.fn.Return<LiveSession, never, Scope.Scope> {
  const log = Context.get(yield* Layer.build(EventLog.layerMemory(store)), EventLog)
  const journal = yield* Effect.orDie(log.create(opened))
  const session = yield* runSession(journal, replay([opened]), (action, { state }, emit) => perform(action, state, emit))
  return { session, store, rows: Effect.orDie(Stream.runCollect(log.read(opened.session))) }
})

/** A work that answers as soon as it is started. */
export const work = (effect: number, run: Effect.Effect<void> | (() => void), changes = false): Work<never> => ({
  effect,
  changes,
  run: typeof run === "function" ? Effect.sync(run) : run
})
