import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import { gitRecords, records, runGit, type GitError } from "./git.ts"
import { shadowEnvironment, type Shadow } from "./shadow.ts"

/**
 * How the files differ from the shadow's index, as git tells it.
 * Shape: paths are relative to the top; a directory that is named as a whole ends in `/`.
 */
export interface Survey {
  /** In the index, but now another content or mode. */
  readonly changed: readonly string[]
  /** In the index, but gone. */
  readonly gone: readonly string[]
  /** Not in the index and not ignored; a nested repository is named as a directory. */
  readonly fresh: readonly string[]
  /** Not in the index and ignored. */
  readonly ignored: readonly string[]
  /** Directories that may not be listed. */
  readonly closed: readonly string[]
}

/** One process tells it all. Nested repositories are not looked into: that would run git by their own settings. */
const STATUS = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=matching", "--ignore-submodules=all", "--no-renames"]

export const survey = (shadow: Shadow): Effect.Effect<Survey, GitError> => {
  const below = shadow.prefix === "" ? [] : ["--", shadow.prefix]
  return Effect.map(runGit([...STATUS, ...below], { cwd: shadow.top, environment: shadowEnvironment(shadow, false) }), ({ stdout, stderr }) => ({
    ...readStatus(records(stdout)),
    closed: [...stderr.matchAll(/could not open directory '(.+)': /g)].map((match) => match[1] ?? "")
  }))
}

/** `AM path`: the first letter compares the index with a commit that our shadow never has, the second the file with the index. */
export const readStatus = (lines: readonly string[]): Omit<Survey, "closed"> => {
  const changed: string[] = []
  const gone: string[] = []
  const fresh: string[] = []
  const ignored: string[] = []
  for (const line of lines) {
    const list = line.startsWith("??") ? fresh : line.startsWith("!!") ? ignored : line[1] === "D" ? gone : line[1] === " " ? null : changed
    list?.push(line.slice(3))
  }
  return { changed, gone, fresh, ignored }
}

/** What an earlier process put into the index although it is ignored. */
export const keptAlthoughIgnored = (shadow: Shadow): Effect.Effect<readonly string[], GitError> =>
  existsSync(shadow.index)
    ? gitRecords(["ls-files", "-z", "-c", "-i", "--exclude-standard"], { cwd: shadow.top, environment: shadowEnvironment(shadow, false) })
    : Effect.succeed([])

/** Whether it may now be something else that is ignored. */
export const changesRules = ({ changed, gone, fresh }: Survey): boolean => [changed, gone, fresh].some((paths) => paths.some(isRules))

export const isRules = (path: string): boolean => path === ".gitignore" || path.endsWith("/.gitignore")

/** Whether the repository around the root ignores all of it. */
export const ignoresRoot = ({ prefix }: Shadow, { ignored }: Survey): boolean => prefix !== "" && ignored.some((path) => prefix.startsWith(path))
