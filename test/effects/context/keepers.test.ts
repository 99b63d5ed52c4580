import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { afterAll, describe, expect, test } from "vitest"
import { keeperText, messagesOf, topicOf } from "../../../src/effects/context/keeper-text.ts"
import { keeperOf, type Keeper } from "../../../src/effects/context/keeper.ts"
import { Keepers, offloadContext } from "../../../src/effects/context/keepers.ts"
import { keptOf } from "../../../src/effects/context/kept.ts"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"
import type { Entry, EntryBody } from "../../../src/machine/session.ts"
import { sessionWith } from "./session.ts"

const directory = mkdtempSync(join(tmpdir(), "loom-keepers-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let files = 0

const entry = (body: EntryBody): Entry => ({ ...body, turn: 1, bytes: 1 })
const TALK: readonly Entry[] = [
  entry({ type: "user", parts: [{ type: "text", text: "\nfix the größe of it 😀\nplease" }, { type: "image", mediaType: "image/png", blob: "ab12", bytes: 3 }] }),
  entry({ type: "note", source: "context", text: "<date>2025-01-01</date>" }),
  entry({
    type: "assistant",
    model: "m:1",
    ended: "interrupted",
    blocks: [
      { type: "thinking", text: "hm", signature: null, redacted: false },
      { type: "thinking", text: "", signature: "s", redacted: true },
      { type: "text", text: "I look" },
      { type: "tool-call", id: "call_1", name: "file_read", arguments: '{"path":"a"}' }
    ]
  }),
  entry({ type: "results", results: [{ call: "call_1", status: "ok", parts: [{ type: "text", text: "content" }] }] })
]
const TEXT = `#4 the person

fix the größe of it 😀
please
[image image/png, blob ab12]

#5 note (context)
<date>2025-01-01</date>

#6 the agent (m:1, interrupted)
[thinking] hm
[thinking, hidden]
I look
[call_1 calls file_read] {"path":"a"}

#7 results
[result of call_1: ok]
content`

/** A keeper of what a person said, in a project of its own where nothing is named. */
const keeper = (words: readonly string[], { session = "s", project = "/w", from = 0 } = {}): Keeper =>
  keeperOf(sessionWith({ id: session, roots: [project], entries: [...Array<Entry>(from).fill(entry({ type: "user", parts: [] })), ...words.map(saying)] }), {
    name: `${session}/${from}-${from + words.length}`,
    project,
    from,
    to: from + words.length,
    at: 5
  })

const saying = (text: string): Entry => entry({ type: "user", parts: [{ type: "text", text }] })

describe.each([
  ["in memory", () => Keepers.layerMemory],
  ["in the database", () => Layer.provide(Keepers.layerSql, layerSqlite({ file: join(directory, `${++files}.db`) }))]
] as const)("keepers %s", (_, layer) => {
  const run = <A, E>(use: (keepers: Keepers["Service"]) => Effect.Effect<A, E, Keepers>): Promise<A> =>
    Effect.runPromise(Effect.scoped(Effect.provide(Effect.flatMap(Keepers, use), layer() as Layer.Layer<Keepers>)))

  test("hold the full text of what left the window, and answer with their name (CONTEXT-5)", async () => {
    const session = sessionWith({ id: "s1", roots: ["/w"], entries: [...Array<Entry>(4).fill(entry({ type: "user", parts: [] })), ...TALK, entry({ type: "user", parts: [] })] })
    const answers: Unstamped[] = []
    const [spans, text] = await run((keepers) =>
      Effect.gen(function*() {
        yield* offloadContext({ type: "OffloadContext", effect: 3, from: 4, to: 8 }, session, (answer) => void answers.push(answer))
        yield* offloadContext({ type: "OffloadContext", effect: 9, from: 4, to: 8 }, session, (answer) => void answers.push(answer))
        return [yield* keepers.named("/w", "s1/4-8"), keeperText(yield* keepers.messages("s1", 0, 100))] as const
      })
    )
    expect(answers).toEqual([3, 9].map((effect) => ({ type: "ContextOffloaded", effect, ok: true, keeper: "s1/4-8" })))
    expect(spans.map(({ hash: _hash, at: _at, ...span }) => span)).toEqual([{ name: "s1/4-8", session: "s1", project: "/w", from: 4, to: 8, topic: "fix the größe of it 😀" }])
    expect(text).toBe(TEXT)
  })

  test("one that is kept stays as it is, and a restored one is what the log says", async () => {
    const kept = keeper(["x".repeat(300_000), "y\0z"])
    const other = keeper(["other", "words"])
    const found = await run((keepers) =>
      Effect.gen(function*() {
        yield* keepers.keep(kept)
        yield* keepers.keep(other)
        const first = yield* keepers.messages("s", 0, 9)
        yield* keepers.restore(other)
        return [first, yield* keepers.messages("s", 0, 9), yield* keepers.search("/w", "words", 9), yield* keepers.named("/w", "s/0-3"), yield* keepers.named("/v", "s/0-2")]
      })
    )
    const { messages: _, ...span } = other
    expect(found).toEqual([kept.messages, other.messages, [{ span, number: 1, speaker: "the person", excerpt: "words" }], [], []])
  })

  test("a search finds every message in which the words stand, whatever signs are in it (CONTEXT-8)", async () => {
    const said = ["the größe of Größe", 'a "quoted" AND (odd) NOT* near:', "日本語テキストです", "🙂 only", "100 % of foo_bar.baz", "nul\0inside", "camelCaseWord"]
    const numbers = await run((keepers) =>
      Effect.gen(function*() {
        yield* keepers.keep(keeper(said))
        return yield* Effect.forEach(['Größe', '"quoted" AND (odd) NOT* near:', "日本語", "🙂", "foo_bar.baz 100", "%", "inside", "CaseWord", "odd NOT", "  ", "never said"], (words) =>
          Effect.map(keepers.search("/w", words, 9), (hits) => hits.map(({ number }) => number))
        )
      })
    )
    expect(numbers).toEqual([[0], [1], [2], [3], [4], [4], [5], [6], [1], [], []])
  })

  test("every sentence of random talk is found, and nothing that stands in another project", async () => {
    const words = fc.string({ unit: fc.constantFrom(..."abcäöß日\"*()-:^'\\%_ \t😀.1".match(/./gu) as string[]), minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 6 }), async (said) => {
        const missed = await run((keepers) =>
          Effect.gen(function*() {
            yield* keepers.keep(keeper(said))
            yield* keepers.keep(keeper(said, { session: "t", project: "/elsewhere" }))
            const found = yield* Effect.forEach(said, (sentence) => keepers.search("/w", sentence, 50))
            return said.filter((sentence, index) => sentence.trim() !== "" && !found[index]!.some(({ number, span }) => number === index && span.session === "s")).concat(found.flat().flatMap(({ span }) => (span.session === "t" ? ["t"] : [])))
          })
        )
        expect(missed).toEqual([])
      }),
      { numRuns: 40 }
    )
  })

  test("what arguments say behind escapes is found, and what only repeats others comes last", async () => {
    const call = (id: string, name: string, given: object): Entry => entry({ type: "assistant", model: "m:1", ended: "complete", blocks: [{ type: "tool-call", id, name, arguments: JSON.stringify(given) }] })
    const result = (id: string, text: string): Entry => entry({ type: "results", results: [{ call: id, status: "ok", parts: [{ type: "text", text }] }] })
    const entries = [call("c1", "context_search", { query: "needle" }), result("c1", "needle needle needle"), call("c2", "file_write", { content: "one\nneedle of größe\n" }), result("c2", "written"), ...Array.from({ length: 20 }, (_, index) => saying(`of other things ${index}`))]
    const numbers = await run((keepers) =>
      Effect.gen(function*() {
        yield* keepers.keep(keeperOf(sessionWith({ id: "s", roots: ["/w"], entries }), { name: "s/0-24", project: "/w", from: 0, to: 24, at: 1 }))
        return [yield* keepers.search("/w", "needle of größe", 9), yield* keepers.search("/w", "needle", 9), yield* keepers.search("/w", "needle", 1)].map((hits) => hits.map(({ number }) => number))
      })
    )
    expect([numbers[0], numbers[1]![0], numbers[1]!.toSorted(), numbers[2]]).toEqual([[2], 2, [0, 1, 2], [2]])
  })

  test("a summary is made once and stays", async () => {
    const kept = keeper(["a"])
    const summaries = await run((keepers) =>
      Effect.gen(function*() {
        yield* keepers.keep(kept)
        const before = yield* keepers.summary(kept)
        yield* keepers.summarize(kept, "first")
        yield* keepers.summarize(kept, "second")
        yield* keepers.keep(kept)
        return [before, yield* keepers.summary(kept)]
      })
    )
    expect(summaries).toEqual([null, "first"])
  })

  test("a fork keeps under its parent's name, and is told once", async () => {
    const found = await run((keepers) =>
      Effect.gen(function*() {
        yield* keepers.keep(keeper(["the plan", "more"]))
        yield* keepers.keep({ ...keeper(["the plan", "another way"], { session: "fork" }), name: "s/0-2" })
        const kept = keptOf(keepers)
        const hits = (yield* kept.search("/w", "plan", 9, "fork")).hits
        return [hits.map(({ span }) => span.session), (yield* kept.read("/w", "s/0-2", "fork")).messages[1]?.text, (yield* kept.read("/w", "s/0-2", "s")).messages[1]?.text, (yield* kept.read("/w", "#1", "fork")).span.session, (yield* kept.read("/w", "s#1", "fork")).number]
      })
    )
    expect(found).toEqual([["fork"], "another way", "more", "fork", 1])
  })

  test("a name that is none, and a message that no keeper holds, are said", async () => {
    const said = await run((keepers) =>
      Effect.forEach(["nope", "s#7", "#7", "other#1"], (id) => Effect.flip(Effect.andThen(keepers.keep(keeper(["a"])), keptOf(keepers).read("/w", id, "s"))).pipe(Effect.map(({ message }) => message)))
    )
    expect(said).toEqual([
      "read keeper nope: there is none of that name in this project; a search of the context finds what is kept",
      ...["s#7", "#7", "other#1"].map((id) => `read message ${id}: no keeper of this project holds it; it is still in the window, or there is none of that number`)
    ])
  })
})

test("what one process kept, the next finds", async () => {
  const layer = Layer.provide(Keepers.layerSql, layerSqlite({ file: join(directory, "shared.db") }))
  const run = <A, E>(use: (keepers: Keepers["Service"]) => Effect.Effect<A, E>) => Effect.runPromise(Effect.scoped(Effect.provide(Effect.flatMap(Keepers, use), Layer.fresh(layer))))
  const kept = keeper(["x"])
  await run((keepers) => keepers.keep(kept))
  expect(await run((keepers) => keepers.messages("s", 0, 1))).toEqual(kept.messages)
})

const inDatabase = <A, E>(use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E, SqlClient.SqlClient>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.provide(Effect.flatMap(SqlClient.SqlClient, use), layerSqlite({ file: join(directory, `${++files}.db`) }))))

test("a database that fails is an answer that says why (CONTEXT-6)", async () => {
  const answers: Unstamped[] = []
  await inDatabase((sql) =>
    Effect.provide(
      Effect.gen(function*() {
        yield* Keepers
        yield* sql`DROP TABLE kept_spans`
        yield* offloadContext({ type: "OffloadContext", effect: 3, from: 0, to: 1 }, sessionWith({ id: "s1", entries: TALK }), (answer) => void answers.push(answer))
      }),
      Keepers.layerSql
    )
  )
  expect(answers).toEqual([{ type: "ContextOffloaded", effect: 3, ok: false, reason: "keep s1/0-1: no such table: kept_spans" }])
})

test("keepers of the first version are taken apart into messages, nothing of them is lost, and they are searched", async () => {
  const odd = `${TEXT}\n\n#7 results of another kind\n\n#99 the person\nin the midst`
  const [text, hits, spans] = await inDatabase((sql) =>
    Effect.gen(function*() {
      yield* sql`CREATE TABLE loom_rooms (room TEXT PRIMARY KEY, version INTEGER NOT NULL)`
      yield* sql`INSERT INTO loom_rooms VALUES ('keepers', 1)`
      yield* sql`CREATE TABLE keepers (name TEXT PRIMARY KEY, session TEXT NOT NULL, project TEXT NOT NULL, "from" INTEGER NOT NULL, "to" INTEGER NOT NULL, topic TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL) STRICT`
      yield* sql`INSERT INTO keepers ${sql.insert({ name: "s1/4-8", session: "s1", project: "/w", from: 4, to: 8, topic: "t", text: odd, at: 9 })}`
      return yield* Effect.provide(
        Effect.flatMap(Keepers, (keepers) => Effect.all([Effect.map(keepers.messages("s1", 0, 99), keeperText), keepers.search("/w", "größe", 9), keepers.spans("/w")])),
        Keepers.layerSql
      )
    })
  )
  expect([text, hits.map(({ number }) => number), spans]).toEqual([odd, [4], [{ name: "s1/4-8", session: "s1", project: "/w", from: 4, to: 8, topic: "t", hash: "", at: 9 }]])
})

/** SQLite guards the tables of an index, unless it is told not to. */
const damageIndex = (file: string): void => {
  const database = new (process.getBuiltinModule("node:sqlite").DatabaseSync)(file, { defensive: false })
  database.exec("UPDATE kept_words_data SET block = x'00'")
  database.close()
}

test("what stands in the place of a changed message leaves no word of that behind in the index", async () => {
  const found = await inDatabase((sql) =>
    Effect.provide(
      Effect.gen(function*() {
        const keepers = yield* Keepers
        yield* keepers.keep(keeper(["the needle", "hay"]))
        yield* keepers.keep(keeper(["straw"], { session: "t" }))
        yield* sql`UPDATE kept_messages SET text = 'a pin' WHERE session = 's' AND number = 0`
        const changed = yield* keepers.search("/w", "pin", 9)
        yield* keepers.restore(keeper(["the needle", "hay"]))
        yield* sql`INSERT INTO kept_words(kept_words, rank) VALUES ('integrity-check', 1)`
        return [changed, yield* keepers.search("/w", "needle", 9), yield* keepers.search("/w", "pin", 9)].map((hits) => hits.length)
      }),
      Keepers.layerSql
    )
  )
  expect(found).toEqual([1, 1, 0])
})

test("an index that is damaged is made anew by the search that notices", async () => {
  const hits = await inDatabase(() =>
    Effect.provide(
      Effect.gen(function*() {
        const keepers = yield* Keepers
        yield* keepers.keep(keeper(["the needle"]))
        yield* Effect.sync(() => damageIndex(join(directory, `${files}.db`)))
        return yield* keepers.search("/w", "needle", 9)
      }),
      Keepers.layerSql
    )
  )
  expect(hits.map(({ number }) => number)).toEqual([0])
})

test("a topic is one line of at most 80 characters, whatever was said", () => {
  const says = (text: string) => entry({ type: "user", parts: [{ type: "text", text }] })
  expect(topicOf([entry({ type: "note", source: "hook", text: "noted" }), says("\n  asked \n")])).toBe("asked")
  expect(topicOf([entry({ type: "note", source: "hook", text: "noted" })])).toBe("noted")
  expect(topicOf([])).toBe("")
  expect(topicOf([says("a".repeat(100))])).toBe(`${"a".repeat(79)}…`)
  expect(topicOf([says(`${"a".repeat(78)}😀😀`)])).toBe(`${"a".repeat(78)}…`)
  expect(keeperText(messagesOf([], 0))).toBe("")
})
