import { randomUUID } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { thisHolder } from "./holder.ts"
import type { Lease, Store } from "./store.ts"

/** The leases that this process holds. */
export interface Leases {
  readonly make: Effect.Effect<Lease>
  /** Gives a session back. What cannot be given back is taken over as soon as this process is gone. */
  readonly release: (id: string, token: string) => Effect.Effect<void>
}

/** How often a holder says that it lives, for those who cannot look. */
const RENEWAL = "60 seconds"

export const keepLeases = Effect.fnUntraced(function*(store: Store): Effect.fn.Return<Leases, never, Scope.Scope> {
  const tokens = new Set<string>()
  const renew = Effect.suspend(() =>
    tokens.size === 0 ? Effect.void : Effect.flatMap(Clock.currentTimeMillis, (now) => store.renew([...tokens], now))
  )
  // A renewal that fails is tried again with the next; the commit is what finds out that a lease was lost.
  yield* Effect.forkScoped(Effect.schedule(Effect.ignore(renew), Schedule.spaced(RENEWAL)))
  return {
    make: Effect.map(Clock.currentTimeMillis, (at) => {
      const lease = newLease(at)
      tokens.add(lease.token)
      return lease
    }),
    release: (id, token) =>
      Effect.suspend(() => {
        tokens.delete(token)
        return Effect.ignore(store.release(id, token))
      })
  }
})

export const newLease = (at: number): Lease => ({ token: randomUUID(), at, holder: JSON.stringify(thisHolder(at)) })
