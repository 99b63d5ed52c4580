import { rmSync } from "node:fs"
import { join, relative } from "node:path"
import * as Effect from "effect/Effect"
import { gitText, runGit, type GitError } from "./git.ts"
import { findRepository, headOf, isObjectId, type Repository } from "./repository.ts"

/** A checkout of its own beside the person's: it shares their objects, and changes none of their references, index, stash or settings. */
export interface Worktree {
  /** Where it lies. */
  readonly top: string
  /** The directory in it that is the workspace's. */
  readonly root: string
  /** The commit its HEAD is at; it is on no branch. */
  readonly commit: string
}

/** The repository of a workspace, if a worktree of it can be made: it has a commit. */
export const repositoryOf = (root: string): Repository | null => {
  const repository = findRepository(root)
  return repository === null || headOf(repository).commit === null ? null : repository
}

/**
 * Makes a worktree at the commit that HEAD was at then, as far as the reflog knows, without checking anything out: no filter of
 * the person's runs, and its files are those of a checkpoint anyway. What lies beside the workspace in the repository is checked out.
 */
export const addWorktree = Effect.fn("Git.addWorktree")(function*(
  repository: Repository,
  workspace: string,
  top: string,
  { atMs, notYet }: WorktreeMoment
): Effect.fn.Return<Worktree, GitError> {
  const inTheirs = { cwd: repository.top }
  const commit = yield* commitAt(repository, { atMs, notYet })
  yield* runGit(["worktree", "add", "--quiet", "--detach", "--no-checkout", top, commit], inTheirs)
  const prefix = relative(repository.top, workspace)
  const fill = Effect.gen(function*() {
    yield* runGit(["read-tree", commit], { cwd: top })
    if (prefix !== "") yield* runGit(["checkout-index", "--all", "--quiet"], { cwd: top })
    return { top, root: join(top, prefix), commit }
  })
  return yield* Effect.onError(fill, () => removeWorktree(repository, top))
})

/** Takes a worktree back as if it had never been. */
export const removeWorktree = (repository: Repository, top: string): Effect.Effect<void> =>
  Effect.ignore(runGit(["worktree", "remove", "--force", top], { cwd: repository.top })).pipe(
    Effect.ensuring(Effect.sync(() => rmSync(top, { recursive: true, force: true })))
  )

/** Of when a worktree shall be. Units: ms since the epoch. */
export interface WorktreeMoment {
  readonly atMs: number
  /** Commits that are known to be younger; the reflog tells only seconds. */
  readonly notYet: readonly string[]
}

/** The commit HEAD was at then; the one it is at now, where the reflog does not tell. */
const commitAt = Effect.fnUntraced(function*(repository: Repository, { atMs, notYet }: WorktreeMoment): Effect.fn.Return<string, GitError> {
  const options = { cwd: repository.top }
  const then = gitText(["rev-parse", "--quiet", "--verify", `HEAD@{${new Date(atMs).toISOString()}}^{commit}`], { ...options, codes: [0, 1, 128] })
  const found = yield* then
  let commit = isObjectId(found) ? found : yield* gitText(["rev-parse", "--verify", "HEAD^{commit}"], options)
  for (const younger of notYet.toReversed()) if (younger === commit) commit = (yield* parentOf(commit, options)) ?? commit
  return commit
})

const parentOf = (commit: string, options: { readonly cwd: string }): Effect.Effect<string | null, GitError> =>
  Effect.map(gitText(["rev-parse", "--quiet", "--verify", `${commit}^`], { ...options, codes: [0, 1, 128] }), (parent) =>
    isObjectId(parent) ? parent : null
  )
