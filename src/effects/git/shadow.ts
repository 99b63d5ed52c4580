import { createHash } from "node:crypto"
import { copyFileSync, existsSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve, sep } from "node:path"
import { makeDirectory } from "../os/make-directory.ts"
import { errorCode } from "../os/problem.ts"
import { findRepository, isNewFormat, type Repository } from "./repository.ts"

/**
 * A repository of our own beside the person's: its directory lies with our data, its work tree is theirs.
 * Theirs is only read: its objects until they are copied, its `info/exclude`, its `.gitignore`s.
 */
export interface Shadow {
  /** The git directory. */
  readonly directory: string
  /** The directory that checkpoints are of. */
  readonly root: string
  /** The work tree: the top of the person's repository, so that every `.gitignore` above the root holds, too. */
  readonly top: string
  /** From the top to the root: empty, or ending in `/`. */
  readonly prefix: string
  /** The person's list of what is ignored in this one repository; `null` where there is none. */
  readonly excludes: string | null
  /** What is ignored because it is ours: a pattern, empty where our data lies elsewhere. */
  readonly ownPattern: string
  /** The index of this process; another process in the same workspace has another. */
  readonly index: string
  /** The person's objects, where they can be read as ours: the first checkpoint then writes hardly anything. */
  readonly lender: string | null
}

export interface ShadowOptions {
  /** Canonical absolute path of the workspace. */
  readonly root: string
  /** Where Loom keeps its data. */
  readonly dataDirectory: string
}

const directoryOf = ({ root, dataDirectory }: ShadowOptions): string =>
  join(canonical(dataDirectory), "checkpoints", createHash("sha256").update(root).digest("hex").slice(0, 32))

/** Whether checkpoints of that workspace were ever kept here; opening a shadow would make one. */
export const hasShadow = (options: ShadowOptions): boolean => existsSync(join(directoryOf(options), "HEAD"))

/** Errors: throws what the system throws where the data directory cannot be written. */
export const openShadow = (options: ShadowOptions): Shadow => {
  const { root } = options
  const directory = directoryOf(options)
  const repository = findRepository(root)
  const top = repository?.top ?? root
  const index = join(directory, `index.${process.pid}-${++opened}`)
  const shadow: Shadow = {
    directory,
    root,
    top,
    prefix: prefixOf(top, root),
    excludes: repository === null ? null : join(repository.commonDirectory, "info/exclude"),
    ownPattern: ownPatternIn(top, directory),
    index,
    lender: lenderOf(repository)
  }
  prepare(shadow)
  return shadow
}
let opened = 0

/** Objects of the newer format have other names than ours. */
const lenderOf = (repository: Repository | null): string | null => {
  if (repository === null || isNewFormat(repository)) return null
  return join(repository.commonDirectory, "objects")
}

/** The same shadow for a root that the repository around it ignores: then what lies above has nothing to say here. */
export const standingAlone = (shadow: Shadow): Shadow => ({
  ...shadow,
  top: shadow.root,
  prefix: "",
  excludes: null,
  ownPattern: ownPatternIn(shadow.root, shadow.directory)
})

/** Our data as a line of an exclude file, every character for itself; empty where it does not lie below the top. */
const ownPatternIn = (top: string, directory: string): string => {
  const path = relative(top, dirname(dirname(directory)))
  if (path === "" || path === ".." || path.startsWith(`..${sep}`)) return ""
  return `/${path.split(sep).join("/").replace(/[\\*?[\]!# ]/g, "\\$&")}/\n`
}

/** Every link followed, as far as it exists. */
const canonical = (path: string): string => (existsSync(path) ? realpathSync.native(path) : resolve(path))

const prefixOf = (top: string, root: string): string => (top === root ? "" : `${relative(top, root).split(sep).join("/")}/`)

/** Never the person's own settings where bytes are at stake: what is read is what is kept, and nothing is tidied by itself. */
const CONFIG = `[core]
	repositoryformatversion = 0
	bare = false
	filemode = true
	symlinks = true
	autocrlf = false
	safecrlf = false
	ignorecase = false
	precomposeunicode = false
	splitIndex = false
	untrackedCache = false
	sparseCheckout = false
	logallrefupdates = false
[index]
	version = 2
	sparse = false
[gc]
	auto = 0
`
/** Above every `.gitattributes`: no conversion of line ends or encodings, no filter program, no keyword. */
const ATTRIBUTES = "* -text -eol -crlf -ident -filter -working-tree-encoding\n"

const prepare = (shadow: Shadow): void => {
  const { directory, index } = shadow
  if (!existsSync(join(directory, "HEAD"))) create(shadow)
  clearIndexesOfTheDead(directory)
  if (existsSync(join(directory, "index"))) copyIndex(join(directory, "index"), index)
  refreshExcludes(shadow)
}

/** For the person's eyes only: a checkpoint holds what they would not show, a `.env` for instance. */
const create = ({ directory, root }: Shadow): void => {
  for (const name of ["objects/pack", "refs/heads", "info"]) makeDirectory(join(directory, name), 0o700)
  writeFileSync(join(directory, "config"), CONFIG)
  writeFileSync(join(directory, "info/attributes"), ATTRIBUTES)
  writeFileSync(join(directory, "workspace"), `${root}\n`)
  writeFileSync(join(directory, "HEAD"), "ref: refs/heads/none\n")
}

/** What the person keeps out of sight in this one repository holds for its shadow, too. Gives back whether that changed. */
export const refreshExcludes = ({ directory, excludes, ownPattern }: Shadow): boolean => {
  const wanted = `${excludes === null ? "" : textOf(excludes)}\n${ownPattern}`
  const ours = join(directory, "info/exclude")
  if (textOf(ours) === wanted) return false
  writeFileSync(ours, wanted)
  return true
}

/** The next process begins with what this one knows: it need not read again what did not change. */
export const keepIndex = ({ directory, index }: Shadow): void => {
  const draft = `${index}.kept`
  copyIndex(index, draft)
  renameSync(draft, join(directory, "index"))
}

/** By the age of its index git tells which files may have changed in the same second, unseen; a copy has to be as old. */
const copyIndex = (from: string, to: string): void => {
  copyFileSync(from, to)
  const second = Math.floor(statSync(from).mtimeMs / 1000)
  utimesSync(to, second, second)
}

export const dropIndex = ({ index }: Shadow): void => {
  for (const path of [index, `${index}.lock`, `${index}.kept`]) rmSync(path, { force: true })
}

const clearIndexesOfTheDead = (directory: string): void => {
  for (const name of readdirSync(directory)) {
    const pid = /^index\.(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(directory, name), { force: true })
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return errorCode(thrown) === "EPERM"
  }
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // No such file is the same as an empty one here.
    return ""
  }
}

/** A file in the shadow says that every object its checkpoints need is its own. */
const ownMark = (directory: string): string => join(directory, "own")
export const ownsItsObjects = ({ directory }: Shadow): boolean => existsSync(ownMark(directory))
export const markAsOwning = ({ directory }: Shadow): void => writeFileSync(ownMark(directory), "")

/** What git is told: our directory, their files. `borrowing`: the person's objects count as ours. */
export const shadowEnvironment = (shadow: Shadow, borrowing: boolean, index: string = shadow.index): Record<string, string> => ({
  GIT_DIR: shadow.directory,
  GIT_WORK_TREE: shadow.top,
  GIT_INDEX_FILE: index,
  ...(borrowing && shadow.lender !== null ? { GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(shadow.lender) } : {})
})

/** The same for who reads and writes objects only: the person's files may be gone, and git refuses a work tree whose folder is. */
export const storeEnvironment = (shadow: Shadow, borrowing: boolean): Record<string, string> => ({
  ...shadowEnvironment(shadow, borrowing),
  GIT_WORK_TREE: shadow.directory
})

/** The list is separated by colons; a path that holds one, or begins with a quote, has to be quoted. */
const quoted = (path: string): string => (/[:"\n]/.test(path) ? `"${path.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"` : path)
