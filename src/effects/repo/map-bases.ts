import * as Effect from "effect/Effect"
import { findRepository, headOf } from "../git/repository.ts"
import type { Problem } from "../os/problem.ts"
import { readHistory } from "./git-history.ts"
import type { History } from "./history.ts"
import type { RepoIndexesOf } from "./repo-indexes.ts"
import { rankBaseInPieces, type RankBase } from "./rank-base.ts"
import type { RepoIndex } from "./symbols.ts"

interface Made {
  readonly index: RepoIndex
  readonly history: History
  readonly base: RankBase
}

/** What was worked out last of each root, and the history it was worked out of: most turns begin with the same. */
const madeByRoot = new Map<string, Made>()
const historyByRoot = new Map<string, { readonly commit: string; readonly history: History }>()

/** All that ranking needs to know of a repository as it is now. */
export const baseOf = Effect.fnUntraced(function*(root: string, { indexOf }: RepoIndexesOf): Effect.fn.Return<RankBase, Problem> {
  const commit = commitOf(root)
  const [index, history] = yield* Effect.all([indexOf(root), historyOf(root, commit)], { concurrency: 2 })
  const made = madeByRoot.get(root)
  if (made?.index === index && made.history === history) return made.base
  const work = rankBaseInPieces(index.files.values(), history, made?.base ?? null)
  // A base is gone on from once: whoever asks meanwhile works it out anew.
  madeByRoot.delete(root)
  const base = yield* Effect.promise(() => inTurns(work))
  madeByRoot.set(root, { index, history, base })
  return base
})

/** How long others wait at most for their turn. Units: ms. */
const TURN_MS = 15

/** Does work piece by piece, and lets others have their turn in between. */
const inTurns = async <A>(work: Generator<undefined, A>): Promise<A> => {
  for (let untilMs = performance.now() + TURN_MS; ; ) {
    const { done, value } = work.next()
    if (done === true) return value
    if (performance.now() < untilMs) continue
    await new Promise(setImmediate)
    untilMs = performance.now() + TURN_MS
  }
}

const historyOf = (root: string, commit: string): Effect.Effect<History> => {
  const known = historyByRoot.get(root)
  if (known?.commit === commit) return Effect.succeed(known.history)
  return Effect.tap(readHistory(root), (history) => Effect.sync(() => historyByRoot.set(root, { commit, history })))
}

/** Empty where there is no commit to begin at. */
const commitOf = (root: string): string => {
  const repository = findRepository(root)
  return repository === null ? "" : String(headOf(repository).commit ?? "")
}
