import { existsSync } from "node:fs"
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ChainVerdict } from "../../runtime/event-log/chain.ts"
import { EventLog, LogError } from "../../runtime/event-log/event-log.ts"
import { loadFile, loadSession, type LoadedLog } from "../../runtime/replay/log-source.ts"
import type { Invocation, Trouble } from "./invocation.ts"
import { appOf, type App } from "./open.ts"

/** What a word names, where Loom is open already: a file of that name, or else a session by its id. */
export const fileOrId = (app: App, cwd: string, word: string): Effect.Effect<{ readonly file: string } | string, LogError> => {
  const file = resolve(cwd, word)
  if (existsSync(file)) return Effect.succeed({ file })
  return isPath(word) ? Effect.fail(noFile(word)) : Effect.map(app.sessions.find(word), ({ id }) => id)
}

/** No id has such letters. */
export const isPath = (word: string): boolean => /[/.]/.test(word)

export const noFile = (word: string): LogError => new LogError({ reason: "not-found", message: `read ${word}: there is no such file` })

/** The log that a word names: a file of that name, or else a session by its id. A file needs no database. Of one that was cut it is said. */
export const logNamed = (invocation: Invocation, word: string): Effect.Effect<LoadedLog, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    const file = fileNamed(invocation, word)
    const log = yield* file !== null ? loadFile(file) : sessionLoaded(invocation, word)
    sayCut(invocation, word, log.chain)
    return log
  })

const sessionLoaded = (invocation: Invocation, word: string): Effect.Effect<LoadedLog, Trouble, Scope.Scope> =>
  Effect.flatMap(sessionNamed(invocation, word), ({ app, id }) => Effect.provideService(loadSession(id), EventLog, app.log))

/** The session that a word names, where no file has that name, and Loom opened for it. */
export const sessionNamed = Effect.fnUntraced(function*(
  invocation: Invocation,
  word: string
): Effect.fn.Return<{ readonly app: App; readonly id: string }, Trouble, Scope.Scope> {
  if (isPath(word)) return yield* noFile(word)
  const app = yield* appOf(invocation)
  const { id } = yield* app.sessions.find(word)
  return { app, id }
})

/** Says on stderr that there was more of a log, where its seals tell so. */
export const sayCut = ({ output }: Invocation, word: string, chain: ChainVerdict): void => {
  if (chain.verdict === "cut" && !output.quiet) output.err(`${word}: ${chain.message}\n`)
}

/** The file that a word names; `null` where it names a session. */
export const fileNamed = ({ cwd }: Invocation, word: string): string | null => {
  const file = resolve(cwd, word)
  return existsSync(file) ? file : null
}
