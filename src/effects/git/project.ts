import { lstatSync, readFileSync, realpathSync } from "node:fs"
import { homedir } from "node:os"
import { dirname, isAbsolute, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { isIgnoredItself } from "../os/ignored.ts"
import { isInside } from "../os/path.ts"
import { configOf, findRepository, gitDirectoryAt, type Repository } from "./repository.ts"

/*
 * What is remembered is remembered of a project: of one repository, from whichever of its folders and worktrees. Found by reading files alone.
 * Why it is so: specs/decisions/0018.
 */

/**
 * The project that a canonical folder belongs to: the top of the main worktree of its git repository; of a repository without one, where that lies. A folder
 * that lies in none, that git ignores, or whose repository is the home directory, is a project by itself.
 */
export const projectOf = (folder: string): Effect.Effect<string> =>
  Effect.suspend(() => {
    const repository = isAbsolute(folder) ? findRepository(folder) : null
    if (repository === null) return Effect.succeed(folder)
    const project = mainTopOf(repository)
    if (folder === repository.top) return Effect.succeed(project)
    if (isHomeOrAbove(repository.top) || liesInBare(folder, repository.top)) return Effect.succeed(folder)
    return Effect.map(Effect.promise(() => isIgnoredItself(folder)), (ignored) => (ignored ? folder : project))
  })

/** Which of these folders belong to a project, itself left out. */
export const foldersOf = (project: string, folders: readonly string[]): Effect.Effect<readonly string[]> =>
  Effect.filter(
    folders.filter((folder) => folder !== project && mayBelong(project, folder)),
    (folder) => Effect.map(projectOf(folder), (own) => own === project)
  )

/** The top of the checkout that a folder of a project lies in, where files are named from; of a folder that is a project by itself, that. */
export const checkoutOf = (folder: string): Effect.Effect<string> =>
  Effect.map(projectOf(folder), (project) => (project === folder ? folder : (findRepository(folder)?.top ?? folder)))

/** Costs less than to be sure. */
const mayBelong = (project: string, folder: string): boolean => {
  const repository = isAbsolute(folder) ? findRepository(folder) : null
  return repository !== null && mainTopOf(repository) === project
}

const mainTopOf = (repository: Repository): string => {
  if (!isLinked(repository)) return repository.top
  const common = canonical(repository.commonDirectory)
  const told = [dirname(common), ...worktreesTold(repository)]
  return told.find((top) => isRepositoryOf(top, common)) ?? common
}

/** A worktree of another's repository is one only if that says so, too: a folder from elsewhere may claim what it likes. */
const isLinked = ({ top, gitDirectory, commonDirectory }: Repository): boolean =>
  canonical(dirname(gitDirectory)) === join(canonical(commonDirectory), "worktrees")
  && canonical(resolve(gitDirectory, lineOf(join(gitDirectory, "gitdir")))) === canonical(join(top, ".git"))

const isRepositoryOf = (top: string, common: string): boolean => {
  const own = gitDirectoryAt(top)
  return own !== null && canonical(own) === common
}

/** What a repository that lies apart from its files, as a submodule's, says of where they are. */
const worktreesTold = (repository: Repository): readonly string[] =>
  [...configOf(repository).matchAll(/^[ \t]*worktree[ \t]*=[ \t]*(\S.*)$/gm)].map((match) =>
    canonical(resolve(repository.commonDirectory, (match[1] as string).trim().replace(/^"(.*)"$/, "$1")))
  )

const isHomeOrAbove = (top: string): boolean => isInside(top, canonical(homedir()))

/** A repository without files is no part of the one around it. */
const liesInBare = (folder: string, top: string): boolean => {
  for (let at = folder; at !== top && at !== dirname(at); at = dirname(at))
    if (["HEAD", "objects", "refs"].every((name) => isThere(join(at, name)))) return true
  return false
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

const lineOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8").trim()
  } catch {
    // Then it names nothing, and what it lies in is none.
    return ""
  }
}

/** What cannot be followed is what it is called. */
const canonical = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
