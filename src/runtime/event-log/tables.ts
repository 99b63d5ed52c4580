import type { Migration } from "../../effects/os/migrate.ts"
import { packLooseRows } from "./loose-rows.ts"

/**
 * The tables of the log, version by version. A version that was released is never changed; a new one is added below it.
 * Events name their session without a foreign key: a commit has just found its row, and looking it up again doubles its cost.
 */
export const LOG_TABLES: readonly Migration[] = [
  [
    `CREATE TABLE sessions (
      key INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      header TEXT NOT NULL,
      roots TEXT NOT NULL,
      created INTEGER NOT NULL,
      events INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      title TEXT NOT NULL,
      model TEXT NOT NULL,
      state TEXT NOT NULL,
      token TEXT,
      holder TEXT,
      heard INTEGER NOT NULL
    ) STRICT`,
    `CREATE TABLE events (
      session INTEGER NOT NULL,
      n INTEGER NOT NULL,
      first INTEGER NOT NULL,
      text TEXT NOT NULL,
      PRIMARY KEY (session, n)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE snapshots (
      session INTEGER PRIMARY KEY REFERENCES sessions (key),
      n INTEGER NOT NULL,
      version TEXT NOT NULL,
      hash TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE blobs (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT`
  ],
  packLooseRows,
  ["ALTER TABLE sessions ADD COLUMN origin TEXT"],
  // The newest event of a session that the decision graph was told; of sessions that were there before nobody knows, and nothing is owed.
  ["ALTER TABLE sessions ADD COLUMN told INTEGER"]
]
