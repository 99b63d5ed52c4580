import { lstatSync, type Stats } from "node:fs"
import * as Effect from "effect/Effect"
import { gitRecords } from "../git/git.ts"
import { isRepository } from "../git/repository.ts"
import { problemOf, type Problem } from "../os/problem.ts"
import { below } from "../os/walk.ts"
import { repositoryFiles } from "./repository-files.ts"
import { stampOf } from "./read-file.ts"

/** A file as it lies there, without a look into it. */
export interface Seen {
  /** See `stampOf`. */
  readonly stamp: string
  readonly bytes: number
}

/** The files of a repository by path: what the walk finds, and what git tracks although `.gitignore` names it. */
export const survey = Effect.fnUntraced(function*(root: string): Effect.fn.Return<ReadonlyMap<string, Seen>, Problem> {
  const [walked, tracked] = yield* Effect.all(
    [
      Effect.tryPromise({ try: () => repositoryFiles(root), catch: (thrown) => problemOf(`walk through ${root}`, thrown) }),
      trackedThoughIgnored(root)
    ],
    { concurrency: 2 }
  )
  const seen = new Map<string, Seen>()
  const paths = tracked.length === 0 ? walked : [...new Set([...walked, ...tracked])].sort()
  for (const [index, path] of paths.entries()) {
    const file = lookAtFile(root, path)
    if (file !== null) seen.set(path, file)
    if (index % FILES_AT_ONCE === FILES_AT_ONCE - 1) yield* Effect.promise(() => new Promise(setImmediate))
  }
  return seen
})

/** So many files are looked at before others have their turn. */
const FILES_AT_ONCE = 1_000

/** `null` where no regular file lies there. */
export const lookAtFile = (root: string, path: string): Seen | null => {
  const stat = statOf(below(root, path))
  return stat?.isFile() === true ? { stamp: stampOf(stat), bytes: stat.size } : null
}

const statOf = (file: string): Stats | undefined => {
  try {
    return lstatSync(file, { throwIfNoEntry: false })
  } catch {
    // A part of its path became a file, or may not be entered: then it is not there for us.
    return undefined
  }
}

/** Where git is missing or says nothing, what `.gitignore` names is left out. */
const trackedThoughIgnored = (root: string): Effect.Effect<readonly string[]> =>
  isRepository(root)
    ? gitRecords(["ls-files", "-z", "--cached", "--ignored", "--exclude-standard", "--", "."], { cwd: root }).pipe(
        Effect.map((paths) => paths.filter((path) => !/(^|\/)node_modules\//.test(path))),
        Effect.catch(() => Effect.succeed([]))
      )
    : Effect.succeed([])
