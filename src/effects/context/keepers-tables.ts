import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Migration } from "../os/migrate.ts"

const FIRST: Migration = [
  `CREATE TABLE keepers (
    name TEXT PRIMARY KEY, session TEXT NOT NULL, project TEXT NOT NULL, "from" INTEGER NOT NULL, "to" INTEGER NOT NULL,
    topic TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX keepers_project ON keepers(project, at)"
]

/** Message by message, and every word of them in an index. */
const BY_MESSAGE: readonly string[] = [
  `CREATE TABLE kept_spans (
    session TEXT NOT NULL, name TEXT NOT NULL, project TEXT NOT NULL, "from" INTEGER NOT NULL, "to" INTEGER NOT NULL,
    topic TEXT NOT NULL, hash TEXT NOT NULL, at INTEGER NOT NULL, summary TEXT, PRIMARY KEY (session, name)
  ) STRICT`,
  "CREATE INDEX kept_spans_project ON kept_spans(project, at)",
  `CREATE TABLE kept_messages (
    key INTEGER PRIMARY KEY, session TEXT NOT NULL, project TEXT NOT NULL, number INTEGER NOT NULL, speaker TEXT NOT NULL,
    repeats INTEGER NOT NULL, text TEXT NOT NULL, words TEXT NOT NULL, UNIQUE (session, number)
  ) STRICT`,
  "CREATE INDEX kept_messages_project ON kept_messages(project, session, number)",
  `CREATE VIRTUAL TABLE kept_words USING fts5(text, words, content='kept_messages', content_rowid='key', tokenize='unicode61 remove_diacritics 2')`,
  `CREATE TRIGGER kept_messages_added AFTER INSERT ON kept_messages BEGIN
    INSERT INTO kept_words(rowid, text, words) VALUES (new.key, new.text, new.words);
  END`,
  `CREATE TRIGGER kept_messages_gone AFTER DELETE ON kept_messages BEGIN
    INSERT INTO kept_words(kept_words, rowid, text, words) VALUES ('delete', old.key, old.text, old.words);
  END`,
  "CREATE TABLE kept_looked (session TEXT PRIMARY KEY, project TEXT NOT NULL, events INTEGER NOT NULL, spans INTEGER NOT NULL) STRICT"
]

interface OldKeeper {
  readonly name: string
  readonly session: string
  readonly project: string
  readonly from: number
  readonly to: number
  readonly topic: string
  readonly text: string
  readonly at: number
}

/**
 * Keepers of one text are taken apart at the heads of their messages. A message may hold such a head itself, so they go without a
 * hash: whoever has the log restores them from it.
 */
const takeApart: Effect.Effect<void, SqlError, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  for (const statement of BY_MESSAGE) yield* sql.unsafe(statement)
  const names = yield* sql<{ readonly name: string }>`SELECT name FROM keepers`
  for (const { name } of names) {
    const [old] = yield* sql<OldKeeper>`SELECT * FROM keepers WHERE name = ${name}`
    if (old === undefined) continue
    const { text, ...span } = old
    yield* sql`INSERT INTO kept_spans ${sql.insert({ ...span, hash: "", summary: null })}`
    for (const message of apart(old))
      yield* sql`INSERT INTO kept_messages ${sql.insert({ session: old.session, project: old.project, ...message, repeats: 0, words: "" })} ON CONFLICT (session, number) DO NOTHING`
  }
  yield* sql`DROP TABLE keepers`
})

/** `#4 the person`, `#5 note (context)`, `#6 the agent (m:1)`, `#7 results`: the first of each number that follows the one before. */
const apart = ({ text, from, to }: OldKeeper): readonly { readonly number: number; readonly speaker: string; readonly text: string }[] => {
  const heads: { readonly number: number; readonly speaker: string; readonly start: number; readonly end: number }[] = []
  for (let number = from; number < to; number++) {
    const head = new RegExp(`${number === from ? "^" : "\\n\\n"}#${number} (the person|note \\([^\\n]*\\)|the agent \\([^\\n]*\\)|results)\\n`, "g")
    head.lastIndex = heads[heads.length - 1]?.end ?? 0
    const match = head.exec(text)
    if (match !== null) heads.push({ number, speaker: match[1] as string, start: match.index, end: head.lastIndex })
  }
  return heads.map(({ number, speaker, end }, index) => ({ number, speaker, text: text.slice(end, heads[index + 1]?.start ?? text.length) }))
}

/** Whoever changes a message, the index goes with it: so what is put in its place later leaves no word of it behind. */
const FOLLOWED: Migration = [
  `CREATE TRIGGER kept_messages_changed AFTER UPDATE ON kept_messages BEGIN
    INSERT INTO kept_words(kept_words, rowid, text, words) VALUES ('delete', old.key, old.text, old.words);
    INSERT INTO kept_words(rowid, text, words) VALUES (new.key, new.text, new.words);
  END`
]

/** How often a summary was begun, so that one which came to nothing is tried again, but not for ever. */
const TRIED: Migration = ["ALTER TABLE kept_spans ADD COLUMN tries INTEGER NOT NULL DEFAULT 0"]

/** The tables of the keepers, version by version. A version that was released is never changed; a new one is added below it. */
export const KEEPERS_TABLES: readonly Migration[] = [FIRST, takeApart, FOLLOWED, TRIED]
