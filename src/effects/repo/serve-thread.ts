import { deserialize, serialize } from "node:v8"
import { parentPort, workerData } from "node:worker_threads"
import { readFile, type FileRead } from "./read-file.ts"
import type { Reader } from "./reader.ts"
import type { Language } from "./symbols.ts"

/** Some files that are to be read, or only hashed, one after the other. */
export interface Batch {
  readonly root: string
  /** Units: `bytes` as the files were seen; they may have changed since. */
  readonly files: readonly { readonly path: string; readonly language: Language; readonly bytes: number }[]
  readonly hashOnly: boolean
  readonly patienceMs: number
}

/** What a thread says while it works: some files it has read, and at last that it is done with all. */
export interface Reads {
  readonly count: number
  /** See `bytesOf`; they are handed on as they are. */
  readonly reads: Uint8Array<ArrayBuffer>
  readonly done: boolean
}

/** What was read, written down once for all who hear of it: objects would be taken apart and put together at every border. */
export const bytesOf = (reads: readonly FileRead[]): Uint8Array<ArrayBuffer> => new Uint8Array(serialize(reads))
export const readsIn = (bytes: Uint8Array): readonly FileRead[] => deserialize(bytes) as readonly FileRead[]

/** How long read files are kept back, so that a message is worth its while. Units: ms. */
const TOGETHER_MS = 40

/** Shared memory in which a thread shows where it is, even where it does not come to an end: the place of the file in its batch, and 1 while it reads it, 0 while it still loads how. */
export type Whereabouts = Int32Array

/** Reads what it is sent. */
export const serve = (readerOf: (language: Language) => Promise<Reader>): void => {
  const { at } = workerData as { readonly at: Whereabouts }
  parentPort?.on("message", (batch: Batch) => {
    const readerAtHand = async (language: Language): Promise<Reader> => {
      const reader = await readerOf(language)
      Atomics.store(at, 1, 1)
      return reader
    }
    void readAll(batch, readerAtHand, at, (reads, done) => {
      const bytes = bytesOf(reads)
      parentPort?.postMessage({ count: reads.length, reads: bytes, done } satisfies Reads, [bytes.buffer])
    })
  })
}

const readAll = async (
  batch: Batch,
  readerOf: (language: Language) => Promise<Reader>,
  at: Whereabouts,
  say: (reads: readonly FileRead[], done: boolean) => void
): Promise<void> => {
  let reads: FileRead[] = []
  let saidMs = performance.now()
  for (const [index, { path, language }] of batch.files.entries()) {
    Atomics.store(at, 1, 0)
    Atomics.store(at, 0, index)
    reads.push(
      await readFile({
        file: `${batch.root}/${path}`,
        path,
        read: batch.hashOnly ? null : { readerOf, language, patienceMs: batch.patienceMs }
      })
    )
    if (performance.now() - saidMs < TOGETHER_MS) continue
    say(reads, false)
    reads = []
    saidMs = performance.now()
  }
  say(reads, true)
}
