import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { turnReason } from "../../effects/git/agent-work.ts"
import { Checkpoints, type CheckpointError } from "../../effects/git/checkpoint.ts"
import type { Restored } from "../../effects/git/restore.ts"
import { hasShadow } from "../../effects/git/shadow.ts"
import type { SessionOpened } from "../../machine/event.ts"
import { logError, type LogError } from "../event-log/log-error.ts"
import type { Row } from "../event-log/line.ts"
import type { LoadedLog } from "./log-source.ts"
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
  /** Makes the files of a directory those of a checkpoint. Errors: `not-found` where nobody has it. */
  readonly restore: (named: NamedTree, into: string) => Effect.Effect<Restored, LogError>
}

/** Puts the workspace as it was at event `n` into a directory, and says which checkpoint that was. */
export const filesAt = (source: FilesSource, n: number, into: string): Effect.Effect<NamedTree, LogError> =>
  Effect.scoped(
    Effect.gen(function*() {
      const files = yield* openFiles(source)
      const named = treeAt(files.trees, n)
      if (named === null) return yield* logError("not-found", `restore the files of event ${n}: ${NONE_NAMED}`)
      yield* files.restore(named, into)
      return named
    })
  )

/** The same for many events: what has to be opened is opened once. The workspace itself need not exist any more. */
export const openFiles = Effect.fn("Replay.openFiles")(function*(source: FilesSource): Effect.fn.Return<Files, LogError, Scope.Scope> {
  const stores = yield* storesOf(source)
  const trees = yield* allTrees(source.log, stores)
  return {
    trees,
    restore: (named, into) =>
      Effect.gen(function*() {
        for (const store of stores) if (yield* store.has(named.tree)) return yield* store.restore(named.tree, into)
        return yield* logError("not-found", `restore the files as they were ${named.why}: ${notHere(named)}`)
      }).pipe(Effect.catchTag("CheckpointError", asLogError))
  }
})

const NONE_NAMED =
  "no checkpoint of them is known here; take the log along with `loom export ID --to FILE --with-files` from where it was made, or name a directory whose files shall do with --in"

const notHere = ({ tree }: NamedTree): string =>
  `their checkpoint ${tree.slice(0, 12)} is not on this machine; take the log along with \`loom export ID --to FILE --with-files\` from where it was made, or name a directory whose files shall do with --in`

const storesOf = Effect.fnUntraced(function*({ log, dataDirectory }: FilesSource): Effect.fn.Return<readonly Checkpoints["Service"][], never, Scope.Scope> {
  const root = (log.rows[0]?.event as SessionOpened).roots[0] as string
  if (!hasShadow({ root, dataDirectory })) return []
  const built = yield* Layer.build(Checkpoints.layerShadow({ root, dataDirectory }))
  return [yield* Effect.provideContext(Checkpoints, built)]
})

/** What the log names, and what only the journal knows: the checkpoint of a turn that changed nothing. */
const allTrees = Effect.fnUntraced(function*({ header, rows }: LoadedLog, stores: readonly Checkpoints["Service"][]) {
  const known = [...treesOf(rows)]
  for (const { turn, from } of turnsOf(rows)) {
    if (known.some((named) => named.from === from)) continue
    const tree = yield* firstOf(stores, (store) => store.find(turnReason(header.session, turn)))
    if (tree !== null) known.push({ tree, from, why: `at the start of turn ${turn}` })
  }
  return inOrder(known)
})

const firstOf = Effect.fnUntraced(function*(
  stores: readonly Checkpoints["Service"][],
  ask: (store: Checkpoints["Service"]) => Effect.Effect<string | null, CheckpointError>
): Effect.fn.Return<string | null, LogError> {
  for (const store of stores) {
    const found = yield* Effect.catchTag(ask(store), "CheckpointError", asLogError)
    if (found !== null) return found
  }
  return null
})

/** The turns of a log and the events that began them; one that a new process began again counts from there. */
export const turnsOf = (rows: readonly Row[]): readonly { readonly turn: number; readonly from: number }[] => {
  const fromByTurn = new Map<number, number>()
  for (const { n, actions } of rows) for (const action of actions) if (action.type === "GatherContext") fromByTurn.set(action.turn, n)
  return [...fromByTurn].map(([turn, from]) => ({ turn, from }))
}

const asLogError = ({ message }: CheckpointError): Effect.Effect<never, LogError> => Effect.fail(logError("failed", message))
