import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { migrate } from "../../../src/effects/os/migrate.ts"
import { layer } from "../../../src/effects/os/sqlite.ts"

/* One of several processes that begin the same database at once. */

const begin = Effect.gen(function*() {
  yield* migrate("things", [["CREATE TABLE things (name TEXT)"]])
  const sql = yield* SqlClient.SqlClient
  yield* sql`INSERT INTO things VALUES (${String(process.pid)})`
})

await Effect.runPromise(Effect.provide(begin, layer({ file: process.argv[2]! })))
console.log("sound")
