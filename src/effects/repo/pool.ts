import { fork, type ChildProcess } from "node:child_process"
import type { FileRead } from "./read-file.ts"
import type { Answered, Asked } from "./read-in-threads.ts"
import { readsIn, type Batch } from "./serve-thread.ts"

/** What is to be read, and where it is kept. */
export type Task = Pick<Asked, "root" | "files" | "hashOnly" | "keepIn">

/** Reads the files of repositories outside this process. */
export interface Pool {
  /** Has what reads started, for it will be asked. */
  readonly ready: () => void
  /** Reads all files of a task and tells of each once, in any order. It never fails: what goes wrong is the fault of a file. Why something could not be kept is told, too. */
  readonly read: (task: Task, hear: Hear, complain?: (why: string) => void) => Promise<void>
  /** What is being read for a cache is gone on with for a while, and nobody hears of it any more. */
  readonly end: () => void
}

type Hear = (reads: readonly FileRead[]) => void

export interface PoolOptions {
  /** The programs of the process and of its threads; those of Loom where not said. */
  readonly process?: URL
  readonly thread?: URL
  /** How long a file may take before its parser is asked to stop, and before it is made to. */
  readonly patienceMs?: number
  readonly limitMs?: number
}

/** So much that asking is worth its while, and so little that one thread does not wait long for the other in the end. */
const FILES_IN_BATCH = 50
const BYTES_IN_BATCH = 200_000
const PATIENCE_MS = 3_000
const LIMIT_MS = 8_000
/** A process that has nothing to do keeps its grammars for the next change this long. */
const IDLE_MS = 60_000
/** So often in a row it may end without having read anything. */
const STARTS_MAX = 3

const ending = import.meta.url.endsWith(".ts") ? "ts" : "js"
const PROCESS = new URL(`./map-process.${ending}`, import.meta.url)
const THREAD = new URL(`./map-thread.${ending}`, import.meta.url)

type Files = Batch["files"]

/** One process with two threads, made when it is needed and ended when it was idle for a while. */
export const makePool = (options: PoolOptions = {}): Pool => {
  const reader = makeReader(options)
  let busy = 0
  let timer: NodeJS.Timeout | undefined
  const read: Pool["read"] = async (task, hear, complain = () => {}) => {
    clearTimeout(timer)
    busy++
    try {
      await readAll(reader, task, { hear, complain })
    } finally {
      busy--
      if (busy === 0) timer = setTimeout(reader.end, IDLE_MS).unref()
    }
  }
  return { ready: reader.ready, read, end: () => (clearTimeout(timer), reader.close()) }
}

/** Where the process broke, what it had begun is read file by file: the one that breaks it again is the one. */
const readAll = async (reader: Reader, task: Task, listener: Listener): Promise<void> => {
  const { hear } = listener
  let left: Files = task.files
  for (let starts = 0; left.length > 0 && starts < STARTS_MAX; ) {
    const { files, how } = await readBatches(reader, { ...task, files: left }, listener)
    if (how === "unstarted") starts++
    const suspects = how === "broke" ? files.slice(0, 2 * FILES_IN_BATCH) : []
    for (const suspect of suspects) {
      const alone = await readBatches(reader, { ...task, files: [suspect] }, listener)
      if (alone.how !== "done") hear([nameOnly(suspect, "reading it broke the process that reads")])
    }
    left = files.slice(suspects.length)
  }
  if (left.length > 0) hear(left.map((file) => nameOnly(file, "the process that reads files does not start")))
}

const nameOnly = ({ path }: Files[number], fault: string): FileRead => ({ path, stamp: "", bytes: 0, hash: "", packed: null, fault })

/** What was not read because the process ended, in order; it begins with the first. */
const readBatches = async (reader: Reader, task: Task, { hear, complain }: Listener): Promise<{ readonly files: Files; readonly how: How }> => {
  const results = await Promise.all(
    batchesOf(task.files).map(async (files) => {
      const said = new Set<string>()
      const hearAll: Hear = (reads) => {
        for (const { path } of reads) said.add(path)
        hear(reads)
      }
      const how = await reader.ask({ ...task, files }, { hear: hearAll, complain })
      return { how, files: how === "done" ? [] : files.filter(({ path }) => !said.has(path)) }
    })
  )
  return { files: results.flatMap(({ files }) => files), how: results.find(({ how }) => how !== "done")?.how ?? "done" }
}

/** In their order, but those that make a batch of their own first: begun last, one of them would be waited for. */
const batchesOf = (files: Files): readonly Files[] => {
  const batches: Files[number][][] = []
  let bytes = BYTES_IN_BATCH
  for (const file of files.toSorted((a, b) => Number(b.bytes >= BYTES_IN_BATCH) - Number(a.bytes >= BYTES_IN_BATCH))) {
    const last = batches.at(-1)
    if (last === undefined || last.length === FILES_IN_BATCH || bytes + file.bytes > BYTES_IN_BATCH) {
      batches.push([file])
      bytes = 0
    } else last.push(file)
    bytes += file.bytes
  }
  return batches
}

/** How a batch ended: with all it holds, with its process, or before its process could be asked at all. */
type How = "done" | "broke" | "unstarted"

interface Listener {
  readonly hear: Hear
  readonly complain: (why: string) => void
}

interface Reader {
  readonly ready: () => void
  readonly ask: (task: Task, listener: Listener) => Promise<How>
  /** Ends the process; the next question starts another. */
  readonly end: () => void
  /** Ends it for good. */
  readonly close: () => void
}

interface Waiting extends Listener {
  readonly done: (how: How) => void
}

const makeReader = ({ process: file = PROCESS, thread = THREAD, patienceMs = PATIENCE_MS, limitMs = LIMIT_MS }: PoolOptions): Reader => {
  let child: ChildProcess | null = null
  let count = 0
  let isClosed = false
  const waitingByNumber = new Map<number, Waiting>()
  const settle = (number: number, how: How): void => {
    waitingByNumber.get(number)?.done(how)
    waitingByNumber.delete(number)
    if (waitingByNumber.size === 0 && child !== null) release(child)
  }
  const start = (): ChildProcess => {
    const started = startReader(file, thread)
    let isUp = false
    const lost = (): void => {
      if (child !== started) return
      child = null
      for (const number of [...waitingByNumber.keys()]) settle(number, isUp ? "broke" : "unstarted")
    }
    started.on("message", ({ number, reads, unkept, done }: Answered) => {
      isUp = true
      if (reads !== null) waitingByNumber.get(number)?.hear(readsIn(reads))
      if (unkept !== null) waitingByNumber.get(number)?.complain(unkept)
      if (done) settle(number, "done")
    })
    started.on("error", lost).on("exit", lost).on("disconnect", lost)
    return started
  }
  const end = (): void => {
    const ended = child
    child = null
    // It ends by itself: at once where it has nothing to keep.
    if (ended?.connected === true) ended.disconnect()
    else ended?.kill("SIGKILL")
    for (const number of [...waitingByNumber.keys()]) settle(number, "unstarted")
  }
  return {
    ready: () => {
      if (isClosed || child !== null) return
      child = start()
      release(child)
    },
    ask: (task, listener) =>
      new Promise((done) => {
        if (isClosed) return done("unstarted")
        child ??= start()
        hold(child)
        waitingByNumber.set(++count, { ...listener, done })
        // A process that ended meanwhile is heard of by its exit.
        child.send({ ...task, number: count, patienceMs, limitMs } satisfies Asked, () => {})
      }),
    end,
    close: () => {
      isClosed = true
      end()
    }
  }
}

/** It gets nothing of the environment but where programs are, and none of the flags of this process. */
const startReader = (file: URL, thread: URL): ChildProcess =>
  fork(file, [thread.href], {
    serialization: "advanced",
    execArgv: [],
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "ignore", "ignore", "ipc"]
  })

/** Only a process that is waited for keeps this one alive. */
const hold = (child: ChildProcess): void => (child.ref(), child.channel?.ref())
const release = (child: ChildProcess): void => (child.unref(), child.channel?.unref())
