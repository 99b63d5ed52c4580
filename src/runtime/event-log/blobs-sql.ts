import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as SqlClient from "effect/sql/SqlClient"
import { Blobs, sha256 } from "../../effects/os/blobs.ts"
import { problem } from "../../effects/os/problem.ts"
import type { LogError } from "./log-error.ts"
import { makeSqlStore } from "./store-sql.ts"
import type { Store } from "./store.ts"

/** Blobs in the log's database, so that a session can be exported whole. On disk when `put` returns. */
export const layerBlobsSql: Layer.Layer<Blobs, LogError, SqlClient.SqlClient> = Layer.effect(
  Blobs,
  Effect.map(makeSqlStore, (store) => blobsOf(store))
)

/** The blobs of any store of the log. */
export const blobsOf = (store: Store): Blobs["Service"] => ({
  put: (bytes) => {
    const hash = sha256(bytes)
    return store.putBlob(hash, bytes).pipe(Effect.as(hash), Effect.mapError(({ message }) => problem(message)))
  },
  get: (hash) => Effect.mapError(store.blob(hash), ({ message }) => problem(message))
})
