import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LogError } from "../../runtime/event-log/event-log.ts"
import type { SettingsError } from "../../runtime/settings.ts"
import type { ExitCode } from "./exit-code.ts"
import type { Flags } from "./flags.ts"
import type { Output } from "./output.ts"
import type { Wishes } from "./signals.ts"

/** One call of `loom`: all that a command may know of the world it was started in. */
export interface Invocation {
  readonly flags: Flags
  /** What stands behind the command's name; for a task, all words. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The folder it works in. */
  readonly cwd: string
  readonly output: Output
  readonly wishes: Wishes
}

/** The command line asks for something that cannot be; the message says what would do. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

export const usageError = (message: string): UsageError => new UsageError({ message })

export type Trouble = UsageError | SettingsError | LogError

/** What a command does; it gives back how to leave. */
export type Command = (invocation: Invocation) => Effect.Effect<ExitCode, Trouble, Scope.Scope>
