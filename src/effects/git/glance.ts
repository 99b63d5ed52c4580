import type { BigIntStats } from "node:fs"
import { IGNORED_BYTES_MAX } from "./choose.ts"
import { isRules } from "./survey.ts"
import { isSame, lookAt, now, REPOSITORY_MODE, stampDirectories, type Known, type KnownFile, type Stamp } from "./known.ts"

/** What a look at times and sizes tells: which files may have another content, or that only git can tell. */
export type Glance =
  | { readonly sure: true; readonly suspects: readonly Suspect[]; readonly stampsByDirectory: ReadonlyMap<string, Stamp> }
  | { readonly sure: false }

/** A file to be read again; `stat` is `null` where it is gone. */
export interface Suspect {
  readonly file: KnownFile
  readonly stat: BigIntStats | null
  readonly lookedNs: bigint
}

/** More than a few edits are git's business. */
export const EDITS_MAX = 64

const UNSURE: Glance = { sure: false }

/** Starts no process: a few microseconds a file. A name that came up is judged by git, for it knows what is ignored. */
export const glance = (root: string, known: Known): Glance => {
  const stampsByDirectory = stampDirectories(root, known)
  if (stampsByDirectory === null) return UNSURE
  const suspects: Suspect[] = []
  for (const file of known.filesByPath.values()) {
    const lookedNs = now()
    const stat = lookAt(root, file.mode === REPOSITORY_MODE ? `${file.path}/.git` : file.path)
    if (stat !== null && (file.mode === REPOSITORY_MODE || isSame(stat, file.stamp))) continue
    if (suspects.length === EDITS_MAX || !isSimple(file, stat)) return UNSURE
    suspects.push({ file, stat, lookedNs })
  }
  return { sure: true, suspects, stampsByDirectory }
}

/** What can be taken over without git: small, still a file or a link, and not itself a list of what is ignored. */
const isSimple = (file: KnownFile, stat: BigIntStats | null): boolean =>
  file.mode !== REPOSITORY_MODE &&
  !isRules(file.path) &&
  (stat === null || (isPlain(stat) && stat.size <= BigInt(IGNORED_BYTES_MAX) && !(file.ignored && Number(stat.size) > file.stamp.size)))

export const isPlain = (stat: BigIntStats): boolean => stat.isFile() || stat.isSymbolicLink()
