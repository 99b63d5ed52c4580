import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { RunPostToolsHook } from "../../machine/action.ts"
import type { ReportedUsage } from "../../machine/session.ts"
import type { Emit } from "../emit.ts"
import { Workspace } from "../os/workspace.ts"
import { AgentWork } from "./agent-work.ts"
import { Checkpoints } from "./checkpoint.ts"
import { commitFiles } from "./commit.ts"
import { SubjectWriter } from "./subject-writer.ts"
import { writtenSubject, type WrittenSubject } from "./written-subject.ts"
import { changesOfAgent } from "./touched.ts"
import type { FileChange } from "./tree-diff.ts"

export interface AfterToolsOptions<R = never> extends CommitOptions, Patience {
  /** Whether the agent's own files are committed after each batch. */
  readonly autoCommit: boolean
  /** What the person's own hooks say, run first, so that what they change belongs to the batch; they keep their time themselves. */
  readonly person?: Effect.Effect<PersonSays, never, R> | null
  /** What the model should know of the folders that it has come to, for the note. */
  readonly folders?: Effect.Effect<string, never, R>
  /** What language servers say of the files that the batch changed, for the note; it keeps its time itself. */
  readonly diagnostics?: (changed: BatchChanges) => Effect.Effect<string, never, R>
}

/** What differs between the checkpoints before and after a batch. */
export interface BatchChanges {
  readonly root: string
  readonly files: readonly FileChange[]
  readonly read: Checkpoints["Service"]["read"]
}

interface CommitOptions {
  /** Whether also where no branch is checked out. */
  readonly onDetached?: boolean
  /** Number of the event that asked for this, for the commit's trailer. */
  readonly event?: number
}

interface Patience {
  readonly timeoutMs?: number
}

/** Units: ms; for each part by itself. */
const TIMEOUT_MS = 10_000

/** What the person's own hooks say: whether to go on, a note for the model, reports for the person. */
interface PersonSays {
  readonly goOn: boolean
  readonly note: string
  readonly reports: readonly string[]
}
const SILENT: PersonSays = { goOn: true, note: "", reports: [] }

/**
 * Carries out `RunPostToolsHook`: what the person's hooks say, a checkpoint, then the commit, each within its time. Whatever fails is a report of the one
 * answer; nothing of it stops the turn. Interrupted, it gives no answer.
 */
export const afterTools = Effect.fn("Hook.afterTools")(function*<R = never>(
  action: RunPostToolsHook,
  options: AfterToolsOptions<R>,
  emit: Emit
): Effect.fn.Return<void, never, Checkpoints | AgentWork | Workspace | R> {
  const work = yield* AgentWork
  const person = options.person == null ? SILENT : yield* Effect.catchCause(options.person, (cause) =>
    Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.succeed({ ...SILENT, reports: [inWords("hooks", cause)] })
  )
  const checkpoint = yield* part("checkpoint", options, takeCheckpoint)
  const before = yield* work.endBatch(checkpoint.done?.tree ?? null)
  const trees = before === null || checkpoint.done === null ? null : { before, after: checkpoint.done.tree }
  const subject = options.autoCommit ? subjectBy((yield* SubjectWriter)()) : null
  const commit = options.autoCommit ? yield* part("auto-commit", options, commitBatch(action, trees, options, subject)) : NOTHING
  const news = yield* work.news([
    ...checkpoint.reports,
    ...(checkpoint.done?.reports ?? []),
    ...(subject?.reports() ?? []),
    ...commit.reports,
    ...(commit.done?.reports ?? [])
  ])
  const usage = subject?.usage() ?? null
  const reports = [...person.reports, ...news]
  const diagnostics = trees === null || options.diagnostics === undefined ? "" : yield* said(trees, options.diagnostics)
  const note = [person.note, options.folders === undefined ? "" : yield* options.folders, diagnostics].filter((text) => text !== "").join("\n\n")
  emit({
    type: "PostToolsHookCompleted",
    effect: action.effect,
    goOn: person.goOn,
    ...(note === "" ? {} : { note }),
    ...(before === null ? {} : { before }),
    ...(checkpoint.done === null ? {} : { tree: checkpoint.done.tree }),
    ...(commit.done === null || commit.done.commit === null ? {} : { commit: commit.done.commit }),
    ...(reports.length === 0 ? {} : { reports }),
    ...(usage === null ? {} : { usage })
  })
})

/** Who names the commit, and what is to be told of it even where nothing could be committed. */
interface Naming {
  readonly name: (diff: string) => Effect.Effect<string | null>
  readonly reports: () => readonly string[]
  readonly usage: () => ReportedUsage | null
}

const subjectBy = (writer: SubjectWriter | null): Naming | null => {
  if (writer === null) return null
  let written: WrittenSubject = { subject: null, report: null, usage: null }
  const name = (diff: string) => Effect.map(writtenSubject(writer, diff), (said) => (written = said).subject)
  return { name, reports: () => (written.report === null ? [] : [written.report]), usage: () => written.usage }
}

/** What a part of the hook gave, or why not. */
interface Part<A> {
  readonly done: A | null
  readonly reports: readonly string[]
}

const NOTHING: Part<never> = { done: null, reports: [] }

/** One part by itself: its failure, its defect and its delay are reports. */
const part = <A, E extends { readonly message: string }, R>(
  name: string,
  { timeoutMs = TIMEOUT_MS }: Patience,
  run: Effect.Effect<A, E, R>
): Effect.Effect<Part<A>, never, R> =>
  Effect.map(run, (done): Part<A> => ({ done, reports: [] })).pipe(
    Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.succeed(failed<A>(`${name}: given up after ${timeoutMs / 1000} s`)) }),
    Effect.catchCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.succeed(failed<A>(inWords(name, cause)))))
  )

const failed = <A>(report: string): Part<A> => ({ done: null, reports: [report] })

const inWords = (name: string, cause: Cause.Cause<unknown>): string => {
  const thrown = Cause.squash(cause)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return message.startsWith(`${name}: `) ? message : `${name}: ${message}`
}

const takeCheckpoint = Effect.gen(function*() {
  const { session } = yield* Workspace
  const { tree, leftOut } = yield* (yield* Checkpoints).take(`after tools of ${session}`)
  const missed = leftOut.filter(({ ignored }) => !ignored)
  return { tree, reports: missed.map(({ path, why }) => `checkpoint: ${path} left out: ${why}`) }
})

/** What cannot be told is told another time: nothing of it stops the turn. */
const said = <R,>(
  trees: Trees,
  diagnostics: (changed: BatchChanges) => Effect.Effect<string, never, R>
): Effect.Effect<string, never, Checkpoints | R> =>
  Effect.gen(function*() {
    const { root, read, diff } = yield* Checkpoints
    const files = yield* diff(trees.before, trees.after)
    return files.length === 0 ? "" : yield* diagnostics({ root, files, read })
  }).pipe(Effect.catchCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.interrupt : Effect.succeed(""))))

interface Trees {
  readonly before: string
  readonly after: string
}

const NOT_KNOWN = "auto-commit: not done: without checkpoints before and after the tools nobody can tell what the agent changed"

const commitBatch = (action: RunPostToolsHook, trees: Trees | null, options: CommitOptions, subject: Naming | null) =>
  Effect.gen(function*() {
    if (trees === null) return { commit: null, reports: [NOT_KNOWN] }
    const work = yield* AgentWork
    const checkpoints = yield* Checkpoints
    const { session } = yield* Workspace
    const changes = changesOfAgent(checkpoints.root, action.completed, yield* checkpoints.diff(trees.before, trees.after))
    const files = [...(yield* work.changed(changes)).values()]
    const { event, onDetached } = options
    const done = yield* commitFiles({
      root: checkpoints.root,
      files,
      session,
      read: checkpoints.read,
      ...(subject === null ? {} : { subject: subject.name }),
      ...(event === undefined ? {} : { event }),
      ...(onDetached === undefined ? {} : { onDetached })
    })
    yield* work.committed([...done.files, ...done.settled])
    return { commit: done.commit, reports: done.reports }
  })
