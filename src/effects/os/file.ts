import { closeSync, constants, fchmodSync, fchownSync, fstatSync, linkSync, lstatSync, openSync } from "node:fs"
import { readSync, renameSync, unlinkSync, writeSync, type Stats } from "node:fs"
import { basename, dirname } from "node:path"
import { sha256 } from "./blobs.ts"
import { withDirectory, withHandle } from "./handle.ts"
import { kindOf, type Located } from "./path.ts"
import { errorCode, problem, refuse, type Problem } from "./problem.ts"

/** A whole file as it was at one moment. */
export interface FileContent {
  readonly bytes: Buffer
  readonly stat: Stats
}

/** Units: bytes. Larger ones are only read in part, and told apart by size and time instead of content. */
export const WHOLE_BYTES_MAX = 16 * 1024 * 1024

/** Reads a regular file to its end. Errors: throws a `Problem` where it is none, or too large. */
export const readWhole = (file: Located, bytesMax = WHOLE_BYTES_MAX): FileContent =>
  withFile(file, (fd, stat) => {
    if (stat.size > bytesMax) refuse(`${file.shown} has ${stat.size} bytes, more than the ${bytesMax} that are taken whole`)
    return { bytes: readToEnd(fd, stat.size, bytesMax), stat }
  })

/** Opens a regular file for reading; devices, pipes, sockets and directories are refused by name. */
export const withFile = <A>(file: Located, use: (fd: number, stat: Stats) => A): A => {
  requireFile(file, file.kind)
  return withHandle(file.absolute, constants.O_RDONLY, ({ fd }) => {
    const stat = fstatSync(fd)
    requireFile(file, kindOf(stat))
    requireOwnName(file, stat)
    return use(fd, stat)
  })
}

/** Errors: throws a `Problem` that names what lies there instead of a file. */
export const requireFile = ({ shown }: Located, kind: Located["kind"]): void => {
  if (kind === "directory") refuse(`${shown} is a directory; list it with directory_list`)
  if (kind === "missing") refuse(`${shown} does not exist`)
  if (kind === "special") refuse(`${shown} is no regular file but a device, pipe or socket; it is left alone`)
}

/**
 * A second name cannot be told from the first, so what only its owner may read could be a secret of elsewhere that was given a
 * name in the workspace. Package stores give many names to files that everybody may read; where all new files are private, that tells nothing.
 * Errors: throws a `Problem` that says how to read it all the same.
 */
const requireOwnName = ({ shown }: Located, { nlink, mode }: Stats): void => {
  if (nlink > 1 && (mode & OTHERS) === 0 && (process.umask() & OTHERS) !== OTHERS) {
    refuse(`${shown} is a private file with ${nlink} names, one of which may be outside the workspace; copy it to a name of its own to read it`)
  }
}
const OTHERS = 0o077

/** Bytes from `position` on; fewer than `length` at the end of the file. */
export const readAt = (fd: number, position: number, length: number): Buffer => {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}

/** A file may have grown since it was measured; what comes beyond the limit is refused, not cut. */
const readToEnd = (fd: number, size: number, bytesMax: number): Buffer => {
  const bytes = readAt(fd, 0, size + 1)
  if (bytes.length <= size) return bytes
  const more = readAt(fd, bytes.length, bytesMax - size)
  if (bytes.length + more.length > bytesMax) refuse("the file grows while it is read; try again")
  return Buffer.concat([bytes, more])
}

/** Tells versions of a file apart: by content, or by size and time where it is too large for that. */
export const versionOf = ({ bytes }: Pick<FileContent, "bytes">): string => sha256(bytes)
export const roughVersionOf = (stat: Stats): string => `${stat.ino}:${stat.size}:${stat.mtimeMs}`
/** The one of the two that a file of this size is told apart by. */
export const versionBySize = (content: FileContent): string =>
  content.stat.size > WHOLE_BYTES_MAX ? roughVersionOf(content.stat) : versionOf(content)

/**
 * Writes a whole file at once: readers see the old or the new one, never a part. Parents are made; mode and owner are kept.
 * Errors: throws a `Problem` where the file is not what `before` says any more (`null`: it shall not exist).
 */
export const replaceWhole = (file: Located, bytes: Uint8Array, before: FileContent | null): void => {
  if (file.root === null) return refuse(`${file.shown} lies outside the workspace`)
  withDirectory(file.root, dirname(file.absolute), ({ reach }) => {
    const target = `${reach}/${basename(file.absolute)}`
    const draft = writeDraft(reach, bytes, before?.stat ?? null)
    try {
      requireUnchanged(file, target, before?.stat ?? null)
      if (before === null) publishNew(draft, target)
      else renameSync(draft, target)
    } catch (thrown) {
      unlinkSync(draft)
      throw errorCode(thrown) === "EEXIST" ? changed(file) : thrown
    }
  })
}

/** Takes a file away. Errors: throws a `Problem` where it is not what `before` says any more. */
export const removeWhole = (file: Located, before: FileContent): void => {
  if (file.root === null) return refuse(`${file.shown} lies outside the workspace`)
  withDirectory(file.root, dirname(file.absolute), ({ reach }) => {
    const target = `${reach}/${basename(file.absolute)}`
    requireUnchanged(file, target, before.stat)
    unlinkSync(target)
  })
}

/** The draft has its full content, mode and owner before anybody sees it under its name. */
const writeDraft = (directory: string, bytes: Uint8Array, stat: Stats | null): string => {
  const draft = `${directory}/.loom-${process.pid}-${++draftCount}.tmp`
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o666)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
    if (stat !== null) keepOwnerAndMode(fd, stat)
  } catch (thrown) {
    unlinkSync(draft)
    throw thrown
  } finally {
    closeSync(fd)
  }
  return draft
}
let draftCount = 0

const keepOwnerAndMode = (fd: number, stat: Stats): void => {
  const own = fstatSync(fd)
  if (own.uid !== stat.uid || own.gid !== stat.gid) {
    try {
      fchownSync(fd, stat.uid, stat.gid)
    } catch {
      // Only root may give files away; the content is worth more than the owner.
    }
  }
  fchmodSync(fd, stat.mode & 0o7777)
}

const requireUnchanged = (file: Located, target: string, before: Stats | null): void => {
  const now = lstatSync(target, { throwIfNoEntry: false })
  if (before === null ? now !== undefined : now === undefined || roughVersionOf(now) !== roughVersionOf(before)) throw changed(file)
}

/** A new file comes under its name only if nothing has it; where links are not to be had, the look before has to do. */
const publishNew = (draft: string, target: string): void => {
  try {
    linkSync(draft, target)
  } catch (thrown) {
    if (errorCode(thrown) === "EEXIST") throw thrown
    return renameSync(draft, target)
  }
  unlinkSync(draft)
}

const changed = (file: Located): Problem => problem(`${file.shown} changed while it was written; read it again`)
