import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { LogError } from "./log-error.ts"
import type { Batch, Store } from "./store.ts"

/** A journal as the group commit sees it. */
export interface Member {
  /** What waits to be written; `null` where nothing does. The same again, and more, until `written` or after a failure. */
  readonly batch: () => Batch | null
  readonly written: (batch: Batch) => void
  readonly failed: (error: LogError) => void
}

/** Writes what all journals of this process have waiting, in one transaction for all who wait for it. */
export interface GroupCommit {
  /** Something waits; it is written after a while at the latest. Does not wait itself. */
  readonly noticed: (member: Member) => void
  /** So much waits that it should be written soon. */
  readonly crowded: () => void
  /** Returns once `isDone` holds, or a commit that began after the call has failed. */
  readonly until: (isDone: () => boolean) => Effect.Effect<void>
}

/** How long a row may wait when nobody asks for it to be durable. */
export const DELAY_MAX_MS = 250

export const makeGroupCommit = Effect.fnUntraced(function*(store: Store): Effect.fn.Return<GroupCommit, never, Scope.Scope> {
  const turn = yield* Semaphore.make(1)
  const waiting = new Set<Member>()
  const something = Latch.makeUnsafe(false)
  const much = Latch.makeUnsafe(false)

  const commit = Effect.suspend(() => {
    const taken = [...waiting].flatMap((member) => {
      const batch = member.batch()
      return batch === null ? [] : [{ member, batch }]
    })
    waiting.clear()
    something.closeUnsafe()
    much.closeUnsafe()
    return taken.length === 0 ? Effect.void : write(store, taken, (member) => waiting.add(member))
  }).pipe(Effect.uninterruptible)

  /** Everybody else who is ready to run gets to append first, so that one commit serves them all. */
  const until = (isDone: () => boolean) => turn.withPermit(Effect.suspend(() => (isDone() ? Effect.void : Effect.andThen(Effect.yieldNow, commit))))

  const later = something.await.pipe(
    Effect.andThen(Effect.raceFirst(Effect.sleep(DELAY_MAX_MS), much.await)),
    Effect.andThen(until(() => waiting.size === 0)),
    Effect.forever
  )
  yield* Effect.forkScoped(later)

  return {
    noticed: (member) => {
      waiting.add(member)
      something.openUnsafe()
    },
    crowded: () => void much.openUnsafe(),
    until
  }
})

interface Taken {
  readonly member: Member
  readonly batch: Batch
}

/** All together; where that fails each alone, so that one session's fault is not another's. What failed waits on. */
const write = (store: Store, taken: readonly Taken[], waitOn: (member: Member) => void): Effect.Effect<void> =>
  Effect.matchEffect(store.commit(taken.map(({ batch }) => batch)), {
    onSuccess: () => Effect.sync(() => taken.forEach(({ member, batch }) => member.written(batch))),
    onFailure: (error) => {
      if (taken.length > 1) return Effect.forEach(taken, (one) => write(store, [one], waitOn), { discard: true })
      return Effect.sync(() => taken.forEach(({ member }) => (waitOn(member), member.failed(error))))
    }
  })
