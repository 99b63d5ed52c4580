import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { migrate } from "../../effects/os/migrate.ts"
import { describeHolder, isAlive, type Holder } from "./holder.ts"
import { logError, logErrorOf, type LogError } from "./log-error.ts"
import { packed, unpacked, type PackedRow } from "./packed-row.ts"
import { toldBefore, type Batch, type Lease, type Store, type StoredSession, type StoredSnapshot } from "./store.ts"
import { LOG_TABLES } from "./tables.ts"

/** The log in a SQL database; its tables are made or brought up to date. */
export const makeSqlStore: Effect.Effect<Store, LogError, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.catchTags(migrate("log", LOG_TABLES), {
    Problem: (problem) => Effect.fail(logError("newer", problem.message)),
    SqlError: (cause) => Effect.fail(logErrorOf("open the log", cause))
  })

  const session = (id: string) =>
    Effect.gen(function*() {
      const [found] = yield* sql<SessionRow>`SELECT * FROM sessions WHERE id = ${id}`
      return found === undefined ? yield* notFound(id) : found
    })

  return {
    commit: (batches) =>
      sql.withTransaction(Effect.forEach(batches, (batch) => writeBatch(sql, batch), { discard: true })).pipe(as("write the log")),
    atomically: (effect) => sql.withTransaction(effect).pipe(as("write the log")),
    take: (id, lease, owes) =>
      Effect.gen(function*() {
        const found = yield* session(id)
        yield* refuseIfHeld(found, lease)
        yield* sql`UPDATE sessions SET token = ${lease.token}, holder = ${lease.holder}, heard = ${lease.at}, told = coalesce(told, ${owes ? toldBefore(storedSession(found)) : null}) WHERE key = ${found.key}`
        return storedSession(found)
      }).pipe(sql.withTransaction, as(`open session ${id}`)),
    release: (id, token) =>
      sql`UPDATE sessions SET token = NULL, holder = NULL WHERE id = ${id} AND token = ${token}`.pipe(Effect.asVoid, as(`close session ${id}`)),
    renew: (tokens, at) => sql`UPDATE sessions SET heard = ${at} WHERE ${sql.in("token", tokens)}`.pipe(Effect.asVoid, as("renew the lease")),
    session: (id) => session(id).pipe(Effect.map(storedSession), as(`read session ${id}`)),
    sessions: sql<SessionRow>`SELECT * FROM sessions ORDER BY updated DESC, key DESC`.pipe(
      Effect.map((rows) => rows.map(storedSession)),
      as("list the sessions")
    ),
    owing: sql<SessionRow & { readonly told: number }>`SELECT * FROM sessions WHERE told < events ORDER BY created, key`.pipe(
      Effect.map((rows) => rows.map((row) => ({ ...storedSession(row), told: row.told }))),
      as("list the sessions")
    ),
    told: (id, n) => sql`UPDATE sessions SET told = max(told, ${n}) WHERE id = ${id} AND told < ${n}`.pipe(Effect.asVoid, as(`write session ${id}`)),
    events: ({ id }, after, to) =>
      sql<PackedRow>`SELECT first, n, text FROM events WHERE session = (SELECT key FROM sessions WHERE id = ${id})
        AND n > ${after} AND first <= ${to} ORDER BY n LIMIT ${PAGE_ROWS}`.pipe(
        Effect.map((rows) => rows.flatMap(unpacked).filter(({ n }) => n > after && n <= to)),
        as(`read session ${id}`)
      ),
    snapshot: ({ id }) =>
      sql<StoredSnapshot>`SELECT n, version, hash, text FROM snapshots WHERE session = (SELECT key FROM sessions WHERE id = ${id})`.pipe(
        Effect.map(([found]) => found ?? null),
        as(`read session ${id}`)
      ),
    blob: (hash) =>
      sql<{ readonly bytes: Uint8Array }>`SELECT bytes FROM blobs WHERE hash = ${hash}`.pipe(
        Effect.map(([found]) => found?.bytes ?? null),
        as(`read blob ${hash}`)
      ),
    putBlob: (hash, bytes) =>
      sql`INSERT INTO blobs (hash, bytes) VALUES (${hash}, ${bytes}) ON CONFLICT (hash) DO NOTHING`.pipe(Effect.asVoid, as(`write blob ${hash}`))
  }
})

/** So many rows are read at a time. */
const PAGE_ROWS = 64

interface SessionRow extends Omit<StoredSession, "roots"> {
  readonly key: number
  readonly roots: string
  readonly token: string | null
  readonly holder: string | null
  readonly heard: number
}

const storedSession = ({ id, header, roots, created, origin, events, updated, title, model, state }: SessionRow): StoredSession => ({
  id,
  header,
  roots: JSON.parse(roots) as readonly string[],
  created,
  origin,
  events,
  updated,
  title,
  model,
  state
})

const refuseIfHeld = ({ id, token, holder, heard }: SessionRow, lease: Lease): Effect.Effect<void, LogError> => {
  if (token === null || holder === null) return Effect.void
  const who = JSON.parse(holder) as Holder
  return isAlive(who, lease.at - heard)
    ? Effect.fail(logError("held", `open session ${id}: it is held by ${describeHolder(who)}; end that process first`))
    : Effect.void
}

const notFound = (id: string): LogError => logError("not-found", `open session ${id}: there is none of that name; loom sessions lists them`)

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The session's row first: it holds the lease, and where that is another's, nothing is written. */
const writeBatch = (sql: SqlClient.SqlClient, batch: Batch): Effect.Effect<void, SqlError | LogError> =>
  Effect.gen(function*() {
    const key = batch.opening === null ? yield* updateSession(sql, batch) : yield* insertSession(sql, batch, batch.opening)
    yield* insertEvents(sql, key, batch)
    if (batch.snapshot !== null) yield* writeSnapshot(sql, key, batch.snapshot)
  })

const updateSession = (sql: SqlClient.SqlClient, { id, token, summary }: Batch): Effect.Effect<number, SqlError | LogError> =>
  Effect.gen(function*() {
    const { events, updated, title, model, state } = summary
    const [found] = yield* sql<{ readonly key: number }>`UPDATE sessions
      SET events = ${events}, updated = ${updated}, title = ${title}, model = ${model}, state = ${state}
      WHERE id = ${id} AND token = ${token} RETURNING key`
    return found === undefined ? yield* lost(id) : found.key
  })

const lost = (id: string): LogError =>
  logError("lost", `write session ${id}: another process took it over while this one was not heard of; nothing more is written here`)

const insertSession = (
  sql: SqlClient.SqlClient,
  { id, summary }: Batch,
  { header, roots, created, origin, lease, owes }: NonNullable<Batch["opening"]>
) =>
  Effect.gen(function*() {
    const row = {
      id,
      header,
      roots: JSON.stringify(roots),
      created,
      origin,
      ...summary,
      token: lease?.token ?? null,
      holder: lease?.holder ?? null,
      heard: lease?.at ?? created,
      told: owes ? 0 : null
    }
    const [inserted] = yield* sql<{
      readonly key: number
    }>`INSERT INTO sessions ${sql.insert(row)} ON CONFLICT (id) DO NOTHING RETURNING key`
    return inserted === undefined ? yield* logError("exists", `create session ${id}: there is one of that name already`) : inserted.key
  })

const insertEvents = (sql: SqlClient.SqlClient, session: number, { after, texts }: Batch) => {
  const rows = packed(after, texts).map(({ first, n, text }) => ({ session, n, first, text }))
  return Arr.isArrayNonEmpty(rows) ? sql`INSERT INTO events ${sql.insert(rows)}` : Effect.void
}

const writeSnapshot = (sql: SqlClient.SqlClient, session: number, { n, version, hash, text }: StoredSnapshot) =>
  sql`INSERT INTO snapshots ${sql.insert({ session, n, version, hash, text })}
    ON CONFLICT (session) DO UPDATE SET n = excluded.n, version = excluded.version, hash = excluded.hash, text = excluded.text`

/** Errors of the database as errors of the log. */
const as =
  (tried: string) =>
  <A, E>(effect: Effect.Effect<A, E | SqlError | LogError>): Effect.Effect<A, LogError> =>
    Effect.mapError(effect, (cause) => logErrorOf(tried, cause))
