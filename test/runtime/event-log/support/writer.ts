import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../../../../src/effects/os/sqlite.ts"
import { EventLog } from "../../../../src/runtime/event-log/event-log.ts"
import { append, keep } from "./journal.ts"
import { conversation } from "./conversation.ts"

/*
 * A process that goes on with the session `s` of the database it is given, a few events at a time, and says on stdout
 * up to which number they are durable. It is there to be killed.
 */

const rows = conversation(40, 120)

const goOn = Effect.gen(function*() {
  const log = yield* EventLog
  const known = (yield* log.list).find(({ id }) => id === "s")?.events ?? 0
  const journal = known === 0 ? yield* keep(rows.slice(0, 1)) : (yield* log.open("s")).journal
  for (let from = Math.max(1, known), count = 1; from < rows.length; from += count, count = (count * 7 + 3) % 41) {
    append(journal, rows.slice(from, from + count))
    yield* journal.durable
    writeSync(1, `${Math.min(rows.length, from + count)}\n`)
  }
})

const store = EventLog.layerSql("test").pipe(Layer.provide(layer({ file: process.argv[2]! })))
await Effect.runPromise(Effect.provide(Effect.scoped(goOn), store))
