import { mkdirSync, realpathSync, rmdirSync, unlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { attempt, problem, type Problem } from "../os/problem.ts"
import { isSameVersion } from "./agent-files.ts"
import { runGit, type GitError } from "./git.ts"
import { lookAt } from "./known.ts"
import { dropIndex, shadowEnvironment, storeEnvironment, type Shadow } from "./shadow.ts"
import { memoryOf, takeTree, type Memory } from "./take.ts"
import { diffTrees, type FileChange } from "./tree-diff.ts"

/** What a restore did. */
export interface Restored {
  /** The files as they were: restoring this undoes the restore. */
  readonly before: string
  /** How many files were written or deleted. */
  readonly files: number
  /** What was left as it is although the tree says otherwise, and why. */
  readonly left: readonly string[]
}

/**
 * Makes the files of a directory those of a tree. Only what differs is touched; what no checkpoint of the directory holds
 * (it was left out: too large, filled by tools) is neither deleted nor overwritten. `only`: nothing but these, and each only if it
 * still is as the change says.
 */
export const restoreTree = Effect.fn("Checkpoints.restore")(function*(
  memory: Memory,
  tree: string,
  into: string,
  only: readonly FileChange[] | null = null
): Effect.fn.Return<Restored, GitError | Problem> {
  yield* requireTree(memory, tree)
  const target = into === memory.shadow.root ? memory : yield* attempt(`prepare ${into}`, () => elsewhere(memory, into))
  return yield* Effect.ensuring(restoreInto(target, tree, only), target === memory ? Effect.void : Effect.sync(() => dropIndex(target.shadow)))
})

const restoreInto = Effect.fnUntraced(function*(memory: Memory, tree: string, only: readonly FileChange[] | null) {
  const { shadow } = memory
  const { tree: before } = yield* takeTree(memory)
  const options = { cwd: shadow.root, environment: shadowEnvironment(shadow, memory.borrowing) }
  const different = yield* diffTrees(before, tree, options)
  const expected = only === null ? null : new Map(only.map((change) => [change.path, change]))
  const changes = different.filter((change) => expected === null || isSameChange(change, expected.get(change.path)))
  const moved = different.filter(({ path }) => expected?.has(path) === true && !changes.some((change) => change.path === path))
  const links = changes.filter(isLink)
  const deletions = changes.filter((change) => change.after === null && !isLink(change))
  yield* attempt(`restore ${shadow.root}`, () => deletions.forEach(({ path }) => remove(shadow.root, path)))
  const wanted = changes.filter((change) => change.after !== null && !isLink(change))
  const isBlocked = ({ before, path }: FileChange): boolean => before === null && isInTheWay(shadow.root, path)
  const blocked = yield* attempt(`restore ${shadow.root}`, () => wanted.filter(isBlocked))
  const writes = wanted.filter((change) => !blocked.includes(change)).map(({ path }) => path)
  if (writes.length > 0) yield* writeFiles(shadow, memory.borrowing, tree, writes)
  const left = [
    ...moved.map(({ path }) => `${path}: it was changed just now`),
    ...links.map(({ path }) => `${path}: a repository of its own is not restored`),
    ...blocked.map(({ path }) => `${path}: what stands there now is in no checkpoint`)
  ]
  return { before, files: deletions.length + writes.length, left }
})

const requireTree = (memory: Memory, tree: string): Effect.Effect<void, GitError | Problem> =>
  Effect.flatMap(holdsTree(memory, tree), (held) =>
    held ? Effect.void : problem(`restore ${tree}: there is no such checkpoint of ${memory.shadow.root}`)
  )

/** Whether the store has that tree. */
const holdsTree = (memory: Memory, tree: string): Effect.Effect<boolean, GitError> => {
  if (!/^[0-9a-f]{40}$/.test(tree)) return Effect.succeed(false)
  const options = { cwd: memory.shadow.directory, environment: storeEnvironment(memory.shadow, memory.borrowing), codes: [0, 1, 128] }
  return Effect.map(runGit(["cat-file", "-e", `${tree}^{tree}`], options), ({ code }) => code === 0)
}

/** Whether it has all that the tree needs: a process that ended early may have left what it borrowed from the person's repository there. */
export const holdsAllOf = (memory: Memory, tree: string): Effect.Effect<boolean, GitError> => {
  const options = { cwd: memory.shadow.directory, environment: storeEnvironment(memory.shadow, memory.borrowing), codes: [0, 1, 128] }
  const whole = Effect.map(runGit(["rev-list", "--objects", "--quiet", tree], options), ({ code }) => code === 0)
  return Effect.flatMap(holdsTree(memory, tree), (held) => (held ? whole : Effect.succeed(false)))
}

/** Another directory over the same store, with an index of its own that begins empty. */
const elsewhere = (memory: Memory, into: string): Memory => {
  mkdirSync(into, { recursive: true })
  const root = realpathSync.native(into)
  const shadow: Shadow = { ...memory.shadow, root, top: root, prefix: "", index: `${memory.shadow.index}-into` }
  dropIndex(shadow)
  return { ...memoryOf(shadow), borrowing: memory.borrowing }
}

const isSameChange = (change: FileChange, expected: FileChange | undefined): boolean =>
  expected !== undefined && isSameVersion(change.before, expected.before) && isSameVersion(change.after, expected.after)

const isLink = ({ before, after }: FileChange): boolean => before?.mode === "160000" || after?.mode === "160000"

/** Whether something lies where a file shall be written, or where one of its directories shall be. */
const isInTheWay = (root: string, path: string): boolean => {
  for (let slash = path.indexOf("/"); ; slash = path.indexOf("/", slash + 1)) {
    const stat = lookAt(root, slash < 0 ? path : path.slice(0, slash))
    if (stat === null) return false
    if (slash < 0 || !stat.isDirectory()) return true
  }
}

/** Deletes a file, and the directories that are empty without it; never through a link that was put in the way. */
const remove = (root: string, path: string): void => {
  const absolute = join(root, path)
  if (lookAt(root, path) === null || realpathSync.native(dirname(absolute)) !== dirname(absolute)) return
  unlinkSync(absolute)
  for (let directory = dirname(absolute); directory !== root && isEmptied(directory); directory = dirname(directory));
}

const isEmptied = (directory: string): boolean => {
  try {
    rmdirSync(directory)
    return true
  } catch {
    // Something else is still in it.
    return false
  }
}

const writeFiles = Effect.fnUntraced(function*(shadow: Shadow, borrowing: boolean, tree: string, paths: readonly string[]) {
  const index = `${shadow.index}-restore`
  const environment = { ...shadowEnvironment(shadow, borrowing, index), GIT_WORK_TREE: shadow.root }
  const options = { cwd: shadow.root, environment }
  const checkout = runGit(["checkout-index", "-f", "-z", "--stdin"], { ...options, input: paths.join("\0") })
  const write = Effect.andThen(runGit(["read-tree", tree], options), checkout)
  yield* Effect.ensuring(write, Effect.sync(() => dropIndex({ ...shadow, index })))
})
