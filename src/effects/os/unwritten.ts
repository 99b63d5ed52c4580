import { existsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import { errorCode, problem, Problem, reasonOf } from "./problem.ts"

/** What stood in the way of writing a file or making a folder, and what to do: the end of a sentence that began with what was tried, on what. */
export const whyUnwritten = (path: string, thrown: unknown): string => {
  const code = errorCode(thrown)
  const above = dirname(path)
  switch (code) {
    case "ENOENT":
      return existsSync(above) ? `${above} takes nothing; name another place` : `the folder ${above} does not exist; make it, or name another place`
    case "ENOTDIR":
    case "EEXIST":
      return `${fileAbove(path)} is a file and no folder; name another place`
    case "EISDIR":
      return "it is a folder; name a file in it"
    case "EACCES":
    case "EPERM":
      return `${reasonOf(thrown)}; name a place that you may write to`
    case "ENOSPC":
    case "EDQUOT":
      return `${reasonOf(thrown)}; free some space, or name a place on another disk`
    case "ENAMETOOLONG":
      return `${reasonOf(thrown)}; give it a shorter one`
    default:
      return `${reasonOf(thrown)}; name another place`
  }
}

/** Code that writes a file or makes a folder somebody named, as an effect. */
export const attemptWriting = <A>(what: string, path: string, run: () => A): Effect.Effect<A, Problem> =>
  Effect.try({ try: run, catch: (thrown) => (thrown instanceof Problem ? thrown : problem(`${what}: ${whyUnwritten(path, thrown)}`)) })

/** Whether another file may be put in its place; what is no file, as a device or a pipe, is written to as it is. */
export const isReplaceable = (path: string): boolean => {
  const stat = statOf(path)
  return stat === undefined || stat.isFile() || stat.isDirectory()
}

/** The first part of a path, from its end, that is there. */
const fileAbove = (path: string): string => {
  let at = path
  while (at !== dirname(at) && statOf(at)?.isFile() !== true) at = dirname(at)
  return at === dirname(at) ? path : at
}

const statOf = (path: string) => {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    // Something above it is no folder, which is what is looked for.
    return undefined
  }
}
