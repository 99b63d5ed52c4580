import { join, resolve } from "node:path"
import { setImmediate } from "node:timers/promises"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SessionOpened } from "../../machine/event.ts"
import type { Row } from "../../runtime/event-log/event-log.ts"
import { headerOf } from "../../runtime/event-log/header.ts"
import { logError } from "../../runtime/event-log/log-error.ts"
import { logText } from "../../runtime/event-log/log-text.ts"
import { runCheck, type CheckVerdict } from "../../runtime/replay/check.ts"
import type { LoadedLog } from "../../runtime/replay/log-source.ts"
import { shrinkLog, type Shows, type Shrunk } from "../../runtime/replay/shrink.ts"
import { makeStory } from "../../runtime/replay/story.ts"
import { momentsOf } from "../../runtime/replay/timeline.ts"
import { version } from "../../runtime/version.ts"
import { scratchFolder } from "../../runtime/scratch.ts"
import { plural } from "../view/money.ts"
import { harmless } from "../view/visible.ts"
import { EXIT, type ExitCode } from "./exit-code.ts"
import { usageError, type Command, type Invocation, type Trouble } from "./invocation.ts"
import { sourceNamed, troubleOf, writeRows } from "./looking.ts"
import { situationGiven, type Situation } from "./situation.ts"

/** Makes a log as small as can be that still shows something; stopped by Ctrl-C it writes the best so far. Exit code 1 where the log does not show it. */
export const shrink: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { flags, words } = invocation
  const word = words[0] as string
  if (flags.json === true && typeof flags.to !== "string") return yield* usageError("loom shrink --json: say where the log shall go, with --to FILE")
  const situation = yield* situationGiven("shrink", flags)
  const { log } = yield* sourceNamed(invocation, word)
  const stop = yield* stopping(invocation)
  const shows = yield* showing(invocation, situation, stop.signal)
  const options = { enough: () => stop.signal.aborted, onSmaller: makeProgress(invocation) }
  const shrunk = yield* Effect.tryPromise({
    try: () => shrinkLog(renamed(upToFirst(log.rows, situation)), shows, options),
    catch: (cause) => troubleOf(`shrink ${word}`, cause)
  })
  if (shrunk === null && stop.signal.aborted) return stop.code()
  if (shrunk === null) return yield* notShown(word, situation)
  yield* written(invocation, log, shrunk)
  return stop.signal.aborted ? stop.code() : EXIT.done
})

/** The first wish to stop lets the best so far be written; nobody hears the next one, and it ends everything. */
const stopping = ({ wishes, output }: Invocation) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const asked = new AbortController()
        let code: ExitCode = EXIT.interrupted
        const unlisten = wishes.listen((wish) => {
          if (wish.type === "leave") code = wish.code
          if (!output.quiet) output.err("stopped: the smallest so far is written\n")
          asked.abort()
          unlisten()
        })
        return { signal: asked.signal, code: () => code, unlisten }
      }),
      ({ unlisten }) => Effect.sync(unlisten)
    ),
    ({ signal, code }) => ({ signal, code })
  )

/** A small log is another session than the one it came from, and both may stand in one database. */
const renamed = (rows: readonly Row[]): readonly Row[] =>
  rows.map((row) =>
    row.event.type === "SessionOpened" && row.n === 1 ? { ...row, event: { ...row.event, session: `${row.event.session}-small` } } : row
  )

/** What comes after an expression first holds is not needed for it. */
const upToFirst = (rows: readonly Row[], situation: Situation): readonly Row[] =>
  situation.type === "when" ? rows.slice(0, situation.holds.first(momentsOf(rows))?.row.n ?? rows.length) : rows

const showing = (invocation: Invocation, situation: Situation, stopped: AbortSignal): Effect.Effect<Shows, Trouble, Scope.Scope> => {
  if (situation.type === "check")
    return Effect.map(scratchFolder("loom-log-"), (folder) => byCommand(invocation, situation.command, join(folder, "log.jsonl"), stopped))
  return Effect.succeed(async (rows) => {
    // A signal is heard only between two looks.
    await setImmediate()
    return situation.holds.first(momentsOf(rows)) !== null
  })
}

/** A candidate shows it where the command fails as it did on the whole log, with the same exit code. */
const byCommand = (invocation: Invocation, command: string, file: string, stopped: AbortSignal): Shows => {
  const { cwd, environment, output } = invocation
  let whole: CheckVerdict | null = null
  return async (rows) => {
    const opened = rows[0]?.event as SessionOpened
    await Effect.runPromise(writeRows(file, smallHeader(opened), rows))
    const check = runCheck({
      command,
      cwd,
      environment: { ...environment, LOOM_LOG: file, LOOM_EVENT: String(rows.length), LOOM_SESSION: opened.session },
      argument: file,
      hear: (bytes) => (output.verbose ? output.err(harmless(bytes.toString())) : undefined)
    })
    const verdict = await Effect.runPromise(check, { signal: stopped }).catch((cause: unknown) => {
      if (!stopped.aborted) throw cause
      return null
    })
    whole ??= verdict
    return verdict !== null && verdict.verdict === "bad" && verdict.code === whole?.code
  }
}

const smallHeader = (opened: SessionOpened) => headerOf(opened, `loom ${version()}`)

/** A line each time there are fewer events; texts become shorter in silence. */
const makeProgress = ({ output }: Invocation) => {
  let fewest = Number.MAX_SAFE_INTEGER
  return (rows: readonly Row[], checks: number): void => {
    if (rows.length < fewest && !output.quiet) output.err(`${plural(checks, "log").padStart(12)} tried  ${plural(rows.length, "event")}\n`)
    fewest = Math.min(fewest, rows.length)
  }
}

const notShown = (word: string, situation: Situation) => {
  const why = situation.type === "when" ? `${situation.text} holds at none of its events` : `${situation.command} does not fail on it`
  return logError("failed", `shrink ${word}: it does not show what shall be kept; ${why}`)
}

const written = Effect.fnUntraced(function*(invocation: Invocation, log: LoadedLog, { rows, checks, smallest }: Shrunk) {
  const { output, flags, cwd } = invocation
  const header = smallHeader(rows[0]?.event as SessionOpened)
  const file = typeof flags.to === "string" ? resolve(cwd, flags.to) : null
  if (file !== null) yield* writeRows(file, header, rows)
  if (flags.json === true)
    output.out(
      `${JSON.stringify({ session: header.session, from: { session: log.header.session, events: log.rows.length }, events: rows.length, checks, smallest, file })}\n`
    )
  else if (file === null) output.out(logText(header, rows))
  if (output.quiet) return
  output.err(
    `${plural(log.rows.length, "event")} became ${rows.length}; ${plural(checks, "log")} tried, ${smallest ? "none that is smaller shows it" : "more was not tried"}${file === null ? "" : `; it is in ${file}`}\n`
  )
  if (rows.length <= TOLD_MAX) output.err(`${storyOf(rows).map(harmless).join("\n")}\n`)
})

/** A longer story is told by `loom replay`. */
const TOLD_MAX = 30

const storyOf = (rows: readonly Row[]): readonly string[] => {
  const story = makeStory()
  return [...rows.flatMap(story.hear), ...story.end()]
}
