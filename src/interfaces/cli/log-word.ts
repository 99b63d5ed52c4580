import { existsSync } from "node:fs"
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { EventLog, LogError } from "../../runtime/event-log/event-log.ts"
import { loadFile, loadSession, type LoadedLog } from "../../runtime/replay/log-source.ts"
import type { Invocation, Trouble } from "./invocation.ts"
import { appOf, type App } from "./open.ts"

/** What a word names, where Loom is open already: a file of that name, or else a session by its id. */
export const fileOrId = (app: App, cwd: string, word: string): Effect.Effect<{ readonly file: string } | string, LogError> => {
  const file = resolve(cwd, word)
  if (existsSync(file)) return Effect.succeed({ file })
  return /[/.]/.test(word) ? Effect.fail(noFile(word)) : Effect.map(app.sessions.find(word), ({ id }) => id)
}

const noFile = (word: string): LogError => new LogError({ reason: "not-found", message: `read ${word}: there is no such file` })

/** The log that a word names: a file of that name, or else a session by its id. A file needs no database. */
export const logNamed = (invocation: Invocation, word: string): Effect.Effect<LoadedLog, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    const file = fileNamed(invocation, word)
    if (file !== null) return yield* loadFile(file)
    if (/[/.]/.test(word)) return yield* noFile(word)
    const app = yield* appOf(invocation)
    const { id } = yield* app.sessions.find(word)
    return yield* Effect.provideService(loadSession(id), EventLog, app.log)
  })

/** The file that a word names; `null` where it names a session. */
export const fileNamed = ({ cwd }: Invocation, word: string): string | null => {
  const file = resolve(cwd, word)
  return existsSync(file) ? file : null
}
