import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { attempt, problem, type Problem } from "../os/problem.ts"
import { readBase, type Written } from "./base.ts"
import { choose, type LeftOut } from "./choose.ts"
import { findings } from "./found.ts"
import { glance } from "./glance.ts"
import { gitText, runGit, type GitError } from "./git.ts"
import { now, type Known } from "./known.ts"
import { EMPTY_TREE, objectOf, writeObject } from "./objects.ts"
import { dropIndex, ownsItsObjects, refreshExcludes, shadowEnvironment, standingAlone, type Shadow } from "./shadow.ts"
import { changesRules, ignoresRoot, keptAlthoughIgnored, survey } from "./survey.ts"
import { assemble, learned, touchUp, type Base, type Plan } from "./touch-up.ts"

/** The state of the files of a workspace at one moment, as a git tree. */
export interface Checkpoint {
  readonly tree: string
  readonly leftOut: readonly LeftOut[]
}

/** What one process remembers of its shadow from checkpoint to checkpoint. */
export interface Memory {
  shadow: Shadow
  /** The last checkpoint, as far as times and sizes can tell what changed since. */
  known: Known | null
  /** The index as it lies on the disk, where it is small. */
  base: Base | null
  /** The tree of the index as it lies on the disk; `null` where nobody knows. */
  indexTree: string | null
  /** Ignored files that the index holds; `null` where nobody knows. */
  ignoredKept: ReadonlySet<string> | null
  /** Whether objects of the person's repository count as ours until they are copied. */
  borrowing: boolean
  /** Whether any have counted so. */
  borrowed: boolean
}

export const memoryOf = (shadow: Shadow): Memory => ({
  shadow,
  known: null,
  base: readBase(shadow, { tree: null, ignored: new Set(), lookedNs: now() }),
  indexTree: null,
  ignoredKept: null,
  borrowing: shadow.lender !== null && !ownsItsObjects(shadow),
  borrowed: false
})

export const objectsOf = ({ directory }: Shadow): string => join(directory, "objects")

/** The cheapest way that is sure: a look at times, then reading the few files that changed, then git. */
export const takeTree = (memory: Memory): Effect.Effect<Checkpoint, GitError | Problem> =>
  Effect.flatMap(
    attempt("look at the workspace", () => takeAtAGlance(memory)),
    (quick) => (quick === null ? takeWithGit(memory) : Effect.succeed(quick))
  )

const takeAtAGlance = (memory: Memory): Checkpoint | null => {
  const { known, shadow } = memory
  if (known === null) return null
  const seen = glance(shadow.root, known)
  const next = seen.sure ? touchUp(shadow.root, objectsOf(shadow), known, seen) : null
  return next === null ? null : remember(memory, next)
}

const remember = (memory: Memory, known: Known): Checkpoint => {
  memory.known = known
  return { tree: known.tree, leftOut: known.leftOut }
}

/** A file may vanish while git reads it, an object may be damaged: then once more, from nothing. */
const takeWithGit = (memory: Memory): Effect.Effect<Checkpoint, GitError | Problem> =>
  Effect.catchTag(takeOnce(memory), "GitError", (error) =>
    error.reason === "failed" ? Effect.andThen(attempt("begin the checkpoint anew", () => forget(memory)), takeOnce(memory)) : Effect.fail(error)
  )

/** As if this process had never taken one. */
export const forget = (memory: Memory): void => {
  dropIndex(memory.shadow)
  Object.assign(memory, memoryOf(memory.shadow), { borrowing: memory.borrowing, borrowed: memory.borrowed })
}

const takeOnce = Effect.fn("Checkpoints.takeOnce")(function*(memory: Memory): Effect.fn.Return<Checkpoint, GitError | Problem> {
  yield* attempt("prepare the checkpoint", () => prepare(memory))
  const lookedNs = now()
  const found = yield* look(memory)
  const choice = choose(found)
  if (choice.tooMuch !== null) return yield* problem(choice.tooMuch)
  const plan: Plan = { choice, ignored: new Set(found.ignored.map(({ path }) => path)), prefix: memory.shadow.prefix }
  const assembled = yield* attempt("write the checkpoint", () => assembleFrom(memory, plan))
  return assembled === null ? yield* writeWithGit(memory, plan, lookedNs) : remember(memory, assembled)
})

const assembleFrom = ({ shadow, base, known }: Memory, plan: Plan): Known | null =>
  base === null ? null : assemble(shadow.root, objectsOf(shadow), base, known, plan)

const writeWithGit = Effect.fnUntraced(function*(memory: Memory, plan: Plan, lookedNs: bigint) {
  const { choice, ignored } = plan
  memory.known = memory.base = null
  if (choice.write.length + choice.drop.length + choice.links.length > 0) yield* writeIndex(memory, plan)
  const tree = memory.indexTree ?? (yield* writeTree(memory))
  memory.indexTree = tree
  yield* attempt("remember the checkpoint", () => learn(memory, plan, { tree, ignored, lookedNs }))
  return { tree, leftOut: choice.leftOut }
})

const learn = (memory: Memory, { choice, prefix }: Plan, written: Written & { readonly tree: string }): void => {
  const { root } = memory.shadow
  memory.base = readBase(memory.shadow, written)
  memory.known = memory.base === null ? null : learned(root, { tree: written.tree, ...memory.base }, choice, prefix, null)
}

/**
 * What differs from the index, and what of the index is ignored by the rules as they are now. A root that the repository
 * around it ignores as a whole is looked at as if it stood alone.
 */
const look = Effect.fnUntraced(function*(memory: Memory) {
  let surveyed = yield* survey(memory.shadow)
  if (ignoresRoot(memory.shadow, surveyed)) {
    memory.shadow = standingAlone(memory.shadow)
    surveyed = yield* survey(memory.shadow)
  }
  if (memory.ignoredKept === null || changesRules(surveyed)) memory.ignoredKept = new Set(yield* keptAlthoughIgnored(memory.shadow))
  return yield* findings(memory.shadow, surveyed, memory.ignoredKept)
})

/** Nobody else uses this index, so a lock on it is left over from a process that was killed. */
const prepare = (memory: Memory): void => {
  rmSync(`${memory.shadow.index}.lock`, { force: true })
  if (refreshExcludes(memory.shadow)) memory.ignoredKept = null
}

const writeIndex = Effect.fnUntraced(function*(memory: Memory, { choice, ignored }: Plan) {
  memory.indexTree = null
  memory.borrowed ||= memory.borrowing
  const kept = new Set([...(memory.ignoredKept ?? []), ...choice.write.filter((path) => ignored.has(path))])
  for (const path of choice.drop) kept.delete(path)
  memory.ignoredKept = kept
  const options = { cwd: memory.shadow.top, environment: shadowEnvironment(memory.shadow, memory.borrowing) }
  const links = choice.links.flatMap(({ path, commit }) => ["--cacheinfo", `160000,${commit},${path}`])
  if (choice.drop.length > 0) yield* runGit(["update-index", "-z", "--force-remove", "--stdin"], { ...options, input: choice.drop.join("\0") })
  if (choice.write.length + links.length === 0) return
  yield* runGit(["update-index", "--add", "--remove", "--replace", ...links, "-z", "--stdin"], { ...options, input: choice.write.join("\0") })
})

const writeTree = (memory: Memory): Effect.Effect<string, GitError | Problem> => {
  const { shadow } = memory
  const options = { cwd: shadow.top, environment: shadowEnvironment(shadow, memory.borrowing) }
  if (shadow.prefix === "") return gitText(["write-tree"], options)
  return Effect.catchTag(
    gitText(["write-tree", `--prefix=${shadow.prefix}`], options),
    "GitError",
    (error): Effect.Effect<string, GitError | Problem> =>
      error.message.endsWith(`prefix ${shadow.prefix} not found`) ? writeEmptyTree(shadow) : Effect.fail(error)
  )
}

/** A directory without files has no tree in the index of what lies above it. */
const writeEmptyTree = (shadow: Shadow): Effect.Effect<string, Problem> =>
  attempt("write the empty tree", () => {
    writeObject(objectsOf(shadow), objectOf("tree", Buffer.alloc(0)))
    return EMPTY_TREE
  })
