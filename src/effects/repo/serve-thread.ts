import { parentPort, workerData } from "node:worker_threads"
import { readFile, type FileRead } from "./read-file.ts"
import type { Reader } from "./reader.ts"
import type { Language } from "./symbols.ts"

/** Some files that are to be read, or only hashed, one after the other. */
export interface Batch {
  readonly root: string
  readonly files: readonly { readonly path: string; readonly language: Language }[]
  readonly hashOnly: boolean
  readonly patienceMs: number
}

/** What a thread says while it works: some files it has read, and at last that it is done with all. */
export interface Reads {
  readonly reads: readonly FileRead[]
  readonly done: boolean
}

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
    void readAll(batch, readerAtHand, at, (reads) => parentPort?.postMessage(reads))
  })
}

const readAll = async (batch: Batch, readerOf: (language: Language) => Promise<Reader>, at: Whereabouts, say: (reads: Reads) => void): Promise<void> => {
  let reads: FileRead[] = []
  let saidMs = performance.now()
  for (const [index, { path, language }] of batch.files.entries()) {
    Atomics.store(at, 1, 0)
    Atomics.store(at, 0, index)
    reads.push(await readFile({ file: `${batch.root}/${path}`, path, read: batch.hashOnly ? null : { readerOf, language, patienceMs: batch.patienceMs } }))
    if (performance.now() - saidMs < TOGETHER_MS) continue
    say({ reads, done: false })
    reads = []
    saidMs = performance.now()
  }
  say({ reads, done: true })
}
