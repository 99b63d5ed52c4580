import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { problem, type Problem } from "./problem.ts"

/** What one version of a room's tables adds to the one before: statements, run in order, or what has to look before it knows them. */
export type Migration = readonly string[] | Effect.Effect<void, SqlError, SqlClient.SqlClient>

/**
 * Brings the tables of one room of the database to the newest version, all steps or none.
 * Where nothing is to be done, as at nearly every start, it costs one look at one row.
 * Errors: a `Problem` where a newer Loom wrote the tables.
 */
export const migrate = Effect.fnUntraced(function*(
  room: string,
  migrations: readonly Migration[]
): Effect.fn.Return<void, SqlError | Problem, SqlClient.SqlClient> {
  const sql = yield* SqlClient.SqlClient
  const version = Effect.map(
    sql<{ readonly version: number }>`SELECT version FROM loom_rooms WHERE room = ${room}`,
    (rows) => rows[0]?.version ?? 0
  )
  const known = yield* Effect.catch(version, () => Effect.succeed(0))
  if (known > migrations.length) return yield* newer(room, known, migrations.length)
  if (known === migrations.length) return
  yield* sql.withTransaction(
    Effect.gen(function*() {
      yield* sql`CREATE TABLE IF NOT EXISTS loom_rooms (room TEXT PRIMARY KEY, version INTEGER NOT NULL)`
      const current = yield* version
      if (current > migrations.length) return yield* newer(room, current, migrations.length)
      for (const migration of migrations.slice(current)) {
        if (Effect.isEffect(migration)) yield* migration
        else for (const statement of migration) yield* sql.unsafe(statement)
      }
      yield* sql`INSERT INTO loom_rooms (room, version) VALUES (${room}, ${migrations.length})
        ON CONFLICT (room) DO UPDATE SET version = excluded.version`
    })
  )
})

const newer = (room: string, found: number, known: number): Problem =>
  problem(`open the database: its ${room} is of version ${found}, this Loom knows up to ${known}; update Loom, or set LOOM_DB to another file`)
