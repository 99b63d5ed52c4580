import * as Effect from "effect/Effect"
import { logError } from "../../../src/runtime/event-log/log-error.ts"
import { makeMemoryStore, type MemoryStore } from "../../../src/runtime/event-log/store-memory.ts"
import type { Store } from "../../../src/runtime/event-log/store.ts"
import type { DiskFault } from "./plan.ts"

/** What a simulated disk tells the world. */
export interface DiskWatch {
  readonly happened: (what: string) => void
  /** The process dies in the midst of a write. */
  readonly dies: () => void
}

/** The store of a session that outlives its processes: it loses what no commit wrote, and fails as told. */
export interface Disk {
  readonly store: Store
  /** How many events of the session are on it. */
  readonly events: () => number
  readonly exists: () => boolean
  /** The process that wrote is dead: its lease counts no more. */
  readonly crash: () => void
  /** Somebody else takes the session from the process that lives. */
  readonly usurp: (session: string) => void
  readonly isUsurped: () => boolean
  /** Nothing fails any more. */
  readonly mend: () => void
}

const USURPER = JSON.stringify({ process: 1, started: "", host: "elsewhere", space: "", since: 0 })

export const diskOf = (faults: readonly DiskFault[], watch: DiskWatch): Disk => {
  const store: MemoryStore = makeMemoryStore()
  let writes = 0
  let events = 0
  let left = faults
  let usurped = false

  const commit: Store["commit"] = (batches) =>
    Effect.suspend(() => {
      const write = ++writes
      const fault = left.find((one) => (one.fault === "full" ? write >= one.write && write < one.write + one.writes : one.write === write))
      const written = Effect.tap(store.commit(batches), () => Effect.sync(() => void (events = batches[batches.length - 1]?.summary.events ?? events)))
      switch (fault?.fault) {
        case undefined:
          return written
        case "full":
          watch.happened("disk full")
          return Effect.fail(logError("full", "write session: no space is left; nothing that was acknowledged is lost, free some space and go on"))
        case "crash before":
          watch.happened("crash before a write")
          watch.dies()
          return Effect.never
        case "crash after":
          watch.happened("crash after a write")
          return Effect.andThen(written, Effect.suspend(() => (watch.dies(), Effect.never)))
      }
    })

  return {
    store: { ...store, commit },
    events: () => events,
    exists: () => events > 0,
    crash: () => {
      usurped = false
      store.crash()
    },
    usurp: (session) => {
      store.crash()
      usurped = true
      Effect.runSync(store.take(session, { token: "usurper", at: 0, holder: USURPER }, false))
    },
    isUsurped: () => usurped,
    mend: () => void (left = [])
  }
}
