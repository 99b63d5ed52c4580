import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ChainVerdict } from "../event-log/chain.ts"
import { EventLog, type LogError } from "../event-log/event-log.ts"
import type { Header } from "../event-log/header.ts"
import { rowOf, type Row } from "../event-log/line.ts"
import { logError, logErrorOf } from "../event-log/log-error.ts"
import { makeLogReader, type LogReader } from "../event-log/read-log.ts"
import { blocksOfFile, makeBlocks } from "../event-log/scan.ts"
import { isUntold, readSettled, settled } from "./settled.ts"
import { machinesOfFile, machinesOfSession } from "./verify.ts"

/** A whole log in memory, wherever it came from: what every command of the replay laboratory works on. */
export interface LoadedLog {
  readonly header: Header
  /** Event `n` stands at index `n - 1`. Where the log names no machine, and an older one decided, the events name it. */
  readonly rows: readonly Row[]
  /** What its seals say of it. A cut log is held as far as it goes. */
  readonly chain: ChainVerdict
}

/** The log in a file. Errors: `not-found`, and `damaged` or `newer` with the first bad line. */
export const loadFile = (path: string): Effect.Effect<LoadedLog, LogError> =>
  Effect.flatMap(
    Effect.try({
      try: () => {
        const loading = makeLoading()
        for (const block of blocksOfFile(path)) if (!loading.take(block)) break
        return loading
      },
      catch: (cause) => logErrorOf(`read ${path}`, cause)
    }),
    (loading) =>
      Effect.flatMap(loading.done(path), (log) =>
        isUntold(log.rows[0]?.event)
          ? Effect.try({
              try: () => ({ ...log, rows: settled(log.rows, machinesOfFile(path)) }),
              catch: (cause) => logErrorOf(`read ${path}`, cause)
            })
          : Effect.succeed(log)
      )
  )

/** A session of the log, read without opening it. */
export const loadSession = Effect.fn("Replay.loadSession")(function*(id: string): Effect.fn.Return<LoadedLog, LogError, EventLog> {
  const log = yield* EventLog
  const loading = makeLoading()
  const pieces = makeBlocks()
  yield* Stream.runForEach(log.text(id), (text) =>
    Effect.sync(() => {
      for (const block of pieces.blocks(text)) loading.take(block)
    })
  )
  loading.take(pieces.rest())
  const loaded = yield* loading.done(id)
  return isUntold(loaded.rows[0]?.event) ? { ...loaded, rows: settled(loaded.rows, yield* machinesOfSession(id)) } : loaded
})

/**
 * The rows of a log in a file one after the other, for who need not have it whole, and in the end what its seals say of it.
 * Errors: throws what `loadFile` fails with, after the rows that stand before the damage.
 */
export function* rowsOfFile(path: string): Generator<Row, ChainVerdict> {
  const rows = readSettled(path)
  let events = 0
  for (let next = rows.next(); ; next = rows.next(), events++) {
    if (next.done !== true) yield next.value
    else {
      const refused = refusal(path, next.value, events)
      if (refused !== null) throw refused
      return next.value
    }
  }
}

const refusal = (name: string, chain: ChainVerdict, events: number): LogError | null => {
  if (chain.verdict === "damaged" || chain.verdict === "newer") return logError(chain.verdict, `read ${name}: ${chain.message}`)
  return events === 0 ? logError("damaged", `read ${name}: it holds no event`) : null
}

const makeLoading = () => {
  const reader = makeLogReader()
  const rows: Row[] = []
  let header: Header | null = null
  const take = (block: Parameters<LogReader["take"]>[0]): boolean => {
    const read = reader.take(block)
    if (read === null) return false
    header ??= read.header
    for (const line of read.lines) rows.push(rowOf(line))
    return true
  }
  const done = (name: string): Effect.Effect<LoadedLog, LogError> => {
    const chain = reader.verdict()
    const refused = refusal(name, chain, rows.length)
    return refused === null ? Effect.succeed({ header: header as Header, rows, chain }) : Effect.fail(refused)
  }
  return { take, done }
}
