import { closeSync, existsSync, openSync, renameSync, statfsSync } from "node:fs"
import { dirname } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import * as SqlError from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"
import { makeDirectory } from "./make-directory.ts"
import { sqliteModule, type DatabaseSync, type SQLInputValue, type StatementSync } from "./sqlite-module.ts"

/** Effect's `SqlClient` over SQLite. All that speaks SQL in Loom's own process does it through that. */
export interface SqliteConfig {
  /** Path of the database, made with its directory where it is missing; `:memory:` for one that dies with the layer. */
  readonly file: string
  /** How long a statement waits for another process to finish writing. */
  readonly busyTimeoutMs?: number
}

/** Which file was opened, and under what name a damaged one was set aside. */
export class Sqlite extends Context.Service<Sqlite, { readonly file: string; readonly setAside: string | null }>()("loom/Sqlite") {}

/** Write-ahead log, every commit on disk before it returns, foreign keys held, one connection. */
export const layer = (config: SqliteConfig): Layer.Layer<SqlClient.SqlClient | Sqlite, SqlError.SqlError> =>
  Layer.effectContext(
    Effect.gen(function*() {
      const opened = yield* Effect.acquireRelease(
        attempt("open", config.file, () => openOrSetAside(config)),
        ({ database }) => Effect.sync(() => database.close())
      )
      const client = yield* clientOf(opened.database, config.file)
      return Context.make(SqlClient.SqlClient, client).pipe(Context.add(Sqlite, { file: config.file, setAside: opened.setAside }))
    })
  ).pipe(Layer.provide(Reactivity.layer))

// ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────────

const BUSY_TIMEOUT_MS = 5000

const openOrSetAside = (config: SqliteConfig): { readonly database: DatabaseSync; readonly setAside: string | null } => {
  try {
    return { database: open(config), setAside: null }
  } catch (cause) {
    if (!isDamage(cause)) throw cause
    const setAside = moveAside(config.file)
    return { database: open(config), setAside }
  }
}

const open = ({ file, busyTimeoutMs = BUSY_TIMEOUT_MS }: SqliteConfig): DatabaseSync => {
  if (file !== ":memory:") ensureFile(file)
  const database = new (sqliteModule().DatabaseSync)(file, { timeout: busyTimeoutMs })
  try {
    prepareDatabase(database, busyTimeoutMs)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** The pragmas; the first read of the schema is also what notices a file that is no database. */
const prepareDatabase = (database: DatabaseSync, busyTimeoutMs: number): void => {
  if (database.prepare("PRAGMA journal_mode").get()?.["journal_mode"] === "delete") turnOnWal(database, Date.now() + busyTimeoutMs)
  database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864")
  database.prepare("SELECT count(*) FROM sqlite_schema").get()
}

/** Turning to WAL does not wait for a process that does the same, so it is tried until the wait is over. */
const turnOnWal = (database: DatabaseSync, untilMs: number): void => {
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL")
      return
    } catch (cause) {
      if (!isBusy(cause) || Date.now() > untilMs) throw cause
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

/** What a person said to an agent is nobody else's: the directory and the file are made for their owner alone. */
const ensureFile = (file: string): void => {
  if (existsSync(file)) return
  makeDirectory(dirname(file), 0o700)
  closeSync(openSync(file, "a", 0o600))
}

/** Puts a damaged database under another name, beside; nothing of it is deleted. */
export const moveAside = (file: string): string => {
  const name = `${file}.damaged-${new Date().toISOString().replaceAll(/[-:]|\..*/g, "")}`
  for (const suffix of ["", "-wal", "-shm"]) if (existsSync(file + suffix)) renameSync(file + suffix, name + suffix)
  return name
}

// ── the client ───────────────────────────────────────────────────────────────────────────────────────────────────

const clientOf = Effect.fnUntraced(function*(
  database: DatabaseSync,
  file: string
): Effect.fn.Return<SqlClient.SqlClient, never, Reactivity.Reactivity | Scope.Scope> {
  const acquirers = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(connectionOf(database, file)),
    semaphore: yield* Semaphore.make(1),
    isTransaction: () => database.isTransaction
  })
  return yield* SqlClient.make({
    ...acquirers,
    driver: "node:sqlite",
    compiler: Statement.makeCompilerSqlite(),
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [["db.system.name", "sqlite"]]
  })
})

type Params = ReadonlyArray<unknown>

const connectionOf = (database: DatabaseSync, file: string): Connection => {
  const run = <A>(evaluate: (bigInts: boolean) => A): Effect.Effect<A, SqlError.SqlError> =>
    Effect.withFiber((fiber) => attempt("execute", file, () => evaluate(Context.get(fiber.context, SqlClient.SafeIntegers))))
  const prepared = statementCache(database)
  const rows = (sql: string, params: Params) => run((bigInts) => prepared(sql, false, bigInts).all(...bound(params)))
  const values = (sql: string, params: Params) =>
    run((bigInts) => prepared(sql, true, bigInts).all(...bound(params)) as unknown as ReadonlyArray<ReadonlyArray<unknown>>)
  return {
    execute: (sql, params, transform) => (transform === undefined ? rows(sql, params) : Effect.map(rows(sql, params), transform)),
    executeUnprepared: (sql, params, transform) => (transform === undefined ? rows(sql, params) : Effect.map(rows(sql, params), transform)),
    executeRaw: (sql, params) => run((bigInts) => prepared(sql, false, bigInts).run(...bound(params))),
    executeValues: values,
    executeValuesUnprepared: values,
    executeStream: (sql, params, transform) =>
      Stream.unwrap(
        Effect.map(
          run(() => database.prepare(sql).iterate(...bound(params))),
          (iterator) => {
            const found = Stream.fromIterable({ [Symbol.iterator]: () => iterator })
            return transform === undefined ? found : Stream.map(found, (row) => transform([row])[0])
          }
        )
      )
  }
}

const STATEMENTS_MAX = 192

/** Statements are prepared once; the one prepared first makes room. */
const statementCache = (database: DatabaseSync) => {
  const caches = [0, 1, 2, 3].map(() => new Map<string, StatementSync>())
  return (sql: string, arrays: boolean, bigInts: boolean): StatementSync => {
    const statementBySql = caches[Number(arrays) + 2 * Number(bigInts)]!
    const known = statementBySql.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql, { returnArrays: arrays, readBigInts: bigInts })
    const oldest = statementBySql.keys().next().value
    if (statementBySql.size >= STATEMENTS_MAX && oldest !== undefined) statementBySql.delete(oldest)
    statementBySql.set(sql, statement)
    return statement
  }
}

/** SQLite knows neither flags nor `undefined`. */
const bound = (params: Params): SQLInputValue[] => {
  for (const param of params) if (typeof param === "boolean" || param === undefined) return params.map(bindable)
  return params as SQLInputValue[]
}

const bindable = (param: unknown): SQLInputValue =>
  typeof param === "boolean" ? Number(param) : param === undefined ? null : (param as SQLInputValue)

// ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** SQLite's primary result codes, where Loom does something of its own about them. Source: sqlite.org/rescode.html */
export const SQLITE = { BUSY: 5, LOCKED: 6, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const

/** The primary result code of whatever went wrong, through the errors that wrap it; `null` where SQLite said nothing. */
export const sqliteCode = (cause: unknown): number | null => {
  if (cause instanceof SqlError.SqlError) return sqliteCode(cause.reason.cause)
  const code = (cause as { readonly errcode?: unknown } | null)?.errcode
  return typeof code === "number" ? code & 0xff : null
}

const isDamage = (cause: unknown): boolean => sqliteCode(cause) === SQLITE.NOTADB || sqliteCode(cause) === SQLITE.CORRUPT

const isBusy = (cause: unknown): boolean => sqliteCode(cause) === SQLITE.BUSY || sqliteCode(cause) === SQLITE.LOCKED

const attempt = <A>(operation: "open" | "execute", file: string, evaluate: () => A): Effect.Effect<A, SqlError.SqlError> =>
  Effect.try({ try: evaluate, catch: (cause) => new SqlError.SqlError({ reason: classified(outOfSpace(cause, file) ?? cause, operation) }) })

/** With less than this left, a disk is full: a commit needs pages in the log and beside it. Units: bytes. */
const SPACE_MIN_BYTES = 1024 * 1024

/** Where a file cannot grow SQLite often only says that input or output failed; whether space is what is missing, the file system knows. */
const outOfSpace = (cause: unknown, file: string): Error | null => {
  if (sqliteCode(cause) !== SQLITE.IOERR) return null
  try {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize < SPACE_MIN_BYTES ? Object.assign(new Error("the disk is full"), { code: "ENOSPC" }) : null
  } catch {
    // Then nobody knows, and what SQLite said stands.
    return null
  }
}

/** Effect's classification reads `errno`, where other drivers put what this one calls `errcode`. */
const classified = (cause: unknown, operation: string): SqlError.SqlErrorReason => {
  const code = (cause as { readonly errcode?: unknown } | null)?.errcode
  if (typeof code === "number" && cause instanceof Error) Object.assign(cause, { errno: code })
  return SqlError.classifySqliteError(cause, { message: cause instanceof Error ? cause.message : String(cause), operation })
}
