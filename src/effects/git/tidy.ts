import { readdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { attempt, type Problem } from "../os/problem.ts"
import { runGit, type GitError } from "./git.ts"
import { shadowEnvironment, type Shadow } from "./shadow.ts"
import { objectsOf } from "./take.ts"

/** How many objects may lie about one by one before they are put into a pack. */
const LOOSE_MAX = 6_000
/** Names are hashes, so one of the 256 directories tells of all. */
const SAMPLE = "17"

/**
 * Packs what many checkpoints have written one by one, so that a year of them is a few files. No object is ever dropped: no
 * reference leads to a checkpoint, so to git they are all garbage, and its own tidying must never run here.
 */
export const tidy = Effect.fn("Checkpoints.tidy")(function*(shadow: Shadow, looseMax = LOOSE_MAX): Effect.fn.Return<boolean, GitError | Problem> {
  const directory = objectsOf(shadow)
  const many = yield* attempt("count the objects of checkpoints", () => namesIn(directory, SAMPLE).length > looseMax / 256)
  if (!many) return false
  const names = yield* attempt("list the objects of checkpoints", () => readdirSync(directory).flatMap((prefix) => namesIn(directory, prefix)))
  const options = { cwd: shadow.directory, environment: shadowEnvironment(shadow, false), background: true }
  yield* runGit(["pack-objects", "-q", "--window=10", join(directory, "pack/pack")], { ...options, input: `${names.join("\n")}\n` })
  yield* runGit(["prune-packed", "-q"], options)
  return true
})

/** The full names of the objects in one directory; none where it is missing or something else. */
const namesIn = (directory: string, prefix: string): readonly string[] => {
  if (!/^[0-9a-f]{2}$/.test(prefix)) return []
  try {
    return readdirSync(join(directory, prefix)).filter((name) => /^[0-9a-f]{38}$/.test(name)).map((name) => prefix + name)
  } catch {
    return []
  }
}
