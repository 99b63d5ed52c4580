import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { MACHINE_UNTOLD, MACHINE_VERSION } from "../../machine/behaviour.ts"
import type { Event } from "../../machine/event.ts"
import { EventLog, type LogError } from "../event-log/event-log.ts"
import type { Row } from "../event-log/line.ts"
import { logError } from "../event-log/log-error.ts"
import { readLog } from "../event-log/read-log.ts"
import { makeSetting, type Machines } from "./machines.ts"
import { machinesOfFile, machinesOfSession } from "./verify.ts"

/*
 * Logs from before machines were told apart say none that decided them. Whoever replays one reads it here: where it was an older one,
 * the events say so, in memory alone, and the machine decides as it was decided.
 */

/** Whether it has to be found out which machine decided a log that begins so. */
export const isUntold = (first: Event | undefined): boolean => first?.type === "SessionOpened" && first.machine === MACHINE_UNTOLD

/** The events of a log, as they are to be replayed. */
export const settled = (rows: readonly Row[], machines: Machines | null): readonly Row[] => {
  const hear = hearing(machines)
  return rows.map(hear)
}

const hearing = (machines: Machines | null): ((row: Row) => Row) => {
  if (machines === null) return (row) => row
  const { heard } = makeSetting(machines)
  return (row) => ({ ...row, event: heard(row.event) })
}

/** The rows of a log in a file, as `readLog` gives them. Errors: throws what the system says where the file cannot be read. */
export function* readSettled(path: string): ReturnType<typeof readLog> {
  const rows = readLog(path)
  let hear: ((row: Row) => Row) | null = null
  for (;;) {
    const next = rows.next()
    if (next.done === true) return next.value
    hear ??= hearing(isUntold(next.value.event) ? machinesOfFile(path) : null)
    yield hear(next.value)
  }
}

/** The rows of a session of the log. */
export const readSettledSession = (id: string): Stream.Stream<Row, LogError, EventLog> =>
  Stream.unwrap(
    Effect.gen(function*() {
      const log = yield* EventLog
      const first = yield* Stream.runCollect(Stream.take(log.read(id), 1))
      const machines = isUntold(first[0]?.event) ? yield* machinesOfSession(id) : null
      return Stream.map(log.read(id), hearing(machines))
    })
  )

/** The rows that a session goes on from. Errors: `newer` where a machine decided that this one cannot take over from. */
export const settledTail = Effect.fnUntraced(function*(id: string, tail: readonly Row[]): Effect.fn.Return<readonly Row[], LogError, EventLog> {
  const newest = Math.max(0, ...tail.map(({ event }) => ("machine" in event ? (event.machine ?? 0) : 0)))
  if (newest > MACHINE_VERSION)
    return yield* logError("newer", `open session ${id}: machine ${newest} decided it; this one is ${MACHINE_VERSION}, update Loom`)
  return isUntold(tail[0]?.event) ? settled(tail, yield* machinesOfSession(id)) : tail
})
