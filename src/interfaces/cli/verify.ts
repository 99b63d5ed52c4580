import { existsSync } from "node:fs"
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { EventLog, LogError } from "../../runtime/event-log/event-log.ts"
import { logErrorOf } from "../../runtime/event-log/log-error.ts"
import { verifyFile, verifySession, type Verdict } from "../../runtime/replay/verify.ts"
import { EXIT } from "./exit-code.ts"
import type { Command, Invocation, Trouble } from "./invocation.ts"
import { appOf, type App } from "./open.ts"

/** Compares what this build decides with what each log says was decided: one line a log, and exit code 1 where one is not exact. */
export const verify: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words } = invocation
  const opened: { app?: App } = {}
  let exact = true
  for (const word of words) {
    const verdict = yield* verdictOn(word, invocation, opened)
    exact = exact && !(verdict instanceof LogError) && verdict.verdict === "exact"
    if (flags.json === true) output.out(`${JSON.stringify(verdict instanceof LogError ? { log: word, verdict: "unreadable", message: verdict.message } : { log: word, ...verdict })}\n`)
    else output.out(`${word}: ${verdict.message}\n`)
  }
  return exact ? EXIT.done : EXIT.failed
})

/** A file, or else a session by the beginning of its id; one that cannot be read does not keep the others from being compared. */
const verdictOn = (word: string, invocation: Invocation, opened: { app?: App }): Effect.Effect<Verdict | LogError, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    const file = resolve(word)
    if (existsSync(file)) return yield* Effect.try({ try: () => verifyFile(file), catch: (cause) => logErrorOf(`read ${word}`, cause) })
    if (looksLikeFile(word)) return yield* Effect.fail(new LogError({ reason: "not-found", message: `read ${word}: there is no such file` }))
    const app = (opened.app ??= yield* appOf(invocation))
    const { id } = yield* app.sessions.find(word)
    return yield* Effect.provideService(verifySession(id), EventLog, app.log)
  }).pipe(Effect.catchTag("LogError", (error) => Effect.succeed(error)))

const looksLikeFile = (word: string): boolean => /[/.]/.test(word)
