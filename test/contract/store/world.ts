import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Blobs } from "../../../src/effects/os/blobs.ts"
import type { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { notTried, type NotTried, type Promised } from "../contract.ts"

/** One store that outlives the processes that open it, and what can befall it; of a store that something cannot befall, it is left out. */
export interface World {
  /** Runs as one process does, on a clock that stands still: what it leaves open ends with it. `build` is what writes. */
  readonly process: <A, E>(program: Effect.Effect<A, E, EventLog | Blobs | Scope.Scope>, build?: string) => Promise<A>
  /** Whoever holds a session dies, without closing anything. */
  readonly holdersDie?: Effect.Effect<void>
  /** No commit finds space, or finds it again. */
  readonly space?: (free: boolean) => Effect.Effect<void>
  /** Changes a byte of every snapshot. */
  readonly damageSnapshots?: Effect.Effect<void>
}

/** What to try a store with. */
export interface StoreTrial {
  readonly name: string
  /** An empty store; each promise has its own. */
  readonly makeWorld: () => World
}

/** A promise of every store; `needs`: what must be able to befall it. */
export const holds = (
  promise: string,
  run: (world: Required<World>, makeWorld: () => World) => Promise<void | NotTried>,
  needs: readonly (keyof World)[] = []
): Promised<StoreTrial> => ({
  promise,
  check: async ({ makeWorld }) => {
    const world = makeWorld()
    const missing = needs.filter((name) => world[name] === undefined)
    if (missing.length > 0) return notTried(`give the world \`${missing.join("`, `")}\``)
    return (await run(world as Required<World>, makeWorld)) ?? null
  }
})
