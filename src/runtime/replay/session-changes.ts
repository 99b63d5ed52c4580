import * as Effect from "effect/Effect"
import { changesOfAgent } from "../../effects/git/touched.ts"
import type { SessionOpened } from "../../machine/event.ts"
import type { CompletedCall } from "../../machine/state.ts"
import type { LogError } from "../event-log/log-error.ts"
import type { Row } from "../event-log/line.ts"
import type { FileDifference } from "./file-differences.ts"
import { openFiles, type FilesSource } from "./files-at.ts"
import { rootOf } from "./tree-stores.ts"
import type { NamedTree } from "./trees.ts"

/** What an agent changed, from the checkpoint before it first may have changed something to the newest. */
export interface SessionChanges {
  readonly from: NamedTree
  readonly to: NamedTree
  /** Files in which nothing is left of what it did, as after an undo, are not among them. */
  readonly files: readonly FileDifference[]
}

/**
 * The files that the tools of a session changed, each from as it was before the first of them to as it was at the newest checkpoint. What a person
 * did to other files is not told; what they did to the same ones is. `null` where none of them ran.
 */
export const sessionChanges = (source: FilesSource): Effect.Effect<SessionChanges | null, LogError> =>
  Effect.scoped(
    Effect.gen(function*() {
      const files = yield* openFiles(source)
      const batches = batchesOf(source.log.rows)
      const [first] = batches
      const [from, to] = [
        files.trees.findLast((named) => first !== undefined && named.tree === first.before && named.from <= first.n),
        files.trees.at(-1)
      ]
      if (from === undefined || to === undefined) return null
      const root = rootOf(source.log.rows[0]?.event as SessionOpened)
      const paths = new Set<string>()
      for (const { before, after, completed } of batches) {
        for (const { path } of changesOfAgent(root, completed, yield* files.changed(before, after))) paths.add(path)
      }
      return { from, to, files: paths.size === 0 ? [] : (yield* files.between(from, to)).filter(({ path }) => paths.has(path)) }
    })
  )

/** Calls that may have changed something, between two checkpoints. */
interface Batch {
  /** The event that ended it. */
  readonly n: number
  readonly before: string
  readonly after: string
  readonly completed: readonly CompletedCall[]
}

const batchesOf = (rows: readonly Row[]): readonly Batch[] => {
  const batches: Batch[] = []
  let completed: readonly CompletedCall[] = []
  for (const { n, event, actions } of rows) {
    if (event.type === "PostToolsHookCompleted" && event.before !== undefined && event.tree !== undefined)
      batches.push({ n, before: event.before, after: event.tree, completed })
    for (const action of actions) if (action.type === "RunPostToolsHook") completed = action.completed
  }
  return batches
}
