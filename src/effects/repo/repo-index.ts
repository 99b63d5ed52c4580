import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Problem } from "../os/problem.ts"
import { noCache, openCache, type Cache } from "./cache.ts"
import type { Row } from "./cache-rows.ts"
import { languageOf } from "./language.ts"
import type { Pool } from "./pool.ts"
import { symbolsOf } from "./lazy-symbols.ts"
import { isPacked } from "./packed.ts"
import { readChanged, type Known } from "./read-changed.ts"
import { makeResolver, type Resolver } from "./resolve/resolver.ts"
import { lookAtFile, survey, type Seen } from "./survey.ts"
import type { FileSymbols, RepoIndex } from "./symbols.ts"

/** The index of one repository, kept true. */
export interface LiveIndex {
  /** The newest index; `null` before the first. */
  readonly latest: () => RepoIndex | null
  /** Looks at the whole repository, reads what changed, and gives the index of now. */
  readonly refresh: Effect.Effect<RepoIndex, Problem>
  /** Looks at these files only: what is new is added, what is gone is taken away. */
  readonly refreshFiles: (paths: readonly string[]) => Effect.Effect<RepoIndex>
  /** What the cache has to say; see `Cache.note`. */
  readonly note: () => string | null
}

export interface LiveIndexOptions {
  /** Canonical. */
  readonly root: string
  /** Where what was read is kept for the next start; `null`: nowhere. */
  readonly cacheDirectory: string | null
  readonly pool: Pool
}

/** The index of a repository, empty before the first refresh. One refresh comes after the other. */
export const makeLiveIndex = Effect.fnUntraced(function*({
  root,
  cacheDirectory,
  pool
}: LiveIndexOptions): Effect.fn.Return<LiveIndex, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const turn = yield* Semaphore.make(1)
  let cache: Cache | null = null
  let known: ReadonlyMap<string, Known> = new Map()
  let latest: RepoIndex | null = null
  let resolver: Resolver | null = null

  const open = Effect.gen(function*() {
    if (cache !== null) return cache
    const opened = cacheDirectory === null ? noCache : yield* Scope.provide(openCache(cacheDirectory, root), scope)
    known = knownIn(yield* opened.load)
    // All is to be read: what reads it starts while it is still looked what there is.
    if (known.size === 0) pool.ready()
    return (cache = opened)
  })

  const become = (next: ReadonlyMap<string, Known>): RepoIndex => {
    const before = resolver
    resolver = makeResolver(root, next, before)
    const isSame = resolver.resolve === before?.resolve
    const resolve = resolver.resolve
    const files = new Map<string, FileSymbols>()
    for (const [path, each] of next) files.set(path, (isSame && known.get(path) === each ? latest?.files.get(path) : undefined) ?? resolve(each.file))
    known = next
    return (latest = { root, files, version: (latest?.version ?? 0) + 1 })
  }

  /** `seen` is all there is where `asked` is `null`, and all there is of `asked` otherwise. */
  const update = Effect.fnUntraced(function*(seen: ReadonlyMap<string, Seen>, asked: readonly string[] | null): Effect.fn.Return<RepoIndex> {
    const kept = yield* open
    const gone = (asked ?? [...known.keys()]).filter((path) => known.has(path) && !seen.has(path))
    const touched = new Map([...seen].filter(([path, { stamp }]) => known.get(path)?.stamp !== stamp))
    if (gone.length + touched.size === 0 && latest !== null) return latest
    const { knownByPath, rows } = yield* readChanged(root, touched, kept, pool)
    yield* kept.save(rows, [...gone, ...[...knownByPath].flatMap(([path, each]) => (each === null ? [path] : []))])
    return become(merged(known, asked === null ? [...seen.keys()] : null, knownByPath, gone))
  })

  return {
    latest: () => latest,
    refresh: turn.withPermits(1)(Effect.flatMap(Effect.andThen(open, survey(root)), (seen) => update(seen, null))),
    refreshFiles: (paths) => turn.withPermits(1)(Effect.suspend(() => update(seenAmong(root, paths), paths))),
    note: () => cache?.note() ?? null
  }
})

const seenAmong = (root: string, paths: readonly string[]): ReadonlyMap<string, Seen> =>
  new Map(paths.flatMap((path) => {
    const seen = lookAtFile(root, path)
    return seen === null ? [] : [[path, seen] as const]
  }))

/** Rows that cannot be understood are left out; what they were of is read again. */
const knownIn = (rows: readonly Omit<Row, "key">[]): ReadonlyMap<string, Known> => {
  const known = new Map<string, Known>()
  for (const row of rows) {
    const language = languageOf(row.path)
    if (language !== null && isPacked(row.packed)) known.set(row.path, { stamp: row.stamp, file: symbolsOf(row, language) })
  }
  return known
}

/** In the order of the paths. `all`: the paths there are, in order; `null`: those that were there, and what is new. */
const merged = (
  before: ReadonlyMap<string, Known>,
  all: readonly string[] | null,
  changed: ReadonlyMap<string, Known | null>,
  gone: readonly string[]
): ReadonlyMap<string, Known> => {
  const left = new Set(gone)
  const isNew = [...changed.keys()].some((path) => !before.has(path))
  const paths = all ?? (isNew ? [...new Set([...before.keys(), ...changed.keys()])].sort() : [...before.keys()])
  const next = new Map<string, Known>()
  for (const path of paths) {
    const known = changed.has(path) ? changed.get(path) : before.get(path)
    if (known !== null && known !== undefined && !left.has(path)) next.set(path, known)
  }
  return next
}
