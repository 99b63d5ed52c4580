import { constants, existsSync, lstatSync, readFileSync } from "node:fs"
import { basename, dirname } from "node:path"
import type { Ignore } from "ignore"
import { isInside } from "./path.ts"

/** Whether a search leaves an entry of a directory out. `directory` is absolute and lies below the root the search was made for. */
export type Ignored = (directory: string, name: string, isDirectory: boolean) => boolean

/** Never searched: the first is git's own, the second other people's code in masses. */
const SKIPPED = [".git", "node_modules"]
/** A larger one is no list of patterns. Units: bytes. */
const RULES_BYTES_MAX = 1_000_000

/**
 * What .gitignore files say, from the top of the repository down (or from the root, where there is none), and
 * `.git/info/exclude`. The deepest file that speaks of an entry decides.
 */
export const ignoredBelow = async (root: string): Promise<Ignored> => {
  const top = repositoryTop(root) ?? root
  const ignored = await ignoredFrom(top)
  return isHidden(top, root, ignored) ? ignoredFrom(root) : ignored
}

/** Whether a directory is ignored itself: whoever names it wants what is in it, and what is said above it does not count. */
export const isIgnoredItself = async (root: string): Promise<boolean> => {
  const top = repositoryTop(root) ?? root
  return isHidden(top, root, await ignoredFrom(top))
}

const isHidden = (top: string, directory: string, ignored: Ignored): boolean => {
  for (let at = directory; at !== top && at !== dirname(at); at = dirname(at)) if (ignored(dirname(at), basename(at), true)) return true
  return false
}

const ignoredFrom = async (top: string): Promise<Ignored> => {
  const { default: ignore } = await import("ignore")
  const rulesByDirectory = new Map<string, Ignore | null>()
  const read = (directory: string): Ignore | null => {
    const files = directory === top ? [`${directory}/.git/info/exclude`, `${directory}/.gitignore`] : [`${directory}/.gitignore`]
    const texts = files.flatMap((file) => textOf(file) ?? [])
    return texts.length === 0 ? null : ignore({ allowRelativePaths: true, ignorecase: false }).add(texts.join("\n"))
  }
  const rulesOf = (directory: string): Ignore | null => {
    const known = rulesByDirectory.get(directory)
    if (known !== undefined) return known
    const rules = read(directory)
    rulesByDirectory.set(directory, rules)
    return rules
  }
  return (directory, name, isDirectory) =>
    SKIPPED.includes(name) || isIgnored(top, directory, `${directory}/${name}${isDirectory ? "/" : ""}`, rulesOf)
}

const isIgnored = (top: string, directory: string, path: string, rulesOf: (directory: string) => Ignore | null): boolean => {
  for (let at = directory; isInside(top, at); at = dirname(at)) {
    const verdict = rulesOf(at)?.test(path.slice(at === "/" ? 1 : at.length + 1))
    if (verdict?.ignored === true) return true
    if (verdict?.unignored === true) return false
    if (at === dirname(at)) break
  }
  return false
}

/** The nearest directory upwards that is a repository. */
const repositoryTop = (directory: string): string | null => {
  if (existsSync(`${directory}/.git`)) return directory
  return directory === dirname(directory) ? null : repositoryTop(dirname(directory))
}

/** Only a regular file is read: a link or a pipe of that name is no list of patterns. */
const textOf = (file: string): string | null => {
  try {
    const stat = lstatSync(file, { throwIfNoEntry: false })
    if (stat?.isFile() !== true || stat.size > RULES_BYTES_MAX) return null
    return readFileSync(file, { encoding: "utf8", flag: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK })
  } catch {
    // It became something else since it was looked at, or may not be read; or `.git` is a file, as in a second worktree.
    return null
  }
}
