import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { migrate } from "../os/migrate.ts"
import { problem, type Problem } from "../os/problem.ts"
import { SQLITE, sqliteCode } from "../os/sqlite.ts"
import { KEEPERS_TABLES } from "./keepers-tables.ts"
import type { Hit, KeepersOf } from "./keepers.ts"
import type { Keeper, KeptMessage, KeptSpan } from "./keeper.ts"
import { allOf, anyOf, anywhere, wordsOf } from "./kept-words.ts"

/** Keepers in the database, beside the log. */
export const makeSqlKeepers: Effect.Effect<KeepersOf, Problem, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* inWords("open the keepers", migrate("keepers", KEEPERS_TABLES))
  const search = searching(sql)
  return {
    keep: (keeper) => inWords(`keep ${keeper.name}`, sql.withTransaction(added(sql, keeper))),
    restore: (keeper) => inWords(`restore ${keeper.name}`, sql.withTransaction(replaced(sql, keeper))),
    named: (project, name) =>
      inWords(
        `read ${name}`,
        sql<KeptSpan>`SELECT ${spanColumns(sql)} FROM kept_spans WHERE project = ${project} AND name = ${name} ORDER BY at, session`
      ),
    spans: (project, session) =>
      inWords(
        "list the keepers",
        session === undefined
          ? sql<KeptSpan>`SELECT ${spanColumns(sql)} FROM kept_spans WHERE project = ${project} ORDER BY at, session, "from", "to"`
          : sql<KeptSpan>`SELECT ${spanColumns(sql)} FROM kept_spans WHERE project = ${project} AND session = ${session} ORDER BY "from", "to"`
      ),
    messages: (session, from, to) =>
      inWords(
        `read messages ${from} to ${to} of ${session}`,
        Effect.map(
          sql<StoredMessage>`SELECT number, speaker, text, words, repeats FROM kept_messages WHERE session = ${session} AND number >= ${from} AND number < ${to} ORDER BY number`,
          (rows) => rows.map(messageOf)
        )
      ),
    search: (project, words, hitsMax) => inWords(`search for ${JSON.stringify(words)}`, withIndexMended(sql, search(project, words, hitsMax))),
    summary: ({ session, name }) =>
      inWords(
        `read ${name}`,
        Effect.map(
          sql<{ readonly summary: string | null }>`SELECT summary FROM kept_spans WHERE session = ${session} AND name = ${name}`,
          (rows) => rows[0]?.summary ?? null
        )
      ),
    summarize: ({ session, name }, summary) =>
      inWords(
        `sum up ${name}`,
        Effect.asVoid(sql`UPDATE kept_spans SET summary = ${summary} WHERE session = ${session} AND name = ${name} AND summary IS NULL`)
      ),
    tryToSummarize: ({ session, name }) =>
      inWords(`sum up ${name}`, Effect.asVoid(sql`UPDATE kept_spans SET tries = tries + 1 WHERE session = ${session} AND name = ${name}`)),
    unsummarized: (project, triesMax) =>
      inWords(
        "list the keepers without a summary",
        sql<KeptSpan>`SELECT ${spanColumns(sql)} FROM kept_spans WHERE project = ${project} AND summary IS NULL AND tries > 0 AND tries < ${triesMax} ORDER BY at, session, name`
      ),
    looked: (project) =>
      inWords(
        "read which logs were looked through",
        Effect.map(
          sql<{
            readonly session: string
            readonly events: number
            readonly spans: number
          }>`SELECT session, events, spans FROM kept_looked WHERE project = ${project}`,
          (rows) => new Map(rows.map(({ session, events, spans }) => [session, { events, spans }]))
        )
      ),
    look: (project, session, { events, spans }) =>
      inWords(
        `note that ${session} was looked through`,
        Effect.asVoid(
          sql`INSERT INTO kept_looked ${sql.insert({ session, project, events, spans })} ON CONFLICT (session) DO UPDATE SET project = excluded.project, events = excluded.events, spans = excluded.spans`
        )
      ),
    projects: inWords(
      "list the projects of keepers",
      Effect.map(sql<{ readonly project: string }>`SELECT project FROM kept_spans UNION SELECT project FROM kept_looked`, (rows) =>
        rows.map(({ project }) => project)
      )
    ),
    join: (project, others) =>
      inWords(
        `join the keepers of ${others.join(", ")} with those of ${project}`,
        sql.withTransaction(
          Effect.forEach(
            ["kept_spans", "kept_messages", "kept_looked"],
            (table) =>
              sql`UPDATE ${sql.literal(table)} SET project = ${project} WHERE project IN (SELECT value FROM json_each(${JSON.stringify(others)}))`,
            { discard: true }
          )
        )
      ),
    incomplete: (project) =>
      inWords(
        "check the keepers",
        Effect.map(
          sql<{ readonly session: string }>`SELECT session FROM kept_spans s WHERE project = ${project} AND (hash = '' OR "to" - "from" <>
            (SELECT count(*) FROM kept_messages m WHERE m.session = s.session AND m.number >= s."from" AND m.number < s."to")) GROUP BY session`,
          (rows) => rows.map(({ session }) => session)
        )
      )
  }
})

const spanColumns = (sql: SqlClient.SqlClient) => sql.literal('name, session, project, "from", "to", topic, hash, at')

interface StoredMessage extends Omit<KeptMessage, "repeats"> {
  readonly repeats: number
}

const messageOf = ({ number, speaker, text, words, repeats }: StoredMessage): KeptMessage => ({
  number,
  speaker,
  text,
  words,
  repeats: repeats !== 0
})

// ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

const added = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, { messages, ...span }: Keeper): Effect.fn.Return<void, SqlError> {
  yield* sql`INSERT INTO kept_spans ${sql.insert({ ...span, summary: null })} ON CONFLICT (session, name) DO NOTHING`
  for (const { repeats, ...message } of messages) {
    const row = { session: span.session, project: span.project, ...message, repeats: Number(repeats) }
    yield* sql`INSERT INTO kept_messages ${sql.insert(row)} ON CONFLICT (session, number) DO NOTHING`
  }
})

const replaced = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, keeper: Keeper): Effect.fn.Return<void, SqlError> {
  const { session, name, from, to, hash, topic, project } = keeper
  yield* sql`DELETE FROM kept_messages WHERE session = ${session} AND number >= ${from} AND number < ${to}`
  yield* added(sql, keeper)
  yield* sql`UPDATE kept_spans SET ${sql.update({ hash, topic, project })} WHERE session = ${session} AND name = ${name}`
})

// ── searching ────────────────────────────────────────────────────────────────────────────────────────────────────

/** All of the words in one message, else all of them anywhere within its text, else any of them. */
const searching = (sql: SqlClient.SqlClient) => {
  // The excerpts are made only of those that are told: to find one is dear, and a common word stands in thousands of messages.
  const indexed = (project: string, match: string, hitsMax: number) =>
    sql<FoundMessage>`SELECT m.number, m.speaker, ${spanOfMessage(sql)},
        (SELECT snippet(kept_words, -1, '', '', '…', ${EXCERPT_WORDS}) FROM kept_words WHERE kept_words MATCH ${match} AND rowid = best.key) AS excerpt
      FROM (SELECT m.key, m.repeats, kept_words.rank AS rank FROM kept_words JOIN kept_messages m ON m.key = kept_words.rowid
        WHERE kept_words MATCH ${match} AND m.project = ${project} ORDER BY m.repeats, kept_words.rank, m.key DESC LIMIT ${hitsMax}) best
      JOIN kept_messages m ON m.key = best.key JOIN kept_spans s ON s.session = m.session AND s."from" <= m.number AND s."to" > m.number
      ORDER BY best.repeats, best.rank, best.key DESC`
  const scanned = (project: string, pieces: readonly string[], hitsMax: number) =>
    sql<FoundMessage>`SELECT m.number, m.speaker, m.text AS excerpt, ${spanOfMessage(sql)}
      FROM kept_messages m JOIN kept_spans s ON s.session = m.session AND s."from" <= m.number AND s."to" > m.number
      WHERE m.project = ${project} AND ${sql.and(pieces.map((piece) => sql`(m.text LIKE ${anywhere(piece)} ESCAPE '\\' OR m.words LIKE ${anywhere(piece)} ESCAPE '\\')`))}
      ORDER BY m.repeats, m.key DESC LIMIT ${hitsMax}`
  return Effect.fnUntraced(function*(project: string, text: string, hitsMax: number): Effect.fn.Return<readonly Hit[], SqlError> {
    const words = wordsOf(text)
    const all = words.length === 0 ? [] : yield* indexed(project, allOf(words), hitsMax)
    if (all.length > 0) return all.map(hitOf)
    const pieces = words.length === 0 ? [text.trim()].filter((piece) => piece !== "") : words
    const within = pieces.length === 0 ? [] : yield* scanned(project, pieces, hitsMax)
    if (within.length > 0) return within.map((found) => hitOf({ ...found, excerpt: around(found.excerpt, pieces[0] as string) }))
    return words.length < 2 ? [] : (yield* indexed(project, anyOf(words), hitsMax)).map(hitOf)
  })
}

/** Units: words. */
const EXCERPT_WORDS = 32
/** Units: UTF-16 code units, on each side. */
const AROUND_LENGTH = 120

interface FoundMessage extends KeptSpan {
  readonly number: number
  readonly speaker: string
  readonly excerpt: string
}

const hitOf = ({ number, speaker, excerpt, ...span }: FoundMessage): Hit => ({ span, number, speaker, excerpt })

const around = (text: string, piece: string): string => {
  const at = Math.max(0, text.toLowerCase().indexOf(piece.toLowerCase()))
  const [start, end] = [Math.max(0, at - AROUND_LENGTH), Math.min(text.length, at + piece.length + AROUND_LENGTH)]
  return `${start > 0 ? "…" : ""}${text.slice(start, end).toWellFormed()}${end < text.length ? "…" : ""}`
}

const spanOfMessage = (sql: SqlClient.SqlClient) => sql.literal('s.name, s.session, s.project, s."from", s."to", s.topic, s.hash, s.at')

/** An index that is damaged is made anew from the messages, once. */
const withIndexMended = <A>(sql: SqlClient.SqlClient, search: Effect.Effect<A, SqlError>): Effect.Effect<A, SqlError> =>
  Effect.catch(search, (error) => (sqliteCode(error) === SQLITE.CORRUPT ? Effect.andThen(rebuildIndex(sql), search) : Effect.fail(error)))

const rebuildIndex = (sql: SqlClient.SqlClient) => sql`INSERT INTO kept_words(kept_words) VALUES ('rebuild')`

const inWords = <A, R>(what: string, run: Effect.Effect<A, SqlError | Problem, R>): Effect.Effect<A, Problem, R> =>
  Effect.mapError(run, (error) => (error._tag === "Problem" ? error : problem(`${what}: ${error.reason.message ?? error.message}`)))
