import { fork, type ChildProcess } from "node:child_process"
import type { FileRead } from "./read-file.ts"
import type { Answered, Asked } from "./read-in-threads.ts"
import type { Batch } from "./serve-thread.ts"

/** What is to be read. */
export type Task = Pick<Batch, "root" | "files" | "hashOnly">

/** Reads the files of repositories outside this process. */
export interface Pool {
  /** Reads all files of a task and tells of each once, in any order. It never fails: what goes wrong is the fault of a file. */
  readonly read: (task: Task, hear: (reads: readonly FileRead[]) => void) => Promise<void>
  readonly end: () => void
}

export interface PoolOptions {
  /** The programs of the process and of its threads; those of Loom where not said. */
  readonly process?: URL
  readonly thread?: URL
  /** How long a file may take before its parser is asked to stop, and before it is made to. */
  readonly patienceMs?: number
  readonly limitMs?: number
}

const FILES_IN_BATCH = 50
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
  const read: Pool["read"] = async (task, hear) => {
    clearTimeout(timer)
    busy++
    try {
      await readAll(reader, task, hear)
    } finally {
      busy--
      if (busy === 0) timer = setTimeout(reader.end, IDLE_MS).unref()
    }
  }
  return { read, end: () => (clearTimeout(timer), reader.close()) }
}

/** Where the process broke, what it had begun is read file by file: the one that breaks it again is the one. */
const readAll = async (reader: Reader, task: Task, hear: (reads: readonly FileRead[]) => void): Promise<void> => {
  let left: Files = task.files
  for (let starts = 0; left.length > 0 && starts < STARTS_MAX; ) {
    const { files, how } = await readBatches(reader, { ...task, files: left }, hear)
    if (how === "unstarted") starts++
    const suspects = how === "broke" ? files.slice(0, 2 * FILES_IN_BATCH) : []
    for (const suspect of suspects) {
      const alone = await readBatches(reader, { ...task, files: [suspect] }, hear)
      if (alone.how !== "done") hear([nameOnly(suspect, "reading it broke the process that reads")])
    }
    left = files.slice(suspects.length)
  }
  if (left.length > 0) hear(left.map((file) => nameOnly(file, "the process that reads files does not start")))
}

const nameOnly = ({ path }: Files[number], fault: string): FileRead => ({ path, stamp: "", bytes: 0, hash: "", packed: null, fault })

/** What was not read because the process ended, in order; it begins with the first. */
const readBatches = async (reader: Reader, task: Task, hear: (reads: readonly FileRead[]) => void): Promise<{ readonly files: Files; readonly how: How }> => {
  const batches = Array.from({ length: Math.ceil(task.files.length / FILES_IN_BATCH) }, (_, index) => task.files.slice(index * FILES_IN_BATCH, (index + 1) * FILES_IN_BATCH))
  const results = await Promise.all(
    batches.map(async (files) => {
      const said = new Set<string>()
      const how = await reader.ask({ ...task, files }, (reads) => {
        for (const { path } of reads) said.add(path)
        hear(reads)
      })
      return { how, files: how === "done" ? [] : files.filter(({ path }) => !said.has(path)) }
    })
  )
  return { files: results.flatMap(({ files }) => files), how: results.find(({ how }) => how !== "done")?.how ?? "done" }
}

/** How a batch ended: with all it holds, with its process, or before its process could be asked at all. */
type How = "done" | "broke" | "unstarted"

interface Reader {
  readonly ask: (task: Task, hear: (reads: readonly FileRead[]) => void) => Promise<How>
  /** Ends the process; the next question starts another. */
  readonly end: () => void
  /** Ends it for good. */
  readonly close: () => void
}

interface Waiting {
  readonly hear: (reads: readonly FileRead[]) => void
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
    started.on("message", ({ number, reads, done }: Answered) => {
      isUp = true
      if (reads.length > 0) waitingByNumber.get(number)?.hear(reads)
      if (done) settle(number, "done")
    })
    started.on("error", lost).on("exit", lost).on("disconnect", lost)
    return started
  }
  const end = (): void => {
    const ended = child
    child = null
    ended?.kill("SIGKILL")
    for (const number of [...waitingByNumber.keys()]) settle(number, "unstarted")
  }
  return {
    ask: (task, hear) =>
      new Promise((done) => {
        if (isClosed) return done("unstarted")
        child ??= start()
        hold(child)
        waitingByNumber.set(++count, { hear, done })
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
  fork(file, [thread.href], { serialization: "advanced", execArgv: [], env: { PATH: process.env["PATH"] }, stdio: ["ignore", "ignore", "ignore", "ipc"] })

/** Only a process that is waited for keeps this one alive. */
const hold = (child: ChildProcess): void => (child.ref(), child.channel?.ref())
const release = (child: ChildProcess): void => (child.unref(), child.channel?.unref())
