import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { Blobs } from "../../../src/effects/os/blobs.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { blobsOf } from "../../../src/runtime/event-log/blobs-sql.ts"
import { makeMemoryStore } from "../../../src/runtime/event-log/store-memory.ts"
import { conversation, recorded } from "./support/conversation.ts"
import { keepWhole, textOf } from "./support/journal.ts"
import { someSessions } from "./support/random-sessions.ts"

// ── a reader by somebody who has only specs/log.md ───────────────────────────────────────────────────────────────

interface Log {
  readonly header: Record<string, unknown>
  readonly events: Record<string, unknown>[]
  readonly blobs: Map<string, Buffer>
  readonly whole: boolean
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex")

const read = (bytes: Buffer): Log => {
  const log = { header: {}, events: [] as Record<string, unknown>[], blobs: new Map<string, Buffer>(), whole: false }
  let blockFrom = 0
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf("\n", from)
    if (end < 0) break
    if (log.whole) throw new Error("something comes after the closing seal")
    const line = JSON.parse(bytes.toString("utf8", from, end)) as Record<string, string>
    if (bytes[from] === 9) {
      const { n, chain, count, head } = line["seal"] as unknown as Record<string, unknown>
      if (sha256(bytes.subarray(blockFrom, from)) !== (chain ?? head)) throw new Error(`the block before byte ${from} was changed`)
      if ((n ?? count) !== log.events.length) throw new Error(`the seal at byte ${from} covers other events`)
      blockFrom = from
      log.whole = head !== undefined
    } else if (from === 0) {
      if (Number(line["loom"]) !== 1) throw new Error("not a log of this form")
      log.header = line
    } else if ("n" in line) {
      if (Number(line["n"]) !== log.events.length + 1) throw new Error(`event ${String(line["n"])} is out of order`)
      log.events.push(line)
    } else {
      const content = Buffer.from(line["bytes"]!, "base64")
      if (sha256(content) !== line["blob"]) throw new Error("a blob was changed")
      log.blobs.set(line["blob"]!, content)
    }
    from = end + 1
  }
  return log
}

// ── and what it makes of our logs ────────────────────────────────────────────────────────────────────────────────

const withBlob = async (): Promise<string> => {
  const store = makeMemoryStore()
  const program = Effect.gen(function*() {
    const blob = yield* Blobs.use(({ put }) => put(Buffer.from([1, 2, 3])))
    const rows = recorded([
      ...conversation(1, 300).map(({ event }) => event),
      { type: "UserInput", at: 1_800_000_000_000, parts: [{ type: "image", mediaType: "image/png", blob, bytes: 3 }] }
    ])
    return yield* Effect.andThen(keepWhole(rows), textOf("s"))
  })
  return Effect.runPromise(program.pipe(Effect.provide(EventLog.layerMemory(store)), Effect.provideService(Blobs, blobsOf(store))))
}

test("a reader that was written from specs/log.md alone reads what we write, and notices what was changed; proves LOG-5, LOG-7", async () => {
  const text = await withBlob()
  const log = read(Buffer.from(text))
  expect([log.whole, log.header["session"], log.events.length, log.events[1]]).toEqual([true, "s", 306, expect.objectContaining({ n: 2, type: "UserInput" })])
  expect([...log.blobs.values()]).toEqual([Buffer.from([1, 2, 3])])
  expect(read(Buffer.from(text.slice(0, -1))).whole).toBe(false)
  for (const changed of [text.replace("question", "quesTion"), text.replace('"AQID"', '"AQIE"'), text.replace(/\t[^\t]*\n(?=\{"n":257)/, ""), `${text}\n`]) {
    expect(() => read(Buffer.from(changed))).toThrow()
  }
})

test("it reads every random session as it was", async () => {
  for (const rows of someSessions(20)) {
    const text = await Effect.runPromise(Effect.provide(Effect.andThen(keepWhole(rows), textOf("s")), EventLog.layerMemory()))
    const { events, whole } = read(Buffer.from(text))
    expect([whole, events]).toEqual([true, rows.map(({ event, actions }, index) => ({ n: index + 1, ...event, ...(actions.length > 0 ? { actions } : {}) }))])
  }
})
