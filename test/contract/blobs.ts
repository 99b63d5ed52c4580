import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { Blobs } from "../../src/effects/os/blobs.ts"

/** What every place for blobs promises; each of its layers is held to it. */
export const blobsContract = (name: string, layer: () => Layer.Layer<Blobs>): void => {
  const inIt = <A>(use: (blobs: Blobs["Service"]) => Effect.Effect<A, unknown>): Promise<A> =>
    Effect.runPromise(Effect.provide(Effect.flatMap(Blobs, use), layer()))

  test(`${name}: bytes come back as they were put, under the SHA-256 of their content`, async () => {
    const back = await inIt((blobs) => Effect.flatMap(blobs.put(Buffer.from("abc")), (hash) => Effect.map(blobs.get(hash), (bytes) => [hash, bytes && [...bytes]])))
    expect(back).toEqual(["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", [97, 98, 99]])
  })

  test(`${name}: no bytes at all are bytes, too`, async () => {
    expect(await inIt((blobs) => Effect.flatMap(Effect.flatMap(blobs.put(new Uint8Array()), blobs.get), (bytes) => Effect.succeed(bytes?.length)))).toBe(0)
  })

  test(`${name}: the same bytes put twice have one name`, async () => {
    const names = await inIt((blobs) => Effect.all([blobs.put(Buffer.from("same")), blobs.put(Buffer.from("same"))]))
    expect(names[0]).toBe(names[1])
  })

  test(`${name}: a name that nothing has gives null`, async () => {
    expect(await inIt((blobs) => blobs.get("0".repeat(64)))).toBe(null)
  })

  test(`${name}: what was put does not change when its source does`, async () => {
    const source = Buffer.from("before")
    const back = await inIt((blobs) =>
      Effect.flatMap(blobs.put(source), (hash) => {
        source.fill(120)
        return blobs.get(hash)
      })
    )
    expect(Buffer.from(back ?? []).toString()).toBe("before")
  })
}
