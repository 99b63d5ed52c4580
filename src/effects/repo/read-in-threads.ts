import { Worker } from "node:worker_threads"
import { makeKeeper, type Keeper } from "./keep-reads.ts"
import { bytesOf, readsIn, type Batch, type Reads, type Whereabouts } from "./serve-thread.ts"

/** A batch with the number of its asker. */
export interface Asked extends Batch {
  readonly number: number
  /** How long one file may take before its thread is ended. Units: ms. */
  readonly limitMs: number
  /** The cache that what is read is kept in; `null`: none. */
  readonly keepIn: string | null
}

export interface Answered {
  readonly number: number
  /** See `readsIn`; `null`: nothing yet. */
  readonly reads: Uint8Array | null
  /** Why it could not be kept; `null` where it was, or was not asked for. */
  readonly unkept: string | null
  readonly done: boolean
}

const THREADS = 2
/** What a thread may take beside the memory of its grammars: a file that is allowed to be read needs a tenth of it. */
const HEAP_MEGABYTES_MAX = 512
/** How often it is looked whether a thread is still at the same file. Units: ms. */
const LOOK_MS = 100
/** A thread that starts, and a grammar that is loaded, may take as many times longer. */
const LOADING = 10

/** How long what was begun is gone on with for the next start, after whoever asked for it has ended. Units: ms. */
const ALONE_MS = 20_000

/** Takes batches from the parent process, one at a time for each thread, and answers with what was read. */
export const readInThreads = (threadUrl: URL): void => {
  let waiting: Asked[] = []
  const begun = new Set<Asked>()
  const keeper = makeKeeper()
  const idle: Thread[] = Array.from({ length: THREADS }, () => makeThread(threadUrl))
  for (const thread of idle) thread.worker()
  const next = (): void => {
    if (!process.connected && (keeper.isOutdone() || ![...waiting, ...begun].some(({ keepIn }) => keepIn !== null))) process.exit(0)
    for (let asked = waiting[0]; asked !== undefined && idle.length > 0; asked = waiting[0]) {
      const thread = idle.pop() as Thread
      waiting.shift()
      begun.add(asked)
      void readBatch(thread, asked, answerAndKeep(asked, keeper)).then(() => {
        idle.push(thread)
        begun.delete(asked)
        next()
      })
    }
  }
  process.on("message", (asked: Asked) => {
    waiting.push(asked)
    next()
  })
  process.once("disconnect", () => {
    // What is kept nowhere, nobody needs any more.
    waiting = waiting.filter(({ keepIn }) => keepIn !== null)
    setTimeout(() => process.exit(0), ALONE_MS)
    next()
  })
  answer(UP)
}

/** Said once, at the start: this process can be asked. */
const UP: Answered = { number: 0, reads: null, unkept: null, done: false }

const answer = (answered: Answered): void => {
  // Whoever asked may end at any moment; then nobody hears it.
  if (process.connected) process.send?.(answered, () => {})
}

/** First whoever waits for it hears of it, then it is kept, and then only a batch is done. */
const answerAndKeep = ({ number, keepIn, hashOnly, files }: Asked, { keep }: Keeper): Say => {
  const languageByPath = new Map(files.map(({ path, language }) => [path, language]))
  return (reads, done) => {
    if (reads !== null) answer({ number, reads, unkept: null, done: false })
    const unkept = reads === null || keepIn === null || hashOnly ? null : keep(keepIn, readsIn(reads), languageByPath)
    if (done || unkept !== null) answer({ number, reads: null, unkept, done })
  }
}

/** Tells what was read, and whether that was all of a batch. */
type Say = (reads: Uint8Array | null, done: boolean) => void

/** A thread that is made when first needed, and anew after it was ended. */
interface Thread {
  readonly at: Whereabouts
  readonly worker: () => Worker
  readonly end: () => Promise<unknown>
}

const makeThread = (url: URL): Thread => {
  const at = new Int32Array(new SharedArrayBuffer(8))
  let worker: Worker | null = null
  const start = (): Worker => {
    const started = new Worker(url, { workerData: { at }, resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX } })
    // Whoever waits for it hears of its errors, too; without anybody they must not end the process. One that ended between two batches is asked nothing more.
    started.on("error", () => {}).once("exit", () => {
      if (worker === started) worker = null
    })
    return started
  }
  return {
    at,
    worker: () => (worker ??= start()),
    end: async () => {
      const ended = worker
      worker = null
      await ended?.terminate()
    }
  }
}

/** All files of a batch; one that stops its thread is known by its name, and another thread goes on with the others. */
const readBatch = async (thread: Thread, asked: Asked, say: Say): Promise<void> => {
  let files = asked.files
  for (;;) {
    const { count, why } = await readSome(thread, { ...asked, files }, say)
    if (why === null) return say(null, true)
    await thread.end()
    const suspect = files[Math.max(count, Atomics.load(thread.at, 0))]
    // What was read before it and not said yet is read again.
    files = files.slice(count).filter((file) => file !== suspect)
    if (suspect !== undefined) await readAlone(thread, asked, suspect, why, say)
  }
}

/** What broke the thread may have been begun by another file: only one that does it alone is at fault. Who takes too long does it himself. */
const readAlone = async (thread: Thread, asked: Asked, file: Asked["files"][number], why: string, say: Say): Promise<void> => {
  const again = why === TOO_LONG ? why : (await readSome(thread, { ...asked, files: [file] }, say)).why
  if (again === null) return
  await thread.end()
  say(bytesOf([{ path: file.path, stamp: "", bytes: 0, hash: "", packed: null, fault: again }]), false)
}
const TOO_LONG = "reading it takes too long"

/** Until the thread is done or stopped: how many files it said, and why it stopped. */
const readSome = (thread: Thread, asked: Asked, say: Say): Promise<{ readonly count: number; readonly why: string | null }> =>
  new Promise((resolve) => {
    const worker = thread.worker()
    let count = 0
    let place = -1
    let sinceMs = performance.now()
    const end = (why: string | null): void => {
      clearInterval(timer)
      worker.off("message", hear).off("error", failed).off("exit", left)
      resolve({ count, why })
    }
    const hear = ({ count: more, reads, done }: Reads): void => {
      count += more
      if (more > 0) say(reads, false)
      if (done) end(null)
    }
    const failed = (error: unknown): void => end(`reading it broke its reader: ${error instanceof Error ? error.message : String(error)}`)
    const left = (): void => end("reading it ended its reader")
    const timer = setInterval(() => {
      const isReading = Atomics.load(thread.at, 1) === 1
      const now = 2 * Atomics.load(thread.at, 0) + Number(isReading)
      if (now !== place) sinceMs = performance.now()
      else if (performance.now() - sinceMs > asked.limitMs * (isReading ? 1 : LOADING)) end(TOO_LONG)
      place = now
    }, LOOK_MS)
    thread.at.fill(0)
    worker.on("message", hear).once("error", failed).once("exit", left)
    worker.postMessage({ root: asked.root, files: asked.files, hashOnly: asked.hashOnly, patienceMs: asked.patienceMs } satisfies Batch)
  })
