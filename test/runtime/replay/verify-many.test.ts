import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { verifyMany } from "../../../src/runtime/replay/verify-many.ts"
import type { Task } from "../../../src/runtime/replay/verify-task.ts"
import { conversation } from "../event-log/support/conversation.ts"
import { keepWhole, textOf } from "../event-log/support/journal.ts"

const folder = mkdtempSync(join(tmpdir(), "loom-many-"))
const database = join(folder, "loom.db")
const inDatabase = EventLog.layerSql("test").pipe(Layer.provide(layerSqlite({ file: database })))

const run = <A>(program: Effect.Effect<A, unknown, EventLog>): Promise<A> => Effect.runPromise(Effect.provide(program, inDatabase))

const fileOf = async (name: string, pieces: number): Promise<Task> => {
  const file = join(folder, name)
  writeFileSync(file, await run(Effect.andThen(keepWhole(conversation(2, pieces, name)), textOf(name))))
  return { file, name }
}

test("logs are verified on threads, files and sessions alike, and told in the order they were named; what cannot be read stops none", async () => {
  const files = await Promise.all(["large", "small", "tiny"].map((name, index) => fileOf(name, [4000, 40, 4][index]!)))
  const tasks = [...files, { file: join(folder, "gone"), name: "gone" }, { file: folder, name: "a folder" }, { session: "small" }, { session: "none" }, ...files]
  const alone = await run(Stream.runCollect(verifyMany(tasks, { database, threadsMax: 1 })))
  const together = await run(Stream.runCollect(verifyMany(tasks, { database, threadsMax: 3 })))
  expect(together).toEqual(alone)
  expect(together.map(({ verdict }) => verdict)).toEqual(["exact", "exact", "exact", "unreadable", "unreadable", "exact", "unreadable", "exact", "exact", "exact"])
  expect(together.map((found) => ("events" in found ? found.events : found.message))).toEqual([
    8009, 89, 17, "read gone: it does not exist", "read a folder: it is a folder; name a file in it",
    89, "open session none: there is none of that name; loom sessions lists them", 8009, 89, 17
  ])
})

test("who no longer wants to know leaves at once, and the threads end with them", async () => {
  const file = await fileOf("long", 20_000)
  const first = Stream.runHead(verifyMany([{ file: join(folder, "gone"), name: "gone" }, ...Array<Task>(20).fill(file)], { database: null, threadsMax: 2 }))
  expect(await run(first)).toMatchObject({ value: { verdict: "unreadable" } })
})
