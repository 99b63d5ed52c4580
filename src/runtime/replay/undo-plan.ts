import type { FileChange, FileVersion } from "../../effects/git/tree-diff.ts"

/*
 * Which files an undo puts back, pure: from how the files changed, stretch by stretch, to what becomes of each path. What somebody
 * else changed after the agent is contested: it is named, and put back only where a person says so.
 */

/** What changed between two checkpoints; the next stretch begins where this one ends, the last one ends now. */
export interface Stretch {
  /** `unknown`: tools that were broken off, so that nobody can tell their changes from a person's. */
  readonly by: "agent" | "person" | "unknown"
  readonly changes: readonly FileChange[]
}

/** What an undo does, each path once and in order. Shape: a change leads from what stands there now to what stood there before. */
export interface UndoPlan {
  readonly putBack: readonly FileChange[]
  readonly contested: readonly FileChange[]
  /** What the agent changed and stands as before already. */
  readonly already: readonly string[]
}

export const planUndo = (stretches: readonly Stretch[]): UndoPlan => {
  const paths = pathsOf(stretches)
  const touched = [...paths].filter(([, { before, now }]) => before !== undefined && !isSameVersion(before, now))
  const wanted = touched.map(([path, { before, now }]) => changeOf(path, now, before ?? null))
  const contested = new Map(wanted.filter(({ path }) => paths.get(path)?.isContested === true).map((change) => [change.path, change]))
  for (const [path, change] of obstacles(paths)) contested.set(path, change)
  for (let blocked = blockedBy(contested, wanted); blocked.length > 0; blocked = blockedBy(contested, wanted)) {
    for (const change of blocked) contested.set(change.path, change)
  }
  return {
    putBack: wanted.filter(({ path }) => !contested.has(path)).toSorted(byPath),
    contested: [...contested.values()].toSorted(byPath),
    already: [...paths].flatMap(([path, { before, now }]) => (before !== undefined && isSameVersion(before, now) ? [path] : []))
  }
}

interface PathHistory {
  /** What stood there before the agent first changed it; `undefined` where the agent never did. */
  readonly before: FileVersion | null | undefined
  readonly now: FileVersion | null
  readonly isContested: boolean
}

const pathsOf = (stretches: readonly Stretch[]): ReadonlyMap<string, PathHistory> => {
  const paths = new Map<string, PathHistory>()
  for (const { by, changes } of stretches) {
    for (const { path, before, after } of changes) {
      const known = paths.get(path)
      const first = known?.before !== undefined ? known.before : by === "person" ? undefined : before
      const isOthers = by === "unknown" || (by === "person" && first !== undefined)
      paths.set(path, { before: first, now: after, isContested: (known?.isContested ?? false) || isOthers })
    }
  }
  return paths
}

/** A file cannot stand where a folder is: what is to be written, and what would have to make way for it, are both contested. */
const obstacles = (paths: ReadonlyMap<string, PathHistory>): ReadonlyMap<string, FileChange> => {
  const found = new Map<string, FileChange>()
  const wantedAt = ({ before, now }: PathHistory): FileVersion | null => (before === undefined ? now : before)
  const standing = [...paths].filter(([, history]) => wantedAt(history) !== null).toSorted(([a], [b]) => a.length - b.length)
  const written = new Map(standing.filter(([, history]) => !isSameVersion(wantedAt(history), history.now)))
  const givesWay = (path: string, to: string, { now }: PathHistory): void => {
    const history = written.get(to) as PathHistory
    found.set(path, changeOf(path, now, null))
    found.set(to, changeOf(to, history.now, wantedAt(history)))
    written.delete(path)
  }
  for (const [path, history] of standing) {
    const folder = foldersOf(path).find((each) => written.has(each))
    if (folder !== undefined) givesWay(path, folder, history)
  }
  const inFolder = new Map([...written.keys()].flatMap((path) => foldersOf(path).map((folder) => [folder, path] as const)))
  for (const [path, history] of standing) {
    const below = inFolder.get(path)
    if (below !== undefined) givesWay(path, below, history)
  }
  return found
}

/** What cannot be written as long as the contested files stay. */
const blockedBy = (contested: ReadonlyMap<string, FileChange>, wanted: readonly FileChange[]): readonly FileChange[] => {
  const staying = [...contested.values()].filter(({ before }) => before !== null).map(({ path }) => path)
  const files = new Set(staying)
  const folders = new Set(staying.flatMap(foldersOf))
  return wanted.filter(
    ({ path, after }) =>
      after !== null && !contested.has(path) && (folders.has(path) || foldersOf(path).some((folder) => files.has(folder)))
  )
}

/** `foldersOf("a/b/c")  // => ["a", "a/b"]` */
const foldersOf = (path: string): readonly string[] => {
  const names = path.split("/")
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"))
}

const changeOf = (path: string, before: FileVersion | null, after: FileVersion | null): FileChange => ({ path, before, after })

const isSameVersion = (a: FileVersion | null, b: FileVersion | null): boolean => a?.oid === b?.oid && a?.mode === b?.mode

const byPath = (a: FileChange, b: FileChange): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
