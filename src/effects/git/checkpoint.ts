import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { attempt, problem, type Problem } from "../os/problem.ts"
import { takeBundle, writeBundle, type NamedInBundle } from "./bundle.ts"
import { composeTree } from "./compose.ts"
import { makeCopier } from "./copier.ts"
import { runGit, type GitError } from "./git.ts"
import { glance } from "./glance.ts"
import { findInJournal, writeJournal } from "./journal.ts"
import { holdsAllOf, restoreTree, type Restored } from "./restore.ts"
import { dropIndex, keepIndex, openShadow, storeEnvironment, type ShadowOptions } from "./shadow.ts"
import { memoryOf, takeTree, type Checkpoint, type Memory } from "./take.ts"
import { tidy } from "./tidy.ts"
import { diffTrees, type FileChange } from "./tree-diff.ts"

/** Why a checkpoint could not be taken, compared or restored. */
export class CheckpointError extends Schema.TaggedError<CheckpointError>()("CheckpointError", { message: Schema.String }) {}

/** Keeps the files of a workspace as they were, in a repository of our own; the person's own is only ever read. */
export class Checkpoints extends Context.Service<
  Checkpoints,
  {
    /** Canonical absolute path of the workspace. */
    readonly root: string
    /** The files as they are now. `reason` is for the journal. Whoever stops waiting does not stop the work. */
    readonly take: (reason: string) => Effect.Effect<Checkpoint, CheckpointError>
    /** The last tree, if a look at times is enough to see that nothing changed since; it costs a few microseconds a file. */
    readonly unchanged: (reason: string) => Effect.Effect<string | null, CheckpointError>
    /** The newest tree that was taken for this reason, by this process or an earlier one; `null` where none was. */
    readonly find: (reason: string) => Effect.Effect<string | null, CheckpointError>
    /** Whether it holds that tree, whole. */
    readonly has: (tree: string) => Effect.Effect<boolean, CheckpointError>
    /** Makes the files of a directory, the workspace where none is given, those of a tree. `only`: see `restoreTree`. */
    readonly restore: (tree: string, into?: string, only?: readonly FileChange[]) => Effect.Effect<Restored, CheckpointError>
    /** The tree with these files as they are after the changes; the workspace is not touched. */
    readonly compose: (tree: string, changes: readonly Omit<FileChange, "before">[]) => Effect.Effect<string, CheckpointError>
    /** What differs from tree to tree, by path relative to the workspace. */
    readonly diff: (before: string, after: string) => Effect.Effect<readonly FileChange[], CheckpointError>
    /** The content of a file of a tree, by its object's name. */
    readonly read: (oid: string) => Effect.Effect<Buffer, CheckpointError>
    /** Writes a git bundle of those of the trees that are held, and says which these are; see `bundle.ts`. */
    readonly bundle: (trees: readonly NamedInBundle[], file: string) => Effect.Effect<readonly NamedInBundle[], CheckpointError>
    /** Takes in what a bundle holds, and says what it names. */
    readonly unbundle: (file: string) => Effect.Effect<readonly NamedInBundle[], CheckpointError>
    /** Writes into the journal that this tree, taken elsewhere, was taken for this reason. */
    readonly note: (tree: string, reason: string) => Effect.Effect<void, CheckpointError>
    /** Ends when all that was taken so far stands by itself, whatever becomes of the person's repository. */
    readonly settled: Effect.Effect<void>
  }
>()("loom/Checkpoints") {
  /** In a shadow repository below the data directory; nothing is done before the first use. */
  static readonly layerShadow = (options: ShadowOptions): Layer.Layer<Checkpoints> => Layer.effect(Checkpoints, make(options))
}

/** One that is still at work after this long will not be waited for again. Units: ms. */
const LATE_MS = 10_000

/** One that hangs is ended after this long, so that a later one has a chance. Units: ms. */
const WORK_MS = 600_000

const make = Effect.fnUntraced(function*(options: ShadowOptions): Effect.fn.Return<Checkpoints["Service"], never, Scope.Scope> {
  const scope = yield* Scope.Scope
  const alone = yield* Semaphore.make(1)
  let memory: Memory | null = null
  let busySince: number | null = null
  const copier = makeCopier(alone, scope)
  let tidied = false

  const opened = Effect.suspend(() =>
    memory !== null
      ? Effect.succeed(memory)
      : attempt(`keep checkpoints of ${options.root} in ${options.dataDirectory}`, () => (memory = memoryOf(openShadow(options))))
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => memory !== null && close(memory)))

  /** One at a time, timed, and in the layer's scope: interrupting the one who waits leaves the work whole. */
  const exclusively = <A>(work: (memory: Memory) => Effect.Effect<A, GitError | Problem>): Effect.Effect<A, CheckpointError> => {
    const timed = Effect.gen(function*() {
      busySince = yield* Clock.currentTimeMillis
      return yield* work(yield* opened)
    })
    const bounded = Effect.timeoutOrElse(timed, {
      duration: WORK_MS,
      orElse: () => Effect.fail(problem(`given up after ${WORK_MS / 60_000} minutes`))
    })
    const begun = Effect.ensuring(
      bounded,
      Effect.sync(() => (busySince = null))
    )
    return Effect.mapError(Effect.flatMap(Effect.forkIn(alone.withPermit(begun), scope), Fiber.join), asCheckpointError)
  }

  const take = Effect.fn("Checkpoints.take")(function*(reason: string) {
    const late = busySince === null ? 0 : (yield* Clock.currentTimeMillis) - busySince
    if (late > LATE_MS) return yield* tooLate(options.root, late)
    return yield* exclusively((memory) => Effect.tap(takeTree(memory), ({ tree }) => taken(memory, tree, reason)))
  })

  const unchanged = Effect.fn("Checkpoints.unchanged")(function*(reason: string) {
    if (memory === null || busySince !== null) return null
    return yield* exclusively((memory) => Effect.tap(lastTree(memory), (tree) => (tree === null ? Effect.void : note(memory, tree, reason))))
  })

  const taken = Effect.fnUntraced(function*(memory: Memory, tree: string, reason: string) {
    yield* note(memory, tree, reason)
    if (!tidied) yield* Effect.forkIn(Effect.ignore(tidy(memory.shadow)), scope)
    tidied = true
    if (memory.borrowing && memory.borrowed) yield* copier.copy(memory, tree)
  })

  return {
    root: options.root,
    take,
    unchanged,
    find: (reason) => exclusively((memory) => attempt("read the journal of checkpoints", () => findInJournal(memory.shadow, reason))),
    has: (tree) => exclusively((memory) => holdsAllOf(memory, tree)),
    restore: (tree, into = options.root, only) => exclusively((memory) => restoreTree(memory, tree, into, only)),
    compose: (tree, changes) => exclusively((memory) => composeTree(memory, tree, changes)),
    diff: (before, after) => exclusively((memory) => diffTrees(before, after, inShadow(memory))),
    read: (oid) => exclusively((memory) => Effect.map(runGit(["cat-file", "blob", oid], inShadow(memory)), ({ stdout }) => stdout)),
    bundle: (trees, file) => exclusively((memory) => writeBundle(memory, trees, file)),
    unbundle: (file) => exclusively((memory) => takeBundle(memory, file)),
    note: (tree, reason) => exclusively((memory) => note(memory, tree, reason)),
    settled: copier.settled
  }
})

const tooLate = (root: string, lateMs: number): CheckpointError =>
  new CheckpointError({
    message: `checkpoint of ${root}: the last one is still being taken after ${Math.round(lateMs / 1000)} s; the workspace may be too large`
  })

const note = Effect.fnUntraced(function*({ shadow }: Memory, tree: string, reason: string) {
  const at = new Date(yield* Clock.currentTimeMillis).toISOString()
  yield* attempt("write the journal of checkpoints", () => writeJournal(shadow, { at, tree, reason }))
})

const lastTree = ({ shadow, known }: Memory): Effect.Effect<string | null, Problem> =>
  attempt("look at the workspace", () => {
    const seen = known === null ? null : glance(shadow.root, known)
    return seen?.sure === true && seen.suspects.length === 0 ? (known?.tree ?? null) : null
  })

/** The next process begins where this one ends. */
const close = (memory: Memory): void => {
  try {
    if (!memory.borrowing) keepIndex(memory.shadow)
  } catch {
    // Without it the next process reads all files again: slower, nothing worse.
  }
  dropIndex(memory.shadow)
}

const inShadow = ({ shadow, borrowing }: Memory) => ({ cwd: shadow.directory, environment: storeEnvironment(shadow, borrowing) })

const asCheckpointError = (error: GitError | Problem): CheckpointError => new CheckpointError({ message: `checkpoint: ${error.message}` })
