import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Problem } from "./problem.ts"

/** Bytes that are too many for an event: images, and output beyond what the model sees; named by their SHA-256. */
export class Blobs extends Context.Service<
  Blobs,
  {
    /** Keeps the bytes and says their name, 64 hexadecimal digits; the same bytes have the same name. */
    readonly put: (bytes: Uint8Array) => Effect.Effect<string, Problem>
    /** The bytes of that name, `null` where nothing has it. */
    readonly get: (hash: string) => Effect.Effect<Uint8Array | null, Problem>
  }
>()("loom/Blobs") {
  static readonly layerMemory = Layer.sync(Blobs, () => {
    const bytesByHash = new Map<string, Uint8Array>()
    return {
      put: (bytes) =>
        Effect.sync(() => {
          const hash = sha256(bytes)
          bytesByHash.set(hash, new Uint8Array(bytes))
          return hash
        }),
      get: (hash) => Effect.sync(() => bytesByHash.get(hash) ?? null)
    }
  })
}

/** SHA-256 in hexadecimal. */
export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex")
