import { createHash } from "node:crypto"
import { rmSync } from "node:fs"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { layer as layerSqlite, Sqlite } from "../os/sqlite.ts"
import { problemOf } from "../os/problem.ts"
import { cacheFileOf } from "./cache-file.ts"
import { SAVE, TABLES, type Row } from "./cache-rows.ts"
import type { Packed } from "./packed.ts"
import { TONGUES } from "./tongues.ts"

/** What was read of a repository, kept for the next start. It can be thrown away at any time, and never fails: without it, all is read again. */
export interface Cache {
  readonly load: Effect.Effect<readonly Omit<Row, "key">[]>
  /** Whether it holds anything; known after `load`. */
  readonly isFilled: () => boolean
  /** What was read of contents that are not there now but were, by hash and language; see `contentKey`. */
  readonly recall: (keys: readonly string[]) => Effect.Effect<ReadonlyMap<string, Packed>>
  /** What is known without having been read, and what is gone; what is read is kept by who reads it, see `file`. */
  readonly save: (changed: readonly Row[], gone: readonly string[]) => Effect.Effect<void>
  /** Where what is read is to be kept; `null`: nowhere. */
  readonly file: string | null
  /** Takes down why something could not be kept. */
  readonly complain: (why: string) => void
  /** Why it does not do its work, or began anew, in a sentence; `null` where all is well. */
  readonly note: () => string | null
}

export const noCache: Cache = {
  load: Effect.succeed([]),
  isFilled: () => false,
  recall: () => Effect.succeed(new Map()),
  save: () => Effect.void,
  file: null,
  complain: () => {},
  note: () => null
}

/** Changes where something else would be read in the same text. */
const FORM = `3 ${createHash("sha256")
  .update(JSON.stringify(Object.entries(TONGUES).map(([language, { patterns }]) => [language, patterns])))
  .digest("hex")}`

/** The cache of a repository below a directory; one that is damaged or of another version is thrown away. */
export const openCache = (directory: string, root: string): Effect.Effect<Cache, never, Scope.Scope> =>
  Effect.gen(function*() {
    const file = cacheFileOf(directory, root)
    const notes: string[] = []
    const open = Layer.build(layerSqlite({ file })).pipe(Effect.tap((context) => prepare(Context.get(context, SqlClient.SqlClient))))
    const context = yield* open.pipe(
      Effect.catch((error) => {
        notes.push(`${file} could not be used, so it was thrown away: ${problemOf("open it", error).message}`)
        remove(file)
        return open
      })
    )
    const { setAside } = Context.get(context, Sqlite)
    if (setAside !== null) {
      notes.push(`${file} was damaged, so it was thrown away`)
      remove(setAside)
    }
    return makeCache(Context.get(context, SqlClient.SqlClient), file, notes)
  }).pipe(
    Effect.catch((error) =>
      Effect.succeed({ ...noCache, note: () => `nothing is kept for the next start: ${problemOf("open the cache", error).message}` })
    )
  )

const remove = (file: string): void => {
  try {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true })
  } catch {
    // What cannot be opened next is told then.
  }
}

/** Tables of another form are no loss. What is written need not be on disk before it goes on. */
const prepare = Effect.fnUntraced(function*(sql: SqlClient.SqlClient): Effect.fn.Return<void, SqlError> {
  yield* sql.unsafe("PRAGMA synchronous = OFF")
  yield* sql.withTransaction(
    Effect.gen(function*() {
      yield* sql`CREATE TABLE IF NOT EXISTS form (form TEXT NOT NULL)`
      const rows = yield* sql<{ readonly form: string }>`SELECT form FROM form`
      if (rows.length === 1 && rows[0]?.form === FORM) return
      for (const table of ["form", "files", "earlier"]) yield* sql.unsafe(`DROP TABLE IF EXISTS ${table}`)
      yield* sql`CREATE TABLE form (form TEXT NOT NULL)`
      yield* sql`INSERT INTO form (form) VALUES (${FORM})`
      for (const table of TABLES) yield* sql.unsafe(table)
    })
  )
})

const makeCache = (sql: SqlClient.SqlClient, file: string, notes: string[]): Cache => {
  let filled = false
  /** It fails where the disk is full or the file is damaged within: the next start begins with an empty one. */
  const giveUp = (why: string): void => {
    notes.push(`${file} could not be used, so it was thrown away: ${why}`)
    remove(file)
  }
  const orElse = <A>(effect: Effect.Effect<A, SqlError>, without: A): Effect.Effect<A> =>
    Effect.catch(effect, (error) => Effect.sync(() => (giveUp(problemOf("use it", error).message), without)))
  return {
    load: orElse(loading(sql), []).pipe(Effect.tap((rows) => Effect.sync(() => void (filled = rows.length > 0)))),
    isFilled: () => filled,
    recall: (keys) =>
      orElse(
        Effect.map(
          sql<{
            readonly key: string
            readonly packed: Packed
          }>`SELECT f.key, f.packed FROM json_each(${JSON.stringify(keys)}) w JOIN files f ON f.key = w.value
            UNION SELECT e.key, e.packed FROM json_each(${JSON.stringify(keys)}) w JOIN earlier e ON e.key = w.value`,
          (rows) => new Map(rows.map(({ key, packed }) => [key, packed]))
        ),
        new Map()
      ),
    save: (changed, gone) => (changed.length + gone.length === 0 ? Effect.void : orElse(sql.withTransaction(saving(sql, changed, gone)), undefined)),
    file,
    complain: (why) => giveUp(`use it: ${why}`),
    note: () => notes.at(-1) ?? null
  }
}

/** So many rows are taken at once: then others have their turn. */
const ROWS_AT_ONCE = 1_000

const loading = Effect.fnUntraced(function*(sql: SqlClient.SqlClient): Effect.fn.Return<readonly Omit<Row, "key">[], SqlError> {
  const all: Omit<Row, "key">[] = []
  for (;;) {
    const rows = yield* sql<
      Omit<Row, "key">
    >`SELECT path, stamp, bytes, hash, packed FROM files WHERE path > ${all.at(-1)?.path ?? ""} ORDER BY path LIMIT ${ROWS_AT_ONCE}`
    for (const row of rows) all.push(row)
    if (rows.length < ROWS_AT_ONCE) return all
    yield* Effect.promise(() => new Promise(setImmediate))
  }
})

/** As many at once as there are. */
const saving = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  changed: readonly Row[],
  gone: readonly string[]
): Effect.fn.Return<void, SqlError> {
  const rows = JSON.stringify(changed.map(({ path, stamp, bytes, hash, key, packed }) => [path, stamp, bytes, hash, key, packed]))
  yield* sql`INSERT OR IGNORE INTO earlier (key, packed) SELECT key, packed FROM files
    WHERE (path IN (SELECT value ->> 0 FROM json_each(${rows})) OR path IN (SELECT value FROM json_each(${JSON.stringify(gone)})))`
  yield* sql`DELETE FROM files WHERE path IN (SELECT value FROM json_each(${JSON.stringify(gone)}))`
  yield* sql`INSERT OR REPLACE INTO files (path, stamp, bytes, hash, key, packed)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(${rows})`
  yield* sql.unsafe(SAVE.after)
})
