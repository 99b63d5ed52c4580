import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { conversation } from "../../runtime/event-log/support/conversation.ts"
import { append, keep, keepWhole, rowsOf } from "../../runtime/event-log/support/journal.ts"
import { notTried, type Promised } from "../contract.ts"
import { fits, same } from "./check.ts"
import { asRead, open, renamed, someSessions } from "./sessions.ts"
import { holds, type StoreTrial } from "./world.ts"

/** What a store promises of what is written to it. */
export const writePromises: readonly Promised<StoreTrial>[] = [
  holds("a session begins with what it was opened with, and is listed", async ({ process }) => {
    const rows = conversation(1, 3)
    const listed = await process(Effect.andThen(keepWhole(rows), EventLog.use(({ list }) => list)))
    const [{ event: first }, { event: last }] = [rows[0]!, rows[rows.length - 1]!]
    same(listed.length, 1)
    fits(listed[0], { id: "s", title: "question 1", roots: ["/work"], model: "test:one", created: first.at, updated: last.at, events: 8, state: "WaitingForInput", parent: null })
  }),
  holds("what is appended gets the next number and is read back as it was, with what it caused (LOG-1)", async ({ process }) => {
    const sessions = await someSessions(20)
    if (sessions === null) return notTried("install fast-check, for random sessions")
    for (const [index, rows] of sessions.entries()) {
      const { id, rows: named } = renamed(rows, `s${index}`)
      same(await process(Effect.andThen(keepWhole(named), rowsOf(id))), asRead(named))
    }
  }),
  holds("a session that is opened again goes on with the next number", async ({ process }) => {
    const rows = conversation(2, 3)
    await process(keepWhole(rows.slice(0, 8)))
    const [lastAt, tail, numbers] = await process(
      Effect.gen(function*() {
        const { journal, tail } = yield* open("s")
        return [journal.lastAt, tail, append(journal, rows.slice(8))] as const
      })
    )
    same([lastAt, numbers], [rows[7]!.event.at, [9, 10, 11, 12, 13, 14, 15]])
    same(tail, asRead(rows.slice(0, 8)))
    same(await process(rowsOf("s")), asRead(rows))
  }),
  holds("what was durable outlives the death of the process, what was not leaves no hole (LOG-2)", async ({ process, holdersDie }) => {
    const rows = conversation(1, 20)
    await process(
      Effect.gen(function*() {
        const journal = yield* keep(rows.slice(0, 10))
        yield* journal.durable
        append(journal, rows.slice(10))
        yield* holdersDie
      })
    )
    same(await process(rowsOf("s")), asRead(rows.slice(0, 10)))
  }, ["holdersDie"]),
  holds("what nobody waits for is written after 250 ms at the latest (LOG-3)", async ({ process }) => {
    const counts = await process(
      Effect.gen(function*() {
        const journal = yield* keep(conversation(1, 0))
        yield* journal.durable
        append(journal, conversation(2, 0).slice(5, 8))
        const count = Effect.map(rowsOf("s"), ({ length }) => length)
        return [yield* count, yield* Effect.andThen(TestClock.adjust("249 millis"), count), yield* Effect.andThen(TestClock.adjust("1 millis"), count)]
      })
    )
    same(counts, [5, 5, 8])
  }),
  holds("many who wait at once find everything on disk, each of its own session (LOG-2)", async ({ process }) => {
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
    same(held, ids.map(() => 10))
  })
]
