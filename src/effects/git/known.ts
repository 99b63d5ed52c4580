import { lstatSync, readdirSync, type BigIntStats, type Dirent } from "node:fs"
import { join } from "node:path"
import { errorCode } from "../os/problem.ts"
import type { LeftOut } from "./choose.ts"

/**
 * What the last checkpoint saw, so that the next one can tell by looking at times alone what changed since.
 * Shape: paths are relative to the root; directories end in `/`, the root itself is empty.
 */
export interface Known {
  readonly tree: string
  readonly leftOut: readonly LeftOut[]
  /** In git's order. */
  readonly filesByPath: ReadonlyMap<string, KnownFile>
  readonly stampsByDirectory: ReadonlyMap<string, Stamp>
  /** Names that are seen and are not in the tree as files: left out, or repositories of their own. */
  readonly others: ReadonlySet<string>
  /** Trees that are in the store for sure. */
  readonly trees: ReadonlySet<string>
}

/** A file of the tree, or a nested repository, which stands there as its commit. */
export interface KnownFile {
  readonly path: string
  readonly mode: number
  readonly oid: string
  readonly ignored: boolean
  readonly stamp: Stamp
}

export const REPOSITORY_MODE = 0o160000

/** By what a file or directory is known again. Units: ns since the epoch; `lookedNs` is when it was last looked into. */
export interface Stamp {
  readonly size: number
  readonly inode: number
  readonly modifiedNs: bigint
  readonly statusNs: bigint
  readonly lookedNs: bigint
}

/** Beyond this many files and directories git itself, which looks with several threads, is as fast. */
export const PATHS_MAX = 2000
/** The clock of a file system ticks this coarsely: a change within one tick of a look leaves no trace. */
const TICK_NS = 20_000_000n
/** Times without a fraction are from a file system that knows only seconds. */
const COARSE_TICK_NS = 2_000_000_000n
const SECOND_NS = 1_000_000_000n
/** Sizes and inodes in 32 bits, as an index keeps them. */
const MASK = 0xffff_ffffn

export const now = (): bigint => BigInt(Date.now()) * 1_000_000n

export const stampOf = (stat: BigIntStats, lookedNs: bigint): Stamp => ({
  size: Number(stat.size & MASK),
  inode: Number(stat.ino & MASK),
  modifiedNs: stat.mtimeNs,
  statusNs: stat.ctimeNs,
  lookedNs
})

/** Nothing changed since it was looked into, and nothing could have changed without leaving a trace. */
export const isSame = (stat: BigIntStats, stamp: Stamp): boolean =>
  stat.ctimeNs === stamp.statusNs &&
  stat.mtimeNs === stamp.modifiedNs &&
  Number(stat.ino & MASK) === stamp.inode &&
  Number(stat.size & MASK) === stamp.size &&
  stamp.statusNs + (stamp.statusNs % SECOND_NS === 0n ? COARSE_TICK_NS : TICK_NS) < stamp.lookedNs

/** What lies at a path, no link followed; `null` where nothing does. Errors: throws what the system throws for other reasons. */
export const lookAt = (root: string, path: string): BigIntStats | null => {
  try {
    return lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false }) ?? null
  } catch (thrown) {
    if (errorCode(thrown) === "ENOTDIR") return null
    throw thrown
  }
}

/**
 * Every directory below the root, each stamped before its names are read: what comes later changes its time. Those that
 * did not change since they were stamped are not read again. `null`: a name has come up that nobody judged, or there are too many.
 */
export const stampDirectories = (
  root: string,
  known: Pick<Known, "filesByPath" | "others" | "stampsByDirectory">
): ReadonlyMap<string, Stamp> | null => {
  const stamps = new Map<string, Stamp>()
  const ahead = ["", ...known.stampsByDirectory.keys()]
  for (let directory = ahead.pop(); directory !== undefined; directory = ahead.pop()) {
    if (stamps.has(directory)) continue
    const lookedNs = now()
    const stat = lookAt(root, directory)
    if (stat === null) continue
    if (!stat.isDirectory() || stamps.size + known.filesByPath.size > PATHS_MAX) return null
    const stamp = known.stampsByDirectory.get(directory)
    if (stamp !== undefined && isSame(stat, stamp)) stamps.set(directory, stamp)
    else {
      stamps.set(directory, stampOf(stat, lookedNs))
      for (const entry of entriesOf(join(root, directory))) {
        const path = directory + entry.name
        if (isSettled(entry, path, known)) continue
        if (!entry.isDirectory()) return null
        ahead.push(`${path}/`)
      }
    }
  }
  return stamps
}

/** Whether nothing more need be known of a name: it is in the tree, was left out, or is nothing that can be kept. */
const isSettled = (entry: Dirent, path: string, { filesByPath, others }: Pick<Known, "filesByPath" | "others">): boolean =>
  filesByPath.has(path) || others.has(path) || path === ".git" || !(entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())

/** A directory that cannot be listed holds nothing that could be kept. */
const entriesOf = (directory: string): readonly Dirent[] => {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}
