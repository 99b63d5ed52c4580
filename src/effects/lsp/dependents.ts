import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { RepoIndexesOf } from "../repo/repo-indexes.ts"

/** So many files that use a changed one are looked at with it. */
const DEPENDENTS_MAX = 8
/** The index is there, or it is not waited for. Units: ms. */
const PATIENCE_MS = 200

/** The files that import some others, by path; what a change breaks stands there. Shape: canonical paths in and out. */
export const dependentsOf = Effect.fnUntraced(function*(
  indexes: RepoIndexesOf,
  root: string,
  paths: readonly string[]
): Effect.fn.Return<readonly string[]> {
  // Interrupted it would be made in vain: whoever asks next has it.
  const making = yield* Effect.forkDetach(indexes.indexOf(root), { startImmediately: true })
  const exit = yield* Effect.timeoutOption(Fiber.await(making), PATIENCE_MS)
  if (Option.isNone(exit) || exit.value._tag === "Failure") return []
  const changed = new Set(paths)
  const found: string[] = []
  for (const { path, imports } of exit.value.value.files.values()) {
    if (found.length === DEPENDENTS_MAX) break
    if (!changed.has(join(root, path)) && imports.some(({ file }) => file !== null && changed.has(join(root, file)))) found.push(join(root, path))
  }
  return found
})
