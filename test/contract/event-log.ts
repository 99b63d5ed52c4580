/* This is one thing: all that a log promises, held by every store; divided it could be run against one store in part. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import { Blobs } from "../../src/effects/os/blobs.ts"
import { replay } from "../../src/machine/replay.ts"
import { checkChain } from "../../src/runtime/event-log/chain.ts"
import { EventLog, LogError } from "../../src/runtime/event-log/event-log.ts"
import { verifySession } from "../../src/runtime/replay/verify.ts"
import { append, keep, keepWhole, rowsOf, textOf } from "../runtime/event-log/support/journal.ts"
import { conversation, recorded } from "../runtime/event-log/support/conversation.ts"
import { someSessions } from "../runtime/event-log/support/random-sessions.ts"

/** One store that outlives the processes that open it, and what can befall it. */
export interface World {
  /** Runs as one process does, on a clock that stands still: what it leaves open ends with it. */
  readonly process: <A, E>(program: Effect.Effect<A, E, EventLog | Blobs | Scope.Scope>, build?: string) => Promise<A>
  /** Whoever holds a session dies, without closing anything. */
  readonly holdersDie: Effect.Effect<void>
  /** No commit finds space, or finds it again. */
  readonly space: (free: boolean) => Effect.Effect<void>
  /** Changes a byte of every snapshot. */
  readonly damageSnapshots: Effect.Effect<void>
}

const BUILD = "a build"

/** What every layer of `EventLog` promises. */
export const eventLogContract = (name: string, makeWorld: () => World): void => {
  const it = (promise: string, run: (world: World) => Promise<void>) => test(`${name}: ${promise}`, () => run(makeWorld()))

  it("a session begins with what it was opened with, and is listed", async ({ process }) => {
    const rows = conversation(1, 3)
    const listed = await process(Effect.andThen(keepWhole(rows), EventLog.use(({ list }) => list)))
    const [{ event: first }, { event: last }] = [rows[0]!, rows[rows.length - 1]!]
    expect(listed).toEqual([
      { id: "s", title: "question 1", roots: ["/work"], model: "test:one", created: first.at, updated: last.at, events: 8, state: "WaitingForInput" }
    ])
  })

  it("what is appended gets the next number and is read back as it was, with what it caused; proves LOG-1", async ({ process }) => {
    for (const [index, rows] of someSessions(20).entries()) {
      const { id, rows: named } = renamed(rows, `s${index}`)
      expect(await process(Effect.andThen(keepWhole(named), rowsOf(id)))).toEqual(asRead(named))
    }
  })

  it("a session that is opened again goes on with the next number", async ({ process }) => {
    const rows = conversation(2, 3)
    await process(keepWhole(rows.slice(0, 8)))
    const [lastAt, tail, numbers] = await process(
      Effect.gen(function*() {
        const { journal, tail } = yield* open("s")
        return [journal.lastAt, tail, append(journal, rows.slice(8))] as const
      })
    )
    expect([lastAt, numbers]).toEqual([rows[7]!.event.at, [9, 10, 11, 12, 13, 14, 15]])
    expect(tail).toEqual(asRead(rows.slice(0, 8)))
    expect(await process(rowsOf("s"))).toEqual(asRead(rows))
  })

  it("what was durable outlives the death of the process, what was not leaves no hole; proves LOG-2", async ({ process, holdersDie }) => {
    const rows = conversation(1, 20)
    await process(
      Effect.gen(function*() {
        const journal = yield* keep(rows.slice(0, 10))
        yield* journal.durable
        append(journal, rows.slice(10))
        yield* holdersDie
      })
    )
    expect(await process(rowsOf("s"))).toEqual(asRead(rows.slice(0, 10)))
  })

  it("what nobody waits for is written after 250 ms at the latest; proves LOG-3", async ({ process }) => {
    const counts = await process(
      Effect.gen(function*() {
        const journal = yield* keep(conversation(1, 0))
        yield* journal.durable
        append(journal, conversation(2, 0).slice(5, 8))
        const count = Effect.map(rowsOf("s"), ({ length }) => length)
        return [yield* count, yield* Effect.andThen(TestClock.adjust("249 millis"), count), yield* Effect.andThen(TestClock.adjust("1 millis"), count)]
      })
    )
    expect(counts).toEqual([5, 5, 8])
  })

  it("many who wait at once find everything on disk, each of its own session; proves LOG-2", async ({ process }) => {
    const ids = Array.from({ length: 32 }, (_, index) => `s${index}`)
    const held = await process(
      Effect.forEach(
        ids,
        Effect.fnUntraced(function*(id) {
          const journal = yield* keep(conversation(1, 5, id))
          yield* journal.durable
          return (yield* rowsOf(id)).length
        }),
        { concurrency: "unbounded" }
      )
    )
    expect(held).toEqual(ids.map(() => 10))
  })

  it("while a session is held nobody else opens it, and the refusal names the holder; proves LOG-4", async ({ process: run }) => {
    const refused = await run(Effect.andThen(keep(conversation(1, 1)), Effect.flip(open("s"))))
    expect(refused).toBeInstanceOf(LogError)
    expect([refused.reason, refused.message]).toEqual(["held", expect.stringMatching(new RegExp(`held by process ${process.pid} on .*; end that process first`))])
    expect((await run(open("s"))).tail.length).toBe(6)
  })

  it("the session of a dead holder is taken over at once, and the dead can write no more; proves LOG-4", async ({ process, holdersDie }) => {
    const rows = conversation(2, 1)
    const refused = await process(
      Effect.gen(function*() {
        const journal = yield* keep(rows.slice(0, 6))
        yield* journal.durable
        yield* holdersDie
        const { journal: next } = yield* open("s")
        append(journal, rows.slice(6, 8))
        const refused = yield* Effect.flip(journal.durable)
        append(next, rows.slice(6))
        yield* next.durable
        return refused
      })
    )
    expect(refused.reason).toBe("lost")
    expect(await process(rowsOf("s"))).toEqual(asRead(rows))
  })

  it("a long session is opened by its newest snapshot and the events after it; proves LOG-9", async ({ process }) => {
    const rows = conversation(12, 250)
    await process(keepWhole(rows.slice(0, 2900)), BUILD)
    await process(Effect.scoped(Effect.map(open("s"), ({ journal }) => void append(journal, rows.slice(2900)))), BUILD)
    const { snapshot, tail } = await process(open("s"), BUILD)
    expect(snapshot?.n).toBe(2900)
    expect([...tail]).toEqual(asRead(rows).slice(2900))
    expect(replay(tail.map(({ event }) => event), snapshot!.state)).toEqual(rows[rows.length - 1]!.state)
  })

  it("a very long session has a snapshot even where nobody could close it; proves LOG-9", async ({ process, holdersDie }) => {
    const rows = conversation(12, 2000)
    await process(Effect.gen(function*() {
      const journal = yield* keep(rows)
      yield* journal.durable
      yield* holdersDie
    }), BUILD)
    const { snapshot, tail } = await process(open("s"), BUILD)
    expect([snapshot?.n, tail.length]).toEqual([rows.length - tail.length, rows.length - snapshot!.n])
    expect(snapshot!.n).toBeGreaterThan(19_999)
    expect(replay(tail.map(({ event }) => event), snapshot!.state)).toEqual(rows[rows.length - 1]!.state)
  })

  it("a snapshot that is damaged, or of another build, is as if it were not there; proves LOG-9", async ({ process, damageSnapshots }) => {
    const rows = conversation(12, 250)
    await process(keepWhole(rows), BUILD)
    const other = await process(open("s"), "another build")
    await Effect.runPromise(damageSnapshots)
    const damaged = await process(open("s"), BUILD)
    for (const { snapshot, tail } of [other, damaged]) expect([snapshot, tail.length]).toEqual([null, rows.length])
  })

  it("goes on after a snapshot with the same seals as if it had never stopped; proves LOG-6", async ({ process }) => {
    const rows = conversation(14, 200)
    const whole = await process(Effect.andThen(keepWhole(rows), textOf("s")), BUILD)
    const { id, rows: parts } = renamed(rows, "t")
    await process(keepWhole(parts.slice(0, 2222)), BUILD)
    await process(Effect.scoped(Effect.map(open(id), ({ journal }) => void append(journal, parts.slice(2222, 2500)))), BUILD)
    await process(Effect.scoped(Effect.map(open(id), ({ journal }) => void append(journal, parts.slice(2500)))), BUILD)
    const verdict = await process(verifySession(id), BUILD)
    expect([verdict.verdict, verdict.seals]).toEqual(["exact", whole.match(/"state":"[0-9a-f]{64}"/g)!.length])
  })

  it("an export is whole, replays exactly, and comes out of another log byte by byte the same; proves LOG-5", async ({ process }) => {
    for (const rows of [conversation(3, 300), ...someSessions(12)]) {
      const [world, other] = [makeWorld(), makeWorld()]
      const file = join(mkdtempSync(join(tmpdir(), "loom-log-")), "a log.jsonl")
      const exported = await world.process(Effect.andThen(keepWhole(rows), EventLog.use((log) => log.exportTo("s", file))))
      expect(checkChain(file)).toMatchObject({ verdict: "whole", events: rows.length })
      expect(await world.process(verifySession("s"))).toMatchObject({ verdict: "exact", events: rows.length })
      expect(await other.process(EventLog.use((log) => log.importFrom(file)))).toMatchObject({ session: "s", events: rows.length })
      expect(await other.process(textOf("s"))).toBe(readFileSync(file, "utf8"))
      expect(exported.bytes).toBe(readFileSync(file).length)
      expect(await other.process(rowsOf("s"))).toEqual(asRead(rows))
    }
    await process(Effect.void)
  })

  it("who listens hears exactly what an export writes, also when the session is taken up again; proves LOG-5", async ({ process }) => {
    const rows = conversation(3, 200)
    const heard: string[] = []
    const again: string[] = []
    await process(Effect.scoped(keep(rows.slice(0, 300), { onLine: (line) => heard.push(line) })))
    expect(`${heard.join("\n")}\n`).toBe(await process(textOf("s")))
    await process(Effect.scoped(EventLog.use((log) => Effect.map(log.open("s", { onLine: (line) => again.push(line) }), ({ journal }) => void append(journal, rows.slice(300))))))
    expect(`${again.join("\n")}\n`).toBe(await process(textOf("s")))
  })

  it("taking in a log twice is no mistake, another one of its name is; proves LOG-8", async ({ process }) => {
    const [file, other] = [1, 2].map(() => join(mkdtempSync(join(tmpdir(), "loom-log-")), "log.jsonl")) as [string, string]
    await makeWorld().process(Effect.andThen(keepWhole(conversation(2, 5)), EventLog.use((log) => log.exportTo("s", other))))
    await process(Effect.andThen(keepWhole(conversation(1, 5)), EventLog.use((log) => log.exportTo("s", file))))
    const take = (from: string) => process(EventLog.use((log) => log.importFrom(from)))
    expect(await take(file)).toEqual({ session: "s", events: 10, message: "it is here already" })
    await expect(take(other)).rejects.toMatchObject({ reason: "exists" })
    expect(await process(rowsOf("s"))).toEqual(asRead(conversation(1, 5)))
  })

  it("the blobs that a session names go with it, and no others; proves LOG-5", async ({ process }) => {
    const other = makeWorld()
    const file = join(mkdtempSync(join(tmpdir(), "loom-log-")), "log.jsonl")
    const [image, output] = await process(
      Effect.gen(function*() {
        const { put } = yield* Blobs
        const [image, output] = [yield* put(Buffer.from([0, 255, 10, 9, 34])), yield* put(Buffer.from("all that a tool said"))]
        yield* put(Buffer.from("of another session"))
        yield* keepWhole(naming(image, output))
        yield* EventLog.use((log) => log.exportTo("s", file))
        return [image, output]
      })
    )
    const lines = readFileSync(file, "utf8").split("\n").filter((line) => line.startsWith('{"blob"'))
    expect(lines).toEqual([`{"blob":"${image}","bytes":"AP8KCSI="}`, `{"blob":"${output}","bytes":"${Buffer.from("all that a tool said").toString("base64")}"}`])
    const text = await other.process(
      Effect.gen(function*() {
        yield* EventLog.use((log) => log.importFrom(file))
        expect(Buffer.from((yield* (yield* Blobs).get(image!))!)).toEqual(Buffer.from([0, 255, 10, 9, 34]))
        return yield* textOf("s")
      })
    )
    expect(text).toBe(readFileSync(file, "utf8"))
    expect(await other.process(verifySession("s"))).toMatchObject({ verdict: "exact" })
  })

  it("a damaged log is not taken in, not even in part; one that was cut comes in as far as it goes; proves LOG-8", async ({ process }) => {
    const rows = conversation(3, 200)
    const text = await makeWorld().process(Effect.andThen(keepWhole(rows), textOf("s")))
    const file = join(mkdtempSync(join(tmpdir(), "loom-log-")), "log.jsonl")
    writeFileSync(file, text.replace(" word 150", " ward 150"))
    await expect(process(EventLog.use((log) => log.importFrom(file)))).rejects.toMatchObject({ reason: "damaged", message: expect.stringContaining("events 1 to 205") })
    expect(await process(EventLog.use(({ list }) => list))).toEqual([])
    writeFileSync(file, text.slice(0, text.indexOf('{"n":500,') + 40))
    const imported = await process(EventLog.use((log) => log.importFrom(file)))
    expect(imported).toMatchObject({ events: 499, message: expect.stringMatching(/^cut: its last line was not written to the end; 40 bytes/) })
    await process(Effect.scoped(Effect.map(open("s"), ({ journal }) => void append(journal, rows.slice(499)))))
    expect(await process(textOf("s"))).toBe(text)
  })

  it("a log whose seals agree, but with an event that is none, is not taken in, not even in part; proves LOG-8", async ({ process }) => {
    const rows = conversation(2, 5)
    const odd = rows.map((row, index) => (index === 15 ? { ...row, event: { ...row.event, text: 7 } as never } : row))
    const file = join(mkdtempSync(join(tmpdir(), "loom-log-")), "log.jsonl")
    await makeWorld().process(Effect.andThen(keepWhole(odd), EventLog.use((log) => log.exportTo("s", file))))
    await expect(process(EventLog.use((log) => log.importFrom(file)))).rejects.toMatchObject({ reason: "damaged", message: expect.stringContaining("damaged at line 18") })
    expect(await process(EventLog.use(({ list }) => list))).toEqual([])
  })

  it("without space nothing is acknowledged, nothing acknowledged is lost, and it goes on once there is some; proves LOG-10", async ({ process, space }) => {
    const rows = conversation(40, 100)
    const [error, kept, later] = await process(
      Effect.gen(function*() {
        const journal = yield* keep(rows.slice(0, 100))
        yield* journal.durable
        yield* space(false)
        append(journal, rows.slice(100, 3000))
        const error = yield* Effect.flip(journal.durable)
        const kept = (yield* rowsOf("s")).length
        append(journal, rows.slice(3000))
        yield* space(true)
        yield* journal.durable
        return [error, kept, yield* rowsOf("s")] as const
      })
    )
    expect([error.reason, error.message, kept]).toEqual(["full", expect.stringContaining("free some space and go on"), 100])
    expect(later).toEqual(asRead(rows))
  })

  it("a session that is not there, or is there already, is said so", async ({ process }) => {
    await expect(process(open("nobody"))).rejects.toMatchObject({ reason: "not-found", message: expect.stringContaining("open session nobody") })
    await expect(process(rowsOf("nobody"))).rejects.toMatchObject({ reason: "not-found" })
    await process(keepWhole(conversation(1, 1)))
    await expect(process(keepWhole(conversation(1, 1)))).rejects.toMatchObject({ reason: "exists" })
  })
}

const open = (id: string) => EventLog.use((log) => log.open(id))

const asRead = (rows: ReturnType<typeof conversation>) => rows.map(({ event, actions }, index) => ({ n: index + 1, event, actions }))

/** A session with an image, and with a result that was cut. It also has text that only looks like a name. */
const naming = (image: string, output: string) =>
  recorded([
    conversation(1, 0)[0]!.event,
    { type: "UserInput", at: 1_700_000_000_001, parts: [{ type: "text", text: `"blob":"${"0".repeat(64)}"` }, { type: "image", mediaType: "image/png", blob: image, bytes: 5 }] },
    { type: "ToolCompleted", at: 1_700_000_000_002, effect: 99, status: "ok", parts: [], blob: output },
    { type: "ToolCompleted", at: 1_700_000_000_003, effect: 99, status: "ok", parts: [{ type: "image", mediaType: "image/png", blob: image, bytes: 5 }] }
  ])

/** The same session under another name. */
const renamed = (rows: ReturnType<typeof conversation>, id: string) => ({
  id,
  rows: rows.map((row, index) => ({
    ...row,
    event: index === 0 && row.event.type === "SessionOpened" ? { ...row.event, session: id } : row.event,
    state: { ...row.state, session: { ...row.state.session, id } }
  }))
})
