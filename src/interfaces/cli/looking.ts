import { writeFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { directoriesOf } from "../../runtime/directories.ts"
import { LogError, type Row } from "../../runtime/event-log/event-log.ts"
import { unwritten } from "../../runtime/event-log/log-error.ts"
import { logText } from "../../runtime/event-log/log-text.ts"
import { ExpressionError } from "../../runtime/replay/expression.ts"
import type { FilesSource } from "../../runtime/replay/files-at.ts"
import type { LoadedLog } from "../../runtime/replay/log-source.ts"
import { usageError, type Invocation, type Trouble, type UsageError } from "./invocation.ts"
import { fileNamed, logNamed } from "./log-word.ts"

/** The log that a word names, and where the files of its workspace may be. */
export const sourceNamed = (invocation: Invocation, word: string): Effect.Effect<FilesSource, Trouble, Scope.Scope> =>
  Effect.map(logNamed(invocation, word), (log) => ({
    log,
    file: fileNamed(invocation, word),
    dataDirectory: directoriesOf(invocation.environment).data
  }))

/** Writes rows as a log that only its owner reads. Errors: why it cannot be written. */
export const writeRows = (file: string, header: LoadedLog["header"], rows: readonly Row[]): Effect.Effect<void, LogError> =>
  Effect.try({ try: () => writeFileSync(file, logText(header, rows), { mode: 0o600 }), catch: (cause) => unwritten(`write ${file}`, file, cause) })

/** What a look at a log threw, as a sentence: the expression of the person, or a log that the machine cannot follow. */
export const troubleOf = (what: string, cause: unknown): LogError | UsageError => {
  if (cause instanceof ExpressionError) return usageError(`--when: ${cause.message}`)
  if (cause instanceof LogError) return cause
  return new LogError({ reason: "damaged", message: `${what}: ${cause instanceof Error ? cause.message : String(cause)}` })
}
