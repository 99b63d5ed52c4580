import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { makeMemoryStore } from "../../../src/runtime/event-log/store-memory.ts"
import { append, keep } from "./support/journal.ts"
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

test("one session that cannot be written does not keep another from its commit", async () => {
  const { store } = counting()
  const program = Effect.gen(function*() {
    const lost = yield* keep(conversation(1, 3, "lost").slice(0, 1))
    store.crash()
    const sound = yield* keep(conversation(1, 3, "sound").slice(0, 1))
    append(lost, conversation(1, 3, "lost").slice(1))
    append(sound, conversation(1, 3, "sound").slice(1))
    return yield* Effect.all([Effect.exit(lost.durable), Effect.exit(sound.durable)], { concurrency: "unbounded" })
  })
  const [lost, sound] = await Effect.runPromise(Effect.provide(Effect.scoped(program), EventLog.layerMemory(store)))
  expect([lost._tag, sound._tag]).toEqual(["Failure", "Success"])
})
