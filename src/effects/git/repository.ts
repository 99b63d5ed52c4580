import { lstatSync, readFileSync, type Stats } from "node:fs"
import { dirname, join, resolve } from "node:path"

/** Where a git repository keeps what; found by reading files, for a process would cost more than all that is read. */
export interface Repository {
  /** The directory its files are checked out in. */
  readonly top: string
  /** What belongs to this checkout alone: HEAD, index. */
  readonly gitDirectory: string
  /** What all its worktrees share: objects, branches, `info/exclude`. */
  readonly commonDirectory: string
}

/** Where HEAD stands. `commit` is `null` on a branch without commits, and `unknown` where only git itself can tell. */
export interface Head {
  readonly branch: string | null
  readonly commit: string | null | "unknown"
}

/** The repository that a directory lies in; `null` where it lies in none. */
export const findRepository = (directory: string): Repository | null => {
  for (let top = directory; ; top = dirname(top)) {
    const gitDirectory = gitDirectoryAt(top)
    if (gitDirectory !== null) return { top, gitDirectory, commonDirectory: commonOf(gitDirectory) }
    if (top === dirname(top)) return null
  }
}

export const isRepository = (directory: string): boolean => findRepository(directory) !== null

/** The `.git` of a directory: itself, or what a `.git` file of a worktree or submodule points to. */
export const gitDirectoryAt = (directory: string): string | null => {
  const path = join(directory, ".git")
  const stat = statOf(path)
  if (stat === undefined) return null
  const target = stat.isFile() ? /^gitdir: (.+)/s.exec(textOf(path) ?? "")?.[1]?.trim() : path
  if (target === undefined) return null
  const gitDirectory = resolve(directory, target)
  return textOf(join(gitDirectory, "HEAD")) === null ? null : gitDirectory
}

const commonOf = (gitDirectory: string): string => {
  const common = textOf(join(gitDirectory, "commondir"))
  return common === null ? gitDirectory : resolve(gitDirectory, common.trim())
}

export const headOf = (repository: Repository): Head => {
  const head = (textOf(join(repository.gitDirectory, "HEAD")) ?? "").trim()
  if (!head.startsWith("ref: ")) return { branch: null, commit: isObjectId(head) ? head : "unknown" }
  const reference = head.slice("ref: ".length)
  // The newer format of references keeps them elsewhere and writes this name here.
  if (reference === "refs/heads/.invalid") return { branch: null, commit: "unknown" }
  return { branch: reference.replace(/^refs\/heads\//, ""), commit: commitOf(repository, reference) }
}

const commitOf = ({ commonDirectory }: Repository, reference: string): string | null => {
  const loose = textOf(join(commonDirectory, reference))?.trim()
  if (loose !== undefined && isObjectId(loose)) return loose
  const packed = textOf(join(commonDirectory, "packed-refs")) ?? ""
  return packed.split("\n").find((line) => line.endsWith(` ${reference}`))?.split(" ")[0] ?? null
}

const UNDER_WAY: readonly (readonly [file: string, what: string])[] = [
  ["MERGE_HEAD", "a merge"],
  ["rebase-merge", "a rebase"],
  ["rebase-apply", "a rebase"],
  ["CHERRY_PICK_HEAD", "a cherry-pick"],
  ["REVERT_HEAD", "a revert"],
  ["BISECT_LOG", "a bisection"]
]

/** What the person has begun and not ended, in words: a merge, a rebase; `null` where nothing is. */
export const underWay = ({ gitDirectory }: Repository): string | null =>
  UNDER_WAY.find(([file]) => statOf(join(gitDirectory, file)) !== undefined)?.[1] ?? null

/** Whether its objects are named by SHA-256, so that ours and theirs cannot be compared. */
export const isNewFormat = (repository: Repository): boolean => /objectformat\s*=\s*sha256/i.test(configOf(repository))

/** The repository's own settings, as they are written; empty where there are none. */
export const configOf = ({ commonDirectory }: Repository): string => textOf(join(commonDirectory, "config")) ?? ""

export const isObjectId = (text: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)

const statOf = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    // A part of the path is a file, or may not be entered: nothing that could be a repository for us.
    return undefined
  }
}

/** `null` where there is no such file, or none that can be read: both mean that nothing is known from here. */
const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}
