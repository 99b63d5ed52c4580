import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, type BigIntStats } from "node:fs"
import { join } from "node:path"
import { stampOf, type KnownFile } from "./known.ts"
import { objectOf, type GitObject } from "./objects.ts"

/** A file as a checkpoint keeps it, and its content. */
export interface ReadFile {
  readonly file: KnownFile
  readonly blob: GitObject
}

/** Reads a file that was just looked at. `null`: it is gone, may not be read, or is no plain file any more. */
export const readFile = (root: string, path: string, stat: BigIntStats, lookedNs: bigint, ignored: boolean): ReadFile | null => {
  const content = contentOf(join(root, path), stat.isSymbolicLink())
  if (content === null) return null
  const blob = objectOf("blob", content)
  return { file: { path, mode: modeOf(stat), oid: blob.oid, ignored, stamp: stampOf(stat, lookedNs) }, blob }
}

/** The bytes of a file, or what a link names. */
export const contentOf = (absolute: string, isLink: boolean): Buffer | null => {
  try {
    return isLink ? readlinkSync(absolute, { encoding: "buffer" }) : readPlain(absolute)
  } catch {
    // Whoever asked looks again in another way, and that says what stood in the way.
    return null
  }
}

const readPlain = (absolute: string): Buffer | null => {
  const fd = openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return fstatSync(fd).isFile() ? readFileSync(fd) : null
  } finally {
    closeSync(fd)
  }
}

const modeOf = (stat: BigIntStats): number => (stat.isSymbolicLink() ? 0o120000 : (stat.mode & 0o100n) !== 0n ? 0o100755 : 0o100644)
