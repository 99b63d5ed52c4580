import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { Blobs } from "../../../src/effects/os/blobs.ts"
import { layer } from "../../../src/effects/os/sqlite.ts"
import { blobsOf, layerBlobsSql } from "../../../src/runtime/event-log/blobs-sql.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { thisHolder } from "../../../src/runtime/event-log/holder.ts"
import { logError } from "../../../src/runtime/event-log/log-error.ts"
import { makeMemoryStore } from "../../../src/runtime/event-log/store-memory.ts"
import type { StoreTrial, World } from "./world.ts"

/** Warnings of what could not be written on closing are what some of these promises are about. */
const quiet = Layer.merge(TestClock.layer(), Logger.layer([]))

/** `change`: what becomes of the log before a program gets it. */
export const memoryWorld = (change: (log: EventLog["Service"]) => EventLog["Service"] = (log) => log): World => {
  const store = makeMemoryStore()
  const logOf = (build: string) => Layer.effect(EventLog, Effect.map(EventLog, change)).pipe(Layer.provide(EventLog.layerMemory(store, build)))
  return {
    process: (program, build = "test") =>
      Effect.runPromise(Effect.provide(Effect.scoped(program), Layer.merge(logOf(build), Layer.succeed(Blobs, blobsOf(store))).pipe(Layer.provideMerge(quiet)))),
    holdersDie: Effect.sync(store.crash),
    space: (free) => Effect.sync(() => store.refuse(free ? null : logError("full", "write the log: no space is left; free some space and go on"))),
    damageSnapshots: Effect.sync(store.damageSnapshots)
  }
}

/** A process of this machine that cannot be: its number is past the last that the system gives out. */
const DEAD = JSON.stringify({ ...thisHolder(0), process: 2 ** 22 + 1 })

const sqlWorld = (): World => {
  const file = join(mkdtempSync(join(tmpdir(), "loom-db-")), "data", "loom.db")
  let client: SqlClient.SqlClient | null = null
  const kept = Layer.effectDiscard(Effect.map(SqlClient.SqlClient, (sql) => void (client = sql)))
  const sqlite = layer({ file })
  const beside = (sql: string, ...params: string[]) =>
    Effect.sync(() => {
      const database = new DatabaseSync(file)
      database.prepare(sql).run(...params)
      database.close()
    })
  return {
    process: (program, build = "test") =>
      Effect.runPromise(
        Effect.provide(Effect.scoped(program), Layer.mergeAll(EventLog.layerSql(build), layerBlobsSql, kept).pipe(Layer.provide(sqlite), Layer.provideMerge(quiet)))
      ),
    holdersDie: beside("UPDATE sessions SET token = 'of the dead', holder = ?", DEAD),
    space: (free) => Effect.orDie(client!.unsafe(`PRAGMA max_page_count = ${free ? 1_000_000_000 : 1}`)),
    damageSnapshots: beside("UPDATE snapshots SET text = replace(text, 'question', 'quantion')")
  }
}

export const ownStores: readonly StoreTrial[] = [
  { name: "memory", makeWorld: () => memoryWorld() },
  { name: "sql", makeWorld: sqlWorld }
]
