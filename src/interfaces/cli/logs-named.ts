import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { logErrorOf } from "../../runtime/event-log/log-error.ts"
import { unreadable, type Task, type Unreadable } from "../../runtime/replay/verify-task.ts"
import type { Invocation, Trouble } from "./invocation.ts"
import { isPath, noFile } from "./log-word.ts"
import { appOf, type App } from "./open.ts"

/** A log as it is called, and where it is, or why it cannot be had. */
export interface NamedLog {
  readonly name: string
  readonly task: Task | Unreadable
}

export interface NamedLogs {
  readonly logs: readonly NamedLog[]
  /** Files in the folders that are no logs. */
  readonly passedOver: number
  /** Set where sessions were looked up. */
  readonly app: App | null
}

/** The logs that words name: a file, each log in a folder and the folders in it, or a session by its id; with `--all` every session there is. */
export const logsNamed = Effect.fnUntraced(function*(invocation: Invocation): Effect.fn.Return<NamedLogs, Trouble, Scope.Scope> {
  const { words, flags, cwd } = invocation
  const logs: NamedLog[] = []
  let passedOver = 0
  let app: App | null = null
  for (const word of words) {
    const path = resolve(cwd, word)
    const kind = statSync(path, { throwIfNoEntry: false })
    if (kind?.isDirectory() === true) {
      const found = filesIn(path, word)
      logs.push(...found.logs)
      passedOver += found.passedOver
    } else if (kind !== undefined) logs.push({ name: word, task: { file: path, name: word } })
    else if (isPath(word)) logs.push({ name: word, task: unreadable(noFile(word)) })
    else {
      app ??= yield* appOf(invocation)
      const found = yield* Effect.result(app.sessions.find(word))
      logs.push({ name: word, task: Result.isSuccess(found) ? { session: found.success.id } : unreadable(found.failure) })
    }
  }
  if (flags.all === true) {
    app ??= yield* appOf(invocation)
    for (const { id } of yield* app.sessions.list()) logs.push({ name: id, task: { session: id } })
  }
  return { logs, passedOver, app }
})

/** In the order of their names; what cannot be entered is a finding of its own. */
const filesIn = (folder: string, name: string): { readonly logs: readonly NamedLog[]; readonly passedOver: number } => {
  const logs: NamedLog[] = []
  let passedOver = 0
  const look = (path: string, called: string): void => {
    try {
      for (const entry of readdirSync(path, { withFileTypes: true }).toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
        const [file, name] = [join(path, entry.name), join(called, entry.name)]
        if (entry.isDirectory()) look(file, name)
        else if (entry.isFile() && (entry.name.endsWith(".jsonl") || beginsLikeLog(file))) logs.push({ name, task: { file, name } })
        else passedOver++
      }
    } catch (cause) {
      logs.push({ name: called, task: unreadable(logErrorOf(`read ${called}`, cause)) })
    }
  }
  look(folder, name)
  return { logs, passedOver }
}

const BEGINNING = Buffer.from('{"loom":')

const beginsLikeLog = (path: string): boolean => {
  try {
    const file = openSync(path, "r")
    const bytes = Buffer.alloc(BEGINNING.length)
    readSync(file, bytes)
    closeSync(file)
    return bytes.equals(BEGINNING)
  } catch {
    // It cannot be read, and nothing in its name says that it is a log: it is passed over, and counted.
    return false
  }
}
