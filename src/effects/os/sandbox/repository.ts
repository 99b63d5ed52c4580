import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { found } from "./places.ts"

/** What of a repository's own directory may be written inside the sandbox, and what may not: that which makes git run programs. */
export interface RepositoryPlaces {
  readonly writable: readonly string[]
  readonly readOnly: readonly string[]
  /** What must not come to be there: it would lead git to other settings. */
  readonly forbidden: readonly string[]
}

const NONE: RepositoryPlaces = { writable: [], readOnly: [], forbidden: [] }

/** The repository that a root lies in, a linked worktree too, whose own directory may stand somewhere else. */
export const repositoryPlaces = (root: string): RepositoryPlaces => {
  const entry = entryAbove(root)
  if (entry === null) return NONE
  const it = found(entry)
  // A link could lead to any repository of the person; one that a command made leads to nothing that may be written.
  if (it !== null && it.path !== entry) return NONE
  if (it?.kind === "directory") return common(it.path)
  const linked = it === null ? null : worktreeOf(it.path)
  if (linked === null) return { ...NONE, readOnly: it === null ? [] : [it.path] }
  const repository = common(linked.common)
  return {
    writable: [...repository.writable, linked.own],
    readOnly: [entry, ...repository.readOnly, ...existing(linked.own, ["gitdir", "commondir", "config.worktree"])],
    forbidden: [...repository.forbidden, ...missing(linked.own, ["config.worktree"])]
  }
}

/** `.git` of the root, or of the nearest directory above it. */
const entryAbove = (root: string): string | null => {
  for (let directory = root; ; directory = dirname(directory)) {
    const entry = join(directory, ".git")
    if (isThere(entry)) return entry
    if (directory === dirname(directory)) return null
  }
}

/** A directory of a repository, bound on its own so that it can neither be moved away nor replaced. */
const common = (directory: string): RepositoryPlaces => {
  if (!existsSync(join(directory, "HEAD")) || !existsSync(join(directory, "objects"))) return { ...NONE, readOnly: [directory] }
  makeHooks(directory)
  return {
    writable: [directory],
    readOnly: existing(directory, ["config", "config.worktree", "hooks", "modules", "worktrees", "info/attributes"]),
    forbidden: missing(directory, ["commondir", "config.worktree"])
  }
}

/** Only what is there can be kept from being written; an empty directory of hooks means nothing to git. */
const makeHooks = (directory: string): void => {
  try {
    if (!existsSync(join(directory, "hooks"))) mkdirSync(join(directory, "hooks"))
  } catch {
    // It cannot be written from outside either, then.
  }
}

/** The directories of a linked worktree, believed only where they point back to it: the file alone could name any place. */
const worktreeOf = (file: string): { readonly own: string; readonly common: string } | null => {
  const own = pointerIn(file, /^gitdir: (.+)$/m)
  const back = own === null ? null : pointerIn(join(own, "gitdir"), /^(.+)$/m)
  const shared = own === null ? null : pointerIn(join(own, "commondir"), /^(.+)$/m)
  if (own === null || back !== file || shared === null || dirname(dirname(own)) !== shared) return null
  return { own, common: shared }
}

/** The place that a file names, canonical; `null` where it names none. */
const pointerIn = (file: string, form: RegExp): string | null => {
  try {
    const [, named] = form.exec(readFileSync(file, "utf8")) ?? []
    return named === undefined ? null : (found(resolve(dirname(file), named.trim()))?.path ?? null)
  } catch {
    // No such file: then it is no worktree.
    return null
  }
}

const existing = (directory: string, names: readonly string[]): readonly string[] => names.flatMap((name) => found(join(directory, name))?.path ?? [])

const missing = (directory: string, names: readonly string[]): readonly string[] =>
  names.map((name) => join(directory, name)).filter((path) => !isThere(path))

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Takes out of git's sight what a command put there although it must not; gives back the names that it has now. */
export const setAside = (forbidden: readonly string[]): readonly string[] =>
  forbidden.flatMap((path) => {
    if (!isThere(path)) return []
    const aside = `${path}.set-aside-${Date.now()}`
    renameSync(path, aside)
    return aside
  })
