import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { replay } from "../../machine/replay.ts"
import type { State } from "../../machine/state.ts"
import { EventLog, type LogError } from "../event-log/event-log.ts"
import { logError } from "../event-log/log-error.ts"
import { readSettledSession } from "./settled.ts"

/** Where a session of the log stands, read without opening it. Errors: `damaged` where its first event opens none. */
export const stateOf = (log: EventLog["Service"], id: string): Effect.Effect<State, LogError> =>
  Effect.flatMap(Effect.provideService(Stream.runCollect(readSettledSession(id)), EventLog, log), (rows) =>
    Effect.try({
      try: () => replay(rows.map(({ event }) => event)),
      catch: (cause) => logError("damaged", `read session ${id}: ${cause instanceof Error ? cause.message : String(cause)}`)
    })
  )
