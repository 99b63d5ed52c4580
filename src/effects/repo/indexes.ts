import { realpathSync } from "node:fs"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { attempt, problem, type Problem } from "../os/problem.ts"
import { makePool, type PoolOptions } from "./pool.ts"
import { makeLiveIndex, type LiveIndex } from "./repo-index.ts"
import type { RepoIndex } from "./symbols.ts"
import { makeWatchedIndex, type WatchedIndex } from "./watched-index.ts"

/** What could not be read of a repository, and why. */
export interface MapCheck {
  readonly root: string
  readonly filesCount: number
  /** How many files of each language were read, by language. */
  readonly readByLanguage: Readonly<Record<string, number>>
  /** Files of a known language that are known by their names only, by path. */
  readonly faults: readonly { readonly path: string; readonly why: string }[]
  /** What is said of the cache and of the watcher, in sentences; empty where all is well. */
  readonly notes: readonly string[]
}

/** The indexes of repositories. */
export interface RepoIndexesOf {
  /** The index of a repository as it is now. The first one of a root takes longest. */
  readonly indexOf: (root: string) => Effect.Effect<RepoIndex, Problem>
  /** Watches a repository, so that its index is made before anybody asks. Not before the first request of a session: it takes time. */
  readonly watch: (root: string) => Effect.Effect<void, Problem>
  readonly check: (root: string) => Effect.Effect<MapCheck, Problem>
}

/** Where there are none, as in a host that did not ask for them. */
export const noRepoIndexes: RepoIndexesOf = {
  indexOf: (root) => Effect.fail(problem(`map ${root}: no index of repositories is kept here`)),
  watch: () => Effect.void,
  check: (root) => Effect.fail(problem(`check the map of ${root}: no index of repositories is kept here`))
}

export const RepoIndexes = Context.Reference<RepoIndexesOf>("loom/RepoIndexes", { defaultValue: () => noRepoIndexes })

export interface RepoIndexesOptions extends PoolOptions {
  /** Where what was read is kept for the next start; `null`: nowhere. */
  readonly cacheDirectory: string | null
}

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
  return {
    indexOf: (root) => Effect.flatMap(of(root), ({ watched }) => watched.now),
    watch: (root) => Effect.flatMap(of(root), ({ watched }) => watched.watch),
    check: (root) => Effect.flatMap(of(root), (one) => Effect.map(one.watched.now, (index) => checkOf(index, one)))
  }
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
    notes: [...(live.note() === null ? [] : [live.note() as string]), ...(deaf === null ? [] : [`the repository cannot be watched, so all of it is looked at each time: ${deaf}`])]
  }
}
