import { realpathSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { attempt, type Problem } from "../os/problem.ts"
import { makePool } from "./pool.ts"
import { remembering, type MapCheck, type RepoIndexesOf, type RepoIndexesOptions } from "./repo-indexes.ts"
import { makeLiveIndex, type LiveIndex } from "./repo-index.ts"
import type { RepoIndex } from "./symbols.ts"
import { makeWatchedIndex, type WatchedIndex } from "./watched-index.ts"

interface One {
  readonly root: string
  readonly live: LiveIndex
  readonly watched: WatchedIndex
}

/** Indexes that end, with their processes and watchers, when the scope does. Nothing is begun before the first of them is asked for. */
export const makeRepoIndexes = Effect.fnUntraced(function*(options: RepoIndexesOptions): Effect.fn.Return<RepoIndexesOf, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const turn = yield* Semaphore.make(1)
  const pool = makePool(options)
  yield* Scope.addFinalizer(scope, Effect.sync(pool.end))
  const byRoot = new Map<string, One>()
  const open = Effect.fnUntraced(function*(root: string): Effect.fn.Return<One> {
    const known = byRoot.get(root)
    if (known !== undefined) return known
    const live = yield* Scope.provide(makeLiveIndex({ root, cacheDirectory: options.cacheDirectory, pool }), scope)
    const opened = { root, live, watched: yield* Scope.provide(makeWatchedIndex(root, live), scope) }
    byRoot.set(root, opened)
    return opened
  })
  const of = (given: string): Effect.Effect<One, Problem> =>
    Effect.flatMap(attempt(`map ${given}`, () => realpathSync.native(given)), (root) => turn.withPermits(1)(open(root)))
  return remembering(options, {
    indexOf: (root) => Effect.flatMap(of(root), ({ watched }) => watched.now),
    watch: (root) => Effect.flatMap(of(root), ({ watched }) => watched.watch),
    check: (root) => Effect.flatMap(of(root), (one) => Effect.map(one.watched.now, (index) => checkOf(index, one)))
  })
})

const checkOf = ({ root, files }: RepoIndex, { live, watched }: One): MapCheck => {
  const all = [...files.values()]
  const readByLanguage: Record<string, number> = {}
  for (const { language, fault } of all) if (language !== null && fault === null) readByLanguage[language] = (readByLanguage[language] ?? 0) + 1
  const deaf = watched.deaf()
  return {
    root,
    filesCount: files.size,
    readByLanguage: Object.fromEntries(Object.entries(readByLanguage).sort(([a], [b]) => (a < b ? -1 : 1))),
    faults: all.flatMap(({ path, fault }) => (fault === null ? [] : [{ path, why: fault }])),
    notes: [
      ...(live.note() === null ? [] : [live.note() as string]),
      ...(deaf === null ? [] : [`the repository cannot be watched, so all of it is looked at each time: ${deaf}`])
    ]
  }
}
