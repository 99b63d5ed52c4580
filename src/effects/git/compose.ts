import * as Effect from "effect/Effect"
import { gitText, runGit, type GitError } from "./git.ts"
import { dropIndex, shadowEnvironment } from "./shadow.ts"
import type { Memory } from "./take.ts"
import type { FileChange } from "./tree-diff.ts"

const NO_OBJECT = "0".repeat(40)

/** The tree with other files at some paths, made without touching any directory; a file takes the place of what was below it. */
export const composeTree = Effect.fn("Checkpoints.compose")(function*(
  { shadow, borrowing }: Memory,
  tree: string,
  changes: readonly Omit<FileChange, "before">[]
): Effect.fn.Return<string, GitError> {
  if (changes.length === 0) return tree
  const index = `${shadow.index}-compose`
  const options = { cwd: shadow.directory, environment: shadowEnvironment(shadow, borrowing, index) }
  const gone = changes.filter(({ after }) => after === null).map(({ path }) => `0 ${NO_OBJECT}\t${path}`)
  const there = changes.flatMap(({ path, after }) => (after === null ? [] : [`${after.mode} ${after.oid}\t${path}`]))
  const write = Effect.gen(function*() {
    yield* runGit(["read-tree", tree], options)
    yield* runGit(["update-index", "-z", "--index-info"], { ...options, input: `${[...gone, ...there].join("\0")}\0` })
    return yield* gitText(["write-tree"], options)
  })
  return yield* Effect.ensuring(write, Effect.sync(() => dropIndex({ ...shadow, index })))
})
