import { parentPort, workerData } from "node:worker_threads"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { layer as layerSqlite } from "../../effects/os/sqlite.ts"
import { EventLog } from "../event-log/event-log.ts"
import { logErrorOf } from "../event-log/log-error.ts"
import { unreadable, verifyTask, type Task } from "./verify-task.ts"

/**
 * A thread that verifies one log after the other: it is sent a task and answers with what it found. It reads the database itself,
 * where one is named, so that no log passes through the thread that asks.
 */
const { database } = workerData as { readonly database: string | null }

const log = database === null ? EventLog.layerMemory() : EventLog.layerSql("verify").pipe(Layer.provide(layerSqlite({ file: database })))
const runtime = ManagedRuntime.make(log)

parentPort?.on("message", (task: Task) => {
  void runtime.runPromise(verifyTask(task)).then(
    (found) => parentPort?.postMessage(found),
    (cause: unknown) => parentPort?.postMessage(unreadable(logErrorOf("verify a log", cause)))
  )
})
