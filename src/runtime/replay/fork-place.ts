import { existsSync, readdirSync, realpathSync, rmSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import type { Repository } from "../../effects/git/repository.ts"
import { makeDirectory } from "../../effects/os/make-directory.ts"
import { addWorktree, removeWorktree, repositoryOf, type WorktreeMoment } from "../../effects/git/worktree.ts"
import { unwritten, type LogError } from "../event-log/log-error.ts"
import { SettingsError } from "../settings.ts"

/** Where a fork works. */
export interface ForkPlace {
  /** Canonical; the first root of the fork. */
  readonly root: string
  readonly kind: "worktree" | "directory"
  /** What is to be said of it, beside where it is. */
  readonly notes: readonly string[]
  /** As if it had never been made. */
  readonly undo: Effect.Effect<void>
}

export interface ForkPlaceWish {
  readonly session: string
  /** The workspace of the parent, which may not be here. */
  readonly workspace: string
  /** The directory somebody named; `null`: one below Loom's data. */
  readonly into: string | null
  readonly dataDirectory: string
  readonly moment: WorktreeMoment
}

/** A worktree where the workspace is a git repository here, else a plain directory; empty but for what git needs. */
export const forkPlace = Effect.fnUntraced(function*(wish: ForkPlaceWish): Effect.fn.Return<ForkPlace, LogError | SettingsError> {
  const repository = repositoryOf(wish.workspace)
  const top = wish.into ?? join(wish.dataDirectory, "forks", wish.session, basename(repository?.top ?? wish.workspace) || "workspace")
  if (!isFree(top))
    return yield* new SettingsError({ message: `fork into ${top}: it is not empty; name a directory that is, or that does not exist yet` })
  const canonical = yield* attempt(top, () => (makeDirectory(dirname(top), 0o700), join(realpathSync.native(dirname(top)), basename(top))))
  return repository === null ? yield* plainPlace(canonical, []) : yield* worktreePlace(wish, repository, canonical)
})

/** A directory that somebody named, with the files that stand in it. */
export const placeAsItIs = (directory: string): Effect.Effect<ForkPlace, LogError> =>
  attempt(directory, () => {
    makeDirectory(directory)
    return { root: realpathSync.native(directory), kind: "directory", notes: [], undo: Effect.void }
  })

/** Where git cannot make one, a plain directory will do, and why it is none is said. */
const worktreePlace = (wish: ForkPlaceWish, repository: Repository, top: string): Effect.Effect<ForkPlace, LogError> =>
  addWorktree(repository, wish.workspace, top, wish.moment).pipe(
    Effect.map(({ root }): ForkPlace => ({ root, kind: "worktree", notes: [], undo: removeWorktree(repository, top) })),
    Effect.catchTag("GitError", ({ message }) =>
      plainPlace(top, [`no worktree of ${repository.top} could be made (${message}), so it is a plain directory`])
    )
  )

const plainPlace = (root: string, notes: readonly string[]): Effect.Effect<ForkPlace, LogError> =>
  attempt(root, () => {
    makeDirectory(root, 0o700)
    return { root, kind: "directory", notes, undo: Effect.sync(() => rmSync(root, { recursive: true, force: true })) }
  })

const isFree = (directory: string): boolean => {
  try {
    return !existsSync(directory) || readdirSync(directory).length === 0
  } catch {
    // A file, or not ours to look into: nothing that could be filled.
    return false
  }
}

const attempt = <A>(directory: string, act: () => A): Effect.Effect<A, LogError> =>
  Effect.try({ try: act, catch: (cause) => unwritten(`fork into ${directory}`, directory, cause) })
