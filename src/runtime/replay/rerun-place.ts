import { readdirSync, realpathSync, rmSync, statSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { runGit } from "../../effects/git/git.ts"
import { makeDirectory } from "../../effects/os/make-directory.ts"
import type { SessionOpened } from "../../machine/event.ts"
import { logErrorOf, unwritten, type LogError } from "../event-log/log-error.ts"
import { makeScratch } from "../scratch.ts"
import { filesAt, type FilesSource } from "./files-at.ts"
import { rootOf } from "./tree-stores.ts"

/** Where a session is held once more. */
export interface RerunPlace {
  readonly root: string
  readonly dataDirectory: string
  /** How its files came there, in words. */
  readonly how: string
  /** It stays when the scope ends. */
  readonly keep: () => void
}

/**
 * A copy of the workspace as it was when the session began: in a folder of its own that goes with the scope, or in the one that is named,
 * where it stays. A folder that is not empty is taken as it is.
 */
export const makeRerunPlace = Effect.fnUntraced(function*(
  source: FilesSource,
  directory: string | null
): Effect.fn.Return<RerunPlace, LogError, Scope.Scope> {
  const name = basename(rootOf(source.log.rows[0]?.event as SessionOpened)) || "root"
  if (directory !== null && isFilled(directory))
    return { root: realpathSync(directory), dataDirectory: source.dataDirectory, how: "taken as it is", keep: () => undefined }
  const { folder, keep } = directory === null ? yield* folderOfOwn : { folder: null, keep: () => undefined }
  const into = folder === null ? resolve(directory as string) : join(folder, name)
  yield* Effect.try({ try: () => makeFolder(into), catch: (cause) => unwritten(`make ${into}`, into, cause) })
  const root = realpathSync(into)
  const named = yield* filesAt(source, 1, root)
  const branch = branchIn(source)
  if (branch !== null) yield* Effect.mapError(makeRepository(root, branch), (error) => logErrorOf(`make ${root} a repository`, error))
  const how = `the files as they were ${named.why}${branch === null ? "" : ", in a repository of their own with one commit"}`
  return { root, dataDirectory: folder === null ? source.dataDirectory : join(folder, "data"), how, keep }
})

const isFilled = (directory: string): boolean => {
  try {
    return statSync(directory).isDirectory() && readdirSync(directory).length > 0
  } catch {
    // It is not there, or not ours to enter: whoever makes it says so.
    return false
  }
}

/** Errors: throws where it cannot be made, or a file is in its place. */
const makeFolder = (path: string): void => {
  makeDirectory(path)
  if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: "EEXIST" })
}

const folderOfOwn = Effect.gen(function*() {
  let isKept = false
  const folder = yield* Effect.acquireRelease(
    Effect.try({ try: () => makeScratch("loom-rerun-"), catch: (cause) => cause as LogError }),
    (folder) => Effect.sync(() => (isKept ? undefined : rmSync(folder, { recursive: true, force: true })))
  )
  return { folder, keep: () => void (isKept = true) }
})

/** The branch that the session was told it stood on; `null` where its workspace was no repository. */
const branchIn = ({ log }: FilesSource): string | null => {
  for (const { event } of log.rows) {
    const git = event.type === "ContextGathered" ? event.fragments.find(({ source }) => source === "git")?.text : undefined
    if (git !== undefined) return /^<git>git repository, /.test(git) ? (/branch (\S+?)(?:, no commit yet)?<\/git>$/.exec(git)?.[1] ?? "main") : null
  }
  return null
}

/** What changed since is then seen by git as it was; the history before the session is in no log. */
const makeRepository = Effect.fnUntraced(function*(root: string, branch: string) {
  const run = (...args: readonly string[]) => runGit(args, { cwd: root })
  yield* run("init", "--quiet", `--initial-branch=${branch}`)
  yield* run("add", "--all")
  yield* run(
    "-c",
    "user.name=Loom",
    "-c",
    "user.email=loom@localhost",
    "commit",
    "--quiet",
    "--allow-empty",
    "--message",
    "as it was when the session began"
  )
})
