import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EventLog } from "../event-log/event-log.ts"
import { unreadable, verifyTask, type Found, type Task, type Unreadable } from "./verify-task.ts"

export interface Many {
  /** Path of the database that sessions are read from; `null` where all logs are files. */
  readonly database: string | null
  /** How many threads at most; as many as there are cores, where nothing is said. */
  readonly threadsMax?: number
}

/** Verifies logs on as many threads as there are cores. Findings come in the order of the logs; one that takes long holds back what comes after it, not the work on it. */
export const verifyMany = (
  tasks: readonly (Task | Unreadable)[],
  { database, threadsMax = availableParallelism() }: Many
): Stream.Stream<Found, never, EventLog> => {
  const count = Math.min(threadsMax, tasks.length)
  if (count < 2) return Stream.mapEffect(Stream.fromIterable(tasks), (task) => ("verdict" in task ? Effect.succeed(task) : verifyTask(task)))
  return Stream.unwrap(
    Effect.gen(function*() {
      const idle = yield* Queue.unbounded<Thread>()
      for (let thread = 0; thread < count; thread++) yield* Queue.offer(idle, yield* startThread(database))
      return Stream.mapEffect(
        Stream.fromIterable(tasks),
        (task) =>
          "verdict" in task
            ? Effect.succeed(task)
            : Effect.acquireUseRelease(
                Queue.take(idle),
                ({ ask }) => ask(task),
                (thread) => Queue.offer(idle, thread)
              ),
        { concurrency: count }
      )
    })
  )
}

interface Thread {
  readonly ask: (task: Task) => Effect.Effect<Found>
}

/** Beside this file, in the sources and in the bundle. */
const workerUrl = new URL(`./verify-worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url)

/** A thread that ends with the scope; one that broke is followed by another with the next log. */
const startThread = (database: string | null): Effect.Effect<Thread, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync((): { worker: Worker | null } => ({ worker: null })),
      ({ worker }) => Effect.promise(async () => worker?.terminate())
    ),
    (held) => ({
      ask: (task) =>
        Effect.callback<Found>((resume) => {
          const worker = (held.worker ??= new Worker(workerUrl, { workerData: { database } }))
          const answer = (found: Found): void => {
            // One by one: all at once would take away the listeners with which the thread hears its own port.
            worker.off("message", answer).off("error", failed).off("exit", left)
            resume(Effect.succeed(found))
          }
          const broken = (why: string): void => {
            held.worker = null
            answer(unreadable({ message: `verify ${"file" in task ? task.name : task.session}: the thread that did it ended: ${why}` }))
          }
          const failed = (error: unknown): void => broken(error instanceof Error ? error.message : String(error))
          const left = (code: number): void => broken(`code ${code}`)
          worker.once("message", answer).once("error", failed).once("exit", left)
          worker.postMessage(task)
        })
    })
  )
