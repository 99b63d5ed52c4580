import { realpathSync } from "node:fs"
import * as Effect from "effect/Effect"
import { runProcess } from "../../effects/os/process.ts"
import { logError, type LogError } from "../event-log/log-error.ts"

/** A person's command that says whether something is as it should be, as for `git bisect run`. */
export interface Check {
  readonly command: string
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `$1` of the command. */
  readonly argument: string
  /** Hears what it prints. */
  readonly hear: (bytes: Buffer) => void
}

/** `good`: exit code 0 · `skip`: 125, it cannot tell · `bad`: any other. */
export interface CheckVerdict {
  readonly verdict: "good" | "bad" | "skip"
  readonly code: number
}

/** Runs it by `sh`. Errors: a sentence, where it was killed, did not end or could not be started: that says nothing about the log. */
export const runCheck = ({ command, cwd, environment, argument, hear }: Check): Effect.Effect<CheckVerdict, LogError> =>
  runProcess({
    file: "sh",
    arguments: ["-c", command, "sh", argument],
    cwd: canonical(cwd),
    environment,
    marker: `loom-check-${process.pid}-${++checks}`,
    timeoutMs: TIMEOUT_MS,
    hear: (_, bytes) => hear(bytes)
  }).pipe(
    Effect.mapError(({ message }) => logError("failed", `check with ${command}: ${message}`)),
    Effect.flatMap((ended) => {
      if (ended.how === "timed-out")
        return Effect.fail(logError("failed", `check with ${command}: it did not end within ${TIMEOUT_MS / 60_000} minutes`))
      if (ended.how === "killed") return Effect.fail(logError("failed", `check with ${command}: it was killed by ${ended.signal}`))
      if (ended.code >= KILLED) return Effect.fail(logError("failed", `check with ${command}: it ended with ${ended.code}, as what was killed does`))
      return Effect.succeed({ verdict: VERDICTS[ended.code] ?? "bad", code: ended.code })
    })
  )

const canonical = (directory: string): string => {
  try {
    return realpathSync.native(directory)
  } catch {
    // What stands in the way is said when the command is started there.
    return directory
  }
}

const TIMEOUT_MS = 600_000

const VERDICTS: Readonly<Record<number, CheckVerdict["verdict"]>> = { 0: "good", 125: "skip" }

/** A shell says 128 and the number of the signal. */
const KILLED = 128

let checks = 0
