import { readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { attempt, type Problem } from "../os/problem.ts"
import { gitRecords, runGit, type GitError } from "./git.ts"
import { shadowEnvironment, type Shadow } from "./shadow.ts"
import { objectsOf } from "./take.ts"

/**
 * Copies into the shadow whatever a tree needs and only the person's repository has, as one pack. Until then
 * `git gc --prune=now` over there could take a checkpoint's objects away; afterwards nothing there matters any more.
 */
export const copyBorrowed = Effect.fn("Checkpoints.copyBorrowed")(function*(
  shadow: Shadow,
  tree: string
): Effect.fn.Return<void, GitError | Problem> {
  const borrowing = { cwd: shadow.root, environment: shadowEnvironment(shadow, true), background: true }
  const lines = yield* gitRecords(["ls-tree", "-r", "-t", "-z", tree], borrowing)
  const names = [tree, ...lines.flatMap(objectIn)]
  const alone = { ...borrowing, environment: shadowEnvironment(shadow, false) }
  const { stdout } = yield* runGit(["cat-file", "--batch-check"], { ...alone, input: `${names.join("\n")}\n` })
  const missing = stdout.toString("utf8").split("\n").filter((line) => line.endsWith(" missing")).map((line) => line.split(" ")[0])
  if (missing.length === 0) return
  yield* attempt("clear the store of checkpoints", () => clearDrafts(join(objectsOf(shadow), "pack")))
  yield* runGit(["pack-objects", "-q", "--window=0", `${objectsOf(shadow)}/pack/pack`], { ...borrowing, input: `${missing.join("\n")}\n` })
})

/** `100644 blob <oid>\tpath`; a commit is another repository's and stays there. */
const objectIn = (line: string): readonly string[] => {
  const [, type, oid] = line.slice(0, line.indexOf("\t")).split(" ")
  return type === "commit" || oid === undefined ? [] : [oid]
}

/** A copy that was cut off leaves its draft behind. Another process may be at work on a younger one. Units: ms. */
const DRAFT_AGE_MS = 3_600_000

const clearDrafts = (packDirectory: string): void => {
  for (const name of readdirSync(packDirectory)) {
    const path = join(packDirectory, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (name.startsWith("tmp_") && age > DRAFT_AGE_MS) rmSync(path, { force: true })
  }
}
