import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import type { Parent } from "../../machine/event.ts"
import { exportSession, pagesOf } from "./export.ts"
import { decodeHeader } from "./header.ts"
import type { Imported } from "./import.ts"
import { makeJournals, type Journals } from "./journals.ts"
import { rowOf, type ParsedLine, type Row } from "./line.ts"
import { logError, type LogError } from "./log-error.ts"
import { makeMemoryStore, type MemoryStore } from "./store-memory.ts"
import { makeSqlStore } from "./store-sql.ts"
import { lineOf, type Store, type Origin, type StoredSession } from "./store.ts"
import { upcasterFrom } from "./upcast.ts"
import { writeFileOf, type Exported } from "./write-file.ts"

export type { Journal } from "./journal.ts"
export type { JournalOptions, OpenedJournal } from "./journals.ts"
export type { Row } from "./line.ts"
export { LogError } from "./log-error.ts"
export type { Exported, Imported }

/** What a list of sessions shows. Units: times in ms since the epoch. */
export interface SessionInfo {
  readonly id: string
  /** The person's first words; empty until there are any. */
  readonly title: string
  readonly roots: readonly string[]
  readonly model: string
  readonly created: number
  readonly updated: number
  readonly events: number
  /** Name of the state after the newest event. */
  readonly state: string
  /** The session and the event that a fork goes on from; `null` for any other. */
  readonly parent: Parent | null
  /** Where it came from; `null`: it was held here from its beginning. */
  readonly origin: Origin | null
}

/** A session that said more than others were told. */
export interface Owing extends SessionInfo {
  /** The newest event that they were told. */
  readonly told: number
}

/** Keeps the events of all sessions. They are the truth; everything else is a fold of them. */
export class EventLog extends Context.Service<
  EventLog,
  Journals & {
    /** Events with numbers from `from` to `to`, both included; all of them where none is given. */
    readonly read: (id: string, range?: Range) => Stream.Stream<Row, LogError>
    /** All sessions, the newest first. */
    readonly list: Effect.Effect<readonly SessionInfo[], LogError>
    /** The session as a log, in pieces of whole lines. */
    readonly text: (id: string) => Stream.Stream<string, LogError>
    /** Writes the session as a log; the file is there whole or not at all. */
    readonly exportTo: (id: string, file: string) => Effect.Effect<Exported, LogError>
    /** Takes a log in. One that was cut comes in as far as it goes; a damaged one not at all. `origin`: `null` only where this machine is known to have written it. */
    readonly importFrom: (file: string, origin?: Origin | null) => Effect.Effect<Imported, LogError>
    /** Sessions that said more than others were told, the oldest first. */
    readonly owing: Effect.Effect<readonly Owing[], LogError>
    /** Says that others were told what a session said, up to an event. */
    readonly told: (id: string, n: number) => Effect.Effect<void, LogError>
    /** Where a session came from; `null`: it was held here from its beginning. */
    readonly origin: (id: string) => Effect.Effect<Origin | null, LogError>
  }
>()("loom/EventLog") {
  /** In the database of whatever `SqlClient` there is. `build` names what writes, in the header of each new log. */
  static readonly layerSql = (build: string): Layer.Layer<EventLog, LogError, SqlClient.SqlClient> =>
    Layer.effect(EventLog, Effect.flatMap(makeSqlStore, (store) => makeEventLog(store, build)))

  /** In memory, with the faults of a real store on demand: keep the store to crash it, or to open it again. */
  static readonly layerMemory = (store: MemoryStore = makeMemoryStore(), build = "memory"): Layer.Layer<EventLog> =>
    Layer.effect(EventLog, makeEventLog(store, build))

  /** One log from a file, to be read and not to be written. */
  static readonly layerJsonl = (file: string): Layer.Layer<EventLog, LogError> =>
    Layer.effect(
      EventLog,
      Effect.gen(function*() {
        const log = yield* makeEventLog(makeMemoryStore(), "read-only")
        yield* log.importFrom(file)
        const refused = Effect.fail(logError("unwritable", `write to ${file}: a log in a file can only be read; import it to go on with it`))
        return EventLog.of({ ...log, create: () => refused, open: () => refused, importFrom: () => refused })
      })
    )
}

/** Few are forks, so most headers need not be read. */
const parentIn = (header: string): Parent | null => {
  const decoded = header.includes('"parent":') ? decodeHeader(header) : ""
  return typeof decoded === "string" ? null : (decoded.parent ?? null)
}

export interface Range {
  readonly from?: number
  readonly to?: number
}

const makeEventLog = Effect.fnUntraced(function*(store: Store, build: string) {
  const journals = yield* makeJournals(store, build)
  const text = (id: string) => Stream.unwrap(Effect.map(store.session(id), (session) => exportSession(store, session)))
  return EventLog.of({
    ...journals,
    read: (id, range = {}) => Stream.unwrap(Effect.map(store.session(id), (session) => rows(store, session, range))),
    list: Effect.map(store.sessions, (sessions) => sessions.map(({ header, ...info }) => ({ ...info, parent: parentIn(header) }))),
    owing: Effect.map(store.owing, (sessions) => sessions.map(({ header, ...info }) => ({ ...info, parent: parentIn(header) }))),
    told: store.told,
    text,
    exportTo: (id, file) => writeFileOf(id, file, text(id)),
    importFrom: (file, origin = "log") =>
      Effect.flatMap(Effect.promise(() => import("./import.ts")), ({ importLog }) => importLog(store, file, origin)),
    origin: (id) => Effect.map(store.session(id), ({ origin }) => origin)
  })
})

const rows = (store: Store, session: StoredSession, { from = 1, to = session.events }: Range): Stream.Stream<Row, LogError> => {
  const header = decodeHeader(session.header)
  const upcaster = typeof header === "string" ? null : upcasterFrom(header.loom)
  if (upcaster === null) return Stream.fail(logError("newer", `read session ${session.id}: its format is not known here; update Loom`))
  return Stream.flatMap(pagesOf(store, session, from - 1, Math.min(to, session.events)), (events) =>
    Stream.fromArray(events.map((event) => rowOf(upcaster.line(JSON.parse(lineOf(event))) as unknown as ParsedLine)))
  )
}
