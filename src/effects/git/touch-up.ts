import type { Choice } from "./choose.ts"
import { EDITS_MAX, isPlain, type Glance, type Suspect } from "./glance.ts"
import { isSame, lookAt, now, REPOSITORY_MODE, stampDirectories, type Known, type KnownFile } from "./known.ts"
import { treesOf, writeObject, type GitObject } from "./objects.ts"
import { isRules } from "./survey.ts"
import { readFile, type ReadFile } from "./read-file.ts"

/**
 * The next checkpoint, made from the last one and the few files that changed since, without git writing anything.
 * `null`: something is not as it was said to be; let git do it. Errors: throws what the system throws.
 */
export const touchUp = (root: string, objectsDirectory: string, known: Known, seen: Extract<Glance, { sure: true }>): Known | null => {
  const filesByPath = new Map(known.filesByPath)
  const blobs: GitObject[] = []
  for (const suspect of seen.suspects) {
    const read = readAgain(root, suspect)
    if (read === null) return null
    if (read === "gone") filesByPath.delete(suspect.file.path)
    else put(filesByPath, blobs, suspect.file, read)
  }
  const next: Known = { ...known, filesByPath, stampsByDirectory: seen.stampsByDirectory }
  const differs = blobs.length > 0 || seen.suspects.some(({ file }) => filesByPath.get(file.path)?.mode !== file.mode)
  return differs ? withTrees(objectsDirectory, next, blobs) : next
}

const readAgain = (root: string, { file, stat, lookedNs }: Suspect): ReadFile | "gone" | null =>
  stat === null ? "gone" : readFile(root, file.path, stat, lookedNs, file.ignored)

const put = (filesByPath: Map<string, KnownFile>, blobs: GitObject[], before: KnownFile | undefined, read: ReadFile): void => {
  filesByPath.set(read.file.path, read.file)
  if (before?.oid !== read.file.oid) blobs.push(read.blob)
}

/** What the index of the shadow holds, read from its file. */
export interface Base {
  readonly filesByPath: ReadonlyMap<string, KnownFile>
  readonly trees: ReadonlySet<string>
}

/** What git was asked, and what was made of its answer. */
export interface Plan {
  readonly choice: Choice
  /** Paths of ignored files, relative to the top. */
  readonly ignored: ReadonlySet<string>
  readonly prefix: string
}

/**
 * The same from what git says to differ from the index, new files too. The index stays behind, and git says the same
 * again next time; once that is more than a few files, the index is brought up to date instead.
 */
export const assemble = (root: string, objectsDirectory: string, base: Base, before: Known | null, plan: Plan): Known | null => {
  const { choice, prefix } = plan
  if (choice.write.length > EDITS_MAX || choice.write.some(isRules)) return null
  const filesByPath = new Map(base.filesByPath)
  const blobs: GitObject[] = []
  for (const path of choice.drop) filesByPath.delete(path.slice(prefix.length))
  for (const path of choice.write) {
    const read = readNew(root, path.slice(prefix.length), before, plan.ignored.has(path))
    if (read === null) return null
    if (read === "gone") filesByPath.delete(path.slice(prefix.length))
    else if ("blob" in read) put(filesByPath, blobs, base.filesByPath.get(read.file.path), read)
    else filesByPath.set(read.path, read)
  }
  for (const { path, commit } of choice.links) filesByPath.set(path.slice(prefix.length), repository(path.slice(prefix.length), commit))
  const next = learned(root, { tree: "", trees: base.trees, filesByPath: inGitsOrder(filesByPath) }, choice, prefix, before)
  return next === null ? null : withTrees(objectsDirectory, next, blobs)
}

/** What was read for the last checkpoint and did not change since is not read again. */
const readNew = (root: string, path: string, before: Known | null, ignored: boolean): ReadFile | KnownFile | "gone" | null => {
  const lookedNs = now()
  const stat = lookAt(root, path)
  if (stat === null) return "gone"
  const known = before?.filesByPath.get(path)
  if (known !== undefined && isSame(stat, known.stamp)) return { ...known, ignored }
  return isPlain(stat) && stat.size <= BYTES_MAX ? readFile(root, path, stat, lookedNs, ignored) : null
}
/** Larger files are read piece by piece, by git. */
const BYTES_MAX = 1024n * 1024n

export const repository = (path: string, commit: string): KnownFile => ({
  path,
  mode: REPOSITORY_MODE,
  oid: commit,
  ignored: false,
  stamp: { size: 0, inode: 0, modifiedNs: 0n, statusNs: 0n, lookedNs: 0n }
})

/** Together with the directories as they are now. */
export const learned = (
  root: string,
  files: Pick<Known, "tree" | "trees" | "filesByPath">,
  { leftOut }: Choice,
  prefix: string,
  before: Known | null
): Known | null => {
  const others = new Set(leftOut.map(({ path }) => path.slice(prefix.length, path.endsWith("/") ? -1 : undefined)))
  // What was judged otherwise until now may hide in any directory, so then all of them are read again.
  const stamped = before !== null && before.others.size === others.size && [...others].every((path) => before.others.has(path))
  const stampsByDirectory = stampDirectories(root, { ...files, others, stampsByDirectory: stamped ? before.stampsByDirectory : new Map() })
  return stampsByDirectory === null ? null : { ...files, leftOut, others, stampsByDirectory }
}

const withTrees = (objectsDirectory: string, known: Known, blobs: readonly GitObject[]): Known => {
  const trees = treesOf([...known.filesByPath.values()])
  for (const blob of blobs) writeObject(objectsDirectory, blob)
  for (const tree of trees.values()) if (!known.trees.has(tree.oid)) writeObject(objectsDirectory, tree)
  return { ...known, tree: trees.get("")?.oid ?? known.tree, trees: new Set([...trees.values()].map(({ oid }) => oid)) }
}

/** By the bytes of their paths. */
const inGitsOrder = (filesByPath: ReadonlyMap<string, KnownFile>): ReadonlyMap<string, KnownFile> =>
  new Map([...filesByPath].sort(([a], [b]) => compareBytes(a, b)))

/** Code units and bytes are in the same order but for characters beyond the basic plane. */
const compareBytes = (a: string, b: string): number =>
  SURROGATE.test(a) || SURROGATE.test(b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : a > b ? 1 : 0
const SURROGATE = /[\ud800-\udfff]/
