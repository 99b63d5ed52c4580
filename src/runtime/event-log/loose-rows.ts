import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/**
 * Before 0.1.0 was finished, the first version of the tables had two other forms: a row for each event, with its seal in a table
 * beside it, and later in the same row. Databases of both are brought to the form in which a row says the first event it holds.
 */
export const packLooseRows: Effect.Effect<void, SqlError, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const columns = yield* sql<{ readonly name: string }>`PRAGMA table_info(events)`
  const names = columns.map(({ name }) => name)
  if (names.includes("first")) return
  for (const statement of names.includes("line") ? FROM_LINES_AND_SEALS : FROM_TEXTS) yield* sql.unsafe(statement)
})

const PACKED = `CREATE TABLE packed (
  session INTEGER NOT NULL,
  n INTEGER NOT NULL,
  first INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (session, n)
) STRICT, WITHOUT ROWID`

const IN_PLACE = [`DROP TABLE events`, `ALTER TABLE packed RENAME TO events`]

const FROM_TEXTS = [PACKED, `INSERT INTO packed SELECT session, n, n, text FROM events`, ...IN_PLACE]

const FROM_LINES_AND_SEALS = [
  PACKED,
  `INSERT INTO packed SELECT e.session, e.n, e.n, e.line || coalesce(char(10) || s.line, '')
    FROM events e LEFT JOIN seals s ON s.session = e.session AND s.n = e.n`,
  `DROP TABLE seals`,
  ...IN_PLACE
]
