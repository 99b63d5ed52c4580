import { existsSync } from "node:fs"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { problem, type Problem } from "../os/problem.ts"
import { cacheFileOf } from "./cache-file.ts"
import type { PoolOptions } from "./pool.ts"
import type { RepoIndex } from "./symbols.ts"

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
  /** Whether something was ever read of a root, now or by who kept it: without that its index takes longer than a moment. */
  readonly hasRead: (root: string) => boolean
}

/** Where there are none, as in a host that did not ask for them. */
export const noRepoIndexes: RepoIndexesOf = {
  indexOf: (root) => Effect.fail(problem(`map ${root}: no index of repositories is kept here`)),
  watch: () => Effect.void,
  check: (root) => Effect.fail(problem(`check the map of ${root}: no index of repositories is kept here`)),
  hasRead: () => false
}

export const RepoIndexes = Context.Reference<RepoIndexesOf>("loom/RepoIndexes", { defaultValue: () => noRepoIndexes })

export interface RepoIndexesOptions extends PoolOptions {
  /** Where what was read is kept for the next start; `null`: nowhere. */
  readonly cacheDirectory: string | null
}

/** The same, loaded when the first index is asked for. It ends with the scope. */
export const lazyRepoIndexes = Effect.fnUntraced(function*(options: RepoIndexesOptions): Effect.fn.Return<RepoIndexesOf, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const made = yield* Effect.cached(
    Effect.flatMap(
      Effect.promise(() => import("./indexes.ts")),
      ({ makeRepoIndexes }) => Scope.provide(makeRepoIndexes(options), scope)
    )
  )
  return remembering(options, {
    indexOf: (root) => Effect.flatMap(made, ({ indexOf }) => indexOf(root)),
    watch: (root) => Effect.flatMap(made, ({ watch }) => watch(root)),
    check: (root) => Effect.flatMap(made, ({ check }) => check(root))
  })
})

/** The indexes, and of which roots there was one, or is something kept. */
export const remembering = ({ cacheDirectory }: RepoIndexesOptions, indexes: Omit<RepoIndexesOf, "hasRead">): RepoIndexesOf => {
  const roots = new Set<string>()
  return {
    ...indexes,
    indexOf: (root) => Effect.tap(indexes.indexOf(root), () => Effect.sync(() => roots.add(root))),
    hasRead: (root) => roots.has(root) || (cacheDirectory !== null && existsSync(cacheFileOf(cacheDirectory, root)))
  }
}
