import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { replay } from "../../machine/replay.ts"
import type { State } from "../../machine/state.ts"
import type { EventLog, LogError } from "../event-log/event-log.ts"
import { logError } from "../event-log/log-error.ts"

/** Where a session of the log stands, read without opening it. Errors: `damaged` where its first event opens none. */
export const stateOf = (log: EventLog["Service"], id: string): Effect.Effect<State, LogError> =>
  Effect.flatMap(Stream.runCollect(log.read(id)), (rows) =>
    Effect.try({
      try: () => replay(rows.map(({ event }) => event)),
      catch: (cause) => logError("damaged", `read session ${id}: ${cause instanceof Error ? cause.message : String(cause)}`)
    })
  )
