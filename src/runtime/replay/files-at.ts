import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { NamedInBundle } from "../../effects/git/bundle.ts"
import type { CheckpointError } from "../../effects/git/checkpoint.ts"
import type { Restored } from "../../effects/git/restore.ts"
import type { FileChange } from "../../effects/git/tree-diff.ts"
import { logError, type LogError } from "../event-log/log-error.ts"
import { differencesOf, type FileDifference } from "./file-differences.ts"
import type { LoadedLog } from "./log-source.ts"
import { treeStoresOf, type TreeStore } from "./tree-stores.ts"
import { turnsOf } from "./turns.ts"
import { inOrder, treeAt, treesOf, type NamedTree } from "./trees.ts"

/** A log, and where the checkpoints of its workspace may be. */
export interface FilesSource {
  readonly log: LoadedLog
  /** The file that the log was read from; `null` where it is a session of the database. */
  readonly file: string | null
  /** Where Loom keeps its data on this machine. */
  readonly dataDirectory: string
}

/** The files of a workspace as they were at any event of a log, wherever they can be had from. */
export interface Files {
  /** All checkpoints that are known of the log, in the order in which the files stood so. */
  readonly trees: readonly NamedTree[]
  /** Whether a checkpoint can be had. */
  readonly has: (named: NamedTree) => Effect.Effect<boolean, LogError>
  /** Makes the files of a directory those of a checkpoint. Errors: `not-found` where nobody has it. */
  readonly restore: (named: NamedTree, into: string) => Effect.Effect<Restored, LogError>
  /** Writes a bundle of those of the trees that can be had, and says which these are; no file where there is none. */
  readonly bundle: (trees: readonly NamedInBundle[], file: string) => Effect.Effect<readonly NamedInBundle[], LogError>
  /** What they differ in from one checkpoint to another. Errors: `not-found` where nobody has both. */
  readonly between: (before: NamedTree, after: NamedTree) => Effect.Effect<readonly FileDifference[], LogError>
  /** Which files these are, without their contents; none where nobody has the first of the trees. */
  readonly changed: (before: string, after: string) => Effect.Effect<readonly FileChange[], LogError>
}

/** Puts the workspace as it was at event `n` into a directory, and says which checkpoint that was. */
export const filesAt = (source: FilesSource, n: number, into: string): Effect.Effect<NamedTree, LogError> =>
  Effect.scoped(
    Effect.gen(function*() {
      const files = yield* openFiles(source)
      const named = treeAt(files.trees, n)
      if (named === null) return yield* noFilesAt(n, null)
      yield* files.restore(named, into)
      return named
    })
  )

/** The same for many events: what has to be opened is opened once. The workspace itself need not exist any more. */
export const openFiles = Effect.fn("Replay.openFiles")(function*(source: FilesSource): Effect.fn.Return<Files, LogError, Scope.Scope> {
  const stores = yield* treeStoresOf(source)
  const trees = yield* allTrees(source.log, stores)
  return {
    trees,
    has: (named) => Effect.catchTag(Effect.map(holderOf(stores, [named]), (holder) => holder !== null), "CheckpointError", asLogError),
    restore: (named, into) =>
      Effect.gen(function*() {
        const checkpoints = yield* holderOf(stores, [named])
        return checkpoints === null
          ? yield* logError("not-found", `restore the files as they were ${named.why}: ${notHere(named)}`)
          : yield* checkpoints.restore(named.tree, into)
      }).pipe(Effect.catchTag("CheckpointError", asLogError)),
    bundle: (wanted, file) =>
      Effect.flatMap(holderOf(stores, wanted), (checkpoints) => (checkpoints === null ? Effect.succeed([]) : checkpoints.bundle(wanted, file))).pipe(
        Effect.catchTag("CheckpointError", asLogError)
      ),
    between: (before, after) =>
      Effect.gen(function*() {
        const checkpoints = yield* holderOf(stores, [before])
        if (checkpoints !== null && (yield* checkpoints.has(after.tree))) return yield* differencesOf(checkpoints, before.tree, after.tree)
        return yield* logError(
          "not-found",
          `compare the files as they were ${before.why} with those ${after.why}: the checkpoint is not on this machine; ${TAKE_ALONG}`
        )
      }).pipe(Effect.catchTag("CheckpointError", asLogError)),
    changed: (before, after) =>
      Effect.flatMap(holderOf(stores, [{ tree: before }]), (checkpoints) =>
        checkpoints === null ? Effect.succeed([]) : checkpoints.diff(before, after)
      ).pipe(Effect.catchTag("CheckpointError", asLogError))
  }
})

const TAKE_ALONG = "take it along with `loom export ID --to FILE --with-files` from where the session was held"

/** Neither the log nor this machine knows of any files. */
export const noFilesAt = (n: number, named: NamedTree | null): LogError =>
  logError("not-found", `restore the files of event ${n}${named === null ? `: ${NONE_KNOWN}` : ` as they were ${named.why}: ${notHere(named)}`}`)

const NONE_KNOWN = `no checkpoint of them is known here; ${TAKE_ALONG}, or name a directory whose files shall do with --in`

const notHere = ({ tree }: NamedTree): string =>
  `checkpoint ${tree.slice(0, 12)} is not on this machine; ${TAKE_ALONG}, or name a directory whose files shall do with --in`

/** The first that holds one of the trees. */
const holderOf = Effect.fnUntraced(function*(stores: readonly TreeStore[], trees: readonly { readonly tree: string }[]) {
  for (const store of stores) {
    const checkpoints = yield* store.checkpoints
    for (const { tree } of trees) if (yield* checkpoints.has(tree)) return checkpoints
  }
  return null
})

/** What the log names, and what only the journal knows: the checkpoint of a turn that changed nothing. */
const allTrees = Effect.fnUntraced(function*({ rows }: LoadedLog, stores: readonly TreeStore[]): Effect.fn.Return<readonly NamedTree[], LogError> {
  const known = [...treesOf(rows)]
  for (const { turn, from } of turnsOf(rows)) {
    if (known.some((named) => named.from === from)) continue
    const tree = yield* Effect.catchTag(treeOfTurn(stores, turn), "CheckpointError", asLogError)
    if (tree !== null) known.push({ tree, from, why: `at the start of turn ${turn}` })
  }
  return inOrder(known)
})

const treeOfTurn = Effect.fnUntraced(function*(stores: readonly TreeStore[], turn: number) {
  for (const { ofTurn } of stores) {
    const found = yield* ofTurn(turn)
    if (found !== null) return found
  }
  return null
})

const asLogError = ({ message }: CheckpointError): Effect.Effect<never, LogError> => Effect.fail(logError("failed", message))
