import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { expect, test } from "vitest"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { makeMemoryStore } from "../../../src/runtime/event-log/store-memory.ts"
import { append, keep, rowsOf } from "./support/journal.ts"
import { conversation } from "./support/conversation.ts"

const counting = () => {
  const store = makeMemoryStore()
  const commits: number[] = []
  return {
    commits,
    store: { ...store, commit: (batches: Parameters<typeof store.commit>[0]) => Effect.andThen(Effect.sync(() => commits.push(batches.length)), store.commit(batches)) }
  }
}

test("64 who wait at once share one commit; proves LOG-2", async () => {
  const { store, commits } = counting()
  const rows = (id: string) => conversation(1, 3, id)
  const ids = Array.from({ length: 64 }, (_, index) => `s${index}`)
  const program = Effect.gen(function*() {
    const journals = yield* Effect.forEach(ids, (id) => keep(rows(id).slice(0, 1)))
    commits.length = 0
    yield* Effect.forEach(
      journals,
      (journal, index) => Effect.suspend(() => (append(journal, rows(ids[index]!).slice(1)), journal.durable)),
      { concurrency: "unbounded" }
    )
  })
  await Effect.runPromise(Effect.provide(Effect.scoped(program), EventLog.layerMemory(store)))
  expect(commits[0]).toBe(64)
  expect(commits.length).toBe(1)
})

test("what is durable already costs no commit", async () => {
  const { store, commits } = counting()
  const program = Effect.gen(function*() {
    const journal = yield* keep(conversation(1, 3))
    yield* journal.durable
    const before = commits.length
    yield* journal.durable
    yield* journal.durable
    return commits.length - before
  })
  expect(await Effect.runPromise(Effect.provide(Effect.scoped(program), EventLog.layerMemory(store)))).toBe(0)
})

test("one session that cannot be written does not keep others from their commit, whichever comes first", async () => {
  const { store } = counting()
  const rows = (id: string) => conversation(2, 3, id)
  const program = Effect.gen(function*() {
    const lost = yield* keep(rows("lost").slice(0, 1))
    store.crash()
    const [first, last] = [yield* keep(rows("first").slice(0, 1)), yield* keep(rows("last").slice(0, 1))]
    for (const [journal, id] of [[first, "first"], [lost, "lost"], [last, "last"]] as const) append(journal, rows(id).slice(1, 6))
    const ends = yield* Effect.all([first, lost, last].map((journal) => Effect.exit(journal.durable)), { concurrency: "unbounded" })
    append(first, rows("first").slice(6))
    yield* first.durable
    return [ends.map(({ _tag }) => _tag), yield* Effect.forEach(["first", "lost", "last"], (id) => Effect.map(rowsOf(id), (kept) => kept.map(({ n }) => n)))]
  })
  const [ends, kept] = await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(EventLog.layerMemory(store)), Effect.provide(Logger.layer([]))))
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  expect([ends, kept]).toEqual([["Success", "Failure", "Success"], [numbers(15), [1], numbers(6)]])
})

test("what is appended while a commit is under way is not lost with it, but waits for the next", async () => {
  const store = makeMemoryStore()
  let during: () => void = () => undefined
  const slow = {
    ...store,
    commit: (batches: Parameters<typeof store.commit>[0]) => Effect.andThen(store.commit(batches), Effect.sync(() => (during(), (during = () => undefined))))
  }
  for (const [name, onLine] of [["s", undefined], ["heard", () => undefined]] as const) {
    const rows = conversation(1, 8, name)
    const program = Effect.gen(function*() {
      const journal = yield* keep(rows.slice(0, 1), { onLine })
      append(journal, rows.slice(1, 5))
      during = () => append(journal, rows.slice(5))
      yield* journal.durable
      yield* journal.durable
      return yield* rowsOf(name)
    })
    expect(await Effect.runPromise(Effect.provide(Effect.scoped(program), EventLog.layerMemory(slow)))).toEqual(
      rows.map(({ event, actions }, index) => ({ n: index + 1, event, actions }))
    )
  }
})
