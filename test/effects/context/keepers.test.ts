import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { afterAll, describe, expect, test } from "vitest"
import { keeperText, topicOf } from "../../../src/effects/context/keeper-text.ts"
import { Keepers, offloadContext, type Keeper } from "../../../src/effects/context/keepers.ts"
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

describe.each([
  ["in memory", () => Keepers.layerMemory],
  ["in the database", () => Layer.provide(Keepers.layerSql, layerSqlite({ file: join(directory, `${++files}.db`) }))]
] as const)("keepers %s", (_, layer) => {
  const run = <A, E>(use: Effect.Effect<A, E, Keepers>): Promise<A> => Effect.runPromise(Effect.scoped(Effect.provide(use, layer() as Layer.Layer<Keepers>)))

  test("hold the full text of what left the window, and answer with their name (CONTEXT-5)", async () => {
    const session = sessionWith({ id: "s1", roots: ["/w"], entries: [...Array<Entry>(4).fill(entry({ type: "user", parts: [] })), ...TALK, entry({ type: "user", parts: [] })] })
    const answers: Unstamped[] = []
    const kept = await run(
      Effect.gen(function*() {
        yield* offloadContext({ type: "OffloadContext", effect: 3, from: 4, to: 8 }, session, (answer) => void answers.push(answer))
        yield* offloadContext({ type: "OffloadContext", effect: 9, from: 4, to: 8 }, session, (answer) => void answers.push(answer))
        return yield* (yield* Keepers).get("s1/4-8")
      })
    )
    expect(answers).toEqual([3, 9].map((effect) => ({ type: "ContextOffloaded", effect, ok: true, keeper: "s1/4-8" })))
    expect(kept).toEqual({ name: "s1/4-8", session: "s1", project: "/w", from: 4, to: 8, topic: "fix the größe of it 😀", text: TEXT, at: kept?.at })
  })

  test("one that is kept stays as it is; one that is not is nothing", async () => {
    const keeper: Keeper = { name: "s/0-1", session: "s", project: "/ü", from: 0, to: 1, topic: "t", text: "x".repeat(300_000), at: 5 }
    const found = await run(
      Effect.gen(function*() {
        const keepers = yield* Keepers
        yield* keepers.keep(keeper)
        yield* keepers.keep({ ...keeper, text: "other" })
        return [yield* keepers.get("s/0-1"), yield* keepers.get("s/0-2")]
      })
    )
    expect(found).toEqual([keeper, null])
  })
})

test("what one process kept, the next finds", async () => {
  const layer = Layer.provide(Keepers.layerSql, layerSqlite({ file: join(directory, "shared.db") }))
  const keeper: Keeper = { name: "s/0-1", session: "s", project: "/w", from: 0, to: 1, topic: "t", text: "x", at: 5 }
  const run = <A, E>(use: Effect.Effect<A, E, Keepers>) => Effect.runPromise(Effect.scoped(Effect.provide(use, Layer.fresh(layer))))
  await run(Effect.flatMap(Keepers, (keepers) => keepers.keep(keeper)))
  expect(await run(Effect.flatMap(Keepers, (keepers) => keepers.get("s/0-1")))).toEqual(keeper)
})

test("a database that fails is an answer that says why (CONTEXT-6)", async () => {
  const answers: Unstamped[] = []
  const broken = Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* Effect.provide(
      Effect.gen(function*() {
        yield* Keepers
        yield* sql`DROP TABLE keepers`
        yield* offloadContext({ type: "OffloadContext", effect: 3, from: 0, to: 1 }, sessionWith({ id: "s1", entries: TALK }), (answer) => void answers.push(answer))
      }),
      Keepers.layerSql
    )
  })
  await Effect.runPromise(Effect.scoped(Effect.provide(broken, layerSqlite({ file: ":memory:" }))))
  expect(answers).toEqual([{ type: "ContextOffloaded", effect: 3, ok: false, reason: "keep s1/0-1: no such table: keepers" }])
})

test("a topic is one line of at most 80 characters, whatever was said", () => {
  const says = (text: string) => entry({ type: "user", parts: [{ type: "text", text }] })
  expect(topicOf([entry({ type: "note", source: "hook", text: "noted" }), says("\n  asked \n")])).toBe("asked")
  expect(topicOf([entry({ type: "note", source: "hook", text: "noted" })])).toBe("noted")
  expect(topicOf([])).toBe("")
  expect(topicOf([says("a".repeat(100))])).toBe(`${"a".repeat(79)}…`)
  expect(topicOf([says(`${"a".repeat(78)}😀😀`)])).toBe(`${"a".repeat(78)}…`)
  expect(keeperText([], 0)).toBe("")
})
