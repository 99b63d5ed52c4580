import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { logError, type LogError } from "../event-log/log-error.ts"
import type { Row } from "../event-log/line.ts"
import { scratchFolder } from "../scratch.ts"
import { bisect, type Bisected } from "./bisect.ts"
import { runCheck, type CheckVerdict } from "./check.ts"
import type { FileDifference } from "./file-differences.ts"
import { openFiles, type FilesSource } from "./files-at.ts"
import type { NamedTree } from "./trees.ts"

/** What a command says of the files as they were, from checkpoint to checkpoint. */
export interface FileBisection {
  readonly bisected: Bisected
  /** Probes of the search itself; the first and the last checkpoint were asked before it. */
  readonly probes: number
  /** The checkpoints of the log; neighbours that are equal are one. */
  readonly places: readonly NamedTree[]
  /** Between the last good checkpoint and the first bad one; `null` where there is none. */
  readonly step: BrokenStep | null
}

/** What happened between two checkpoints. */
export interface BrokenStep {
  /** From the first event that may have done it to the one that names the bad checkpoint. */
  readonly from: number
  readonly to: number
  readonly calls: readonly CallInStep[]
  readonly files: readonly FileDifference[]
}

export interface CallInStep {
  readonly n: number
  readonly name: string
  readonly arguments: string
  /** How it ended; `null` where the log does not say. */
  readonly status: "ok" | "error" | null
}

export interface FileCheck {
  readonly command: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The log as a file. */
  readonly logFile: string
  readonly hear: (bytes: Buffer) => void
  /** Hears of each probe; `number`: which it is, `null` for the first and the last checkpoint, which are not counted. */
  readonly onProbe: (number: number | null, tree: NamedTree, verdict: CheckVerdict) => void
}

/**
 * Restores the files of checkpoints into one directory, only what differs from one to the next, runs the command there, and
 * halves. Errors: `not-found` where the files are not to be had; a sentence where the command says nothing.
 */
export const bisectFiles = Effect.fn("Replay.bisectFiles")(function*(
  source: FilesSource,
  check: FileCheck
): Effect.fn.Return<FileBisection, LogError, Scope.Scope> {
  const files = yield* openFiles(source)
  const places = files.trees.filter(({ tree }, index) => files.trees[index - 1]?.tree !== tree)
  if (places.length === 0)
    return yield* logError(
      "not-found",
      "bisect the files of the log: it names no checkpoint of them; with --when it can be bisected by state"
    )
  const into = yield* scratchFolder("loom-bisect-")
  const ask = Effect.fnUntraced(function*(place: number, number: number | null) {
    const tree = places[place] as NamedTree
    yield* files.restore(tree, into)
    const environment = { ...check.environment, LOOM_LOG: check.logFile, LOOM_EVENT: String(tree.from), LOOM_SESSION: source.log.header.session }
    const verdict = yield* runCheck({ command: check.command, cwd: into, environment, argument: check.logFile, hear: check.hear })
    check.onProbe(number, tree, verdict)
    return verdict.verdict
  })
  const { probes, ...bisected } = yield* bisect(places.length, ask)
  if (bisected.result !== "found") return { bisected, probes, places, step: null }
  const [good, bad] = [places[bisected.good] as NamedTree, places[bisected.bad] as NamedTree]
  // Of neighbours that are equal the last one says best until when all was good.
  const next = places[bisected.good + 1] as NamedTree
  const until = files.trees[files.trees.indexOf(next) - 1] as NamedTree
  return { bisected, probes, places, step: { ...eventsBetween(source.log.rows, until, bad), files: yield* files.between(good, bad) } }
})

/** The files stood so at `good.from`; what that event began came after. */
const eventsBetween = (rows: readonly Row[], good: NamedTree, bad: NamedTree): Omit<BrokenStep, "files"> => {
  const between = rows.slice(good.from - 1, bad.from)
  const statusByEffect = new Map(between.flatMap(({ event }) => (event.type === "ToolCompleted" ? [[event.effect, event.status] as const] : [])))
  const calls = between
    .flatMap(({ n, actions }) =>
      actions.flatMap((action) => (action.type === "ExecuteTools" ? action.calls.map((started) => ({ n, ...started })) : []))
    )
    .map(({ n, effect, call }) => ({ n, name: call.name, arguments: call.arguments, status: statusByEffect.get(effect) ?? null }))
  return { from: calls.some(({ n }) => n === good.from) ? good.from : Math.min(good.from + 1, bad.from), to: bad.from, calls }
}
