import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { findRepository, type Repository } from "../../../src/effects/git/repository.ts"
import { addWorktree, removeWorktree, repositoryOf } from "../../../src/effects/git/worktree.ts"
import { emptyDirectory, filesOf, fingerprint, git, put } from "./place.ts"

const HOUR_MS = 3_600_000
const BEGAN_MS = Date.UTC(2026, 0, 1)

/** A repository whose HEAD moved each hour: the commits in their order. */
const hourly = (count: number): { readonly root: string; readonly commits: readonly string[] } => {
  const root = emptyDirectory()
  git(root, "init", "-q")
  const commits = Array.from({ length: count }, (_, hour) => {
    put(root, { "app/a.txt": `${hour}`, "beside/b.txt": `${hour}` })
    const date = new Date(BEGAN_MS + hour * HOUR_MS).toISOString()
    git(root, "add", "-A")
    execFileSync("git", ["commit", "-q", "-m", `${hour}`], { cwd: root, env: { ...process.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date } })
    return git(root, "rev-parse", "HEAD")
  })
  return { root, commits }
}

const added = (root: string, workspace: string, atMs: number, notYet: readonly string[] = []) =>
  Effect.runPromise(addWorktree(findRepository(root) as Repository, workspace, join(emptyDirectory("trees"), "tree"), { atMs, notYet }))

test("it is at the commit HEAD was at then; one that is known to be younger is not it; nothing is checked out in the workspace's place", async () => {
  const { root, commits } = hourly(3)
  const then = async (hours: number, notYet: readonly string[] = []) => (await added(root, root, BEGAN_MS + hours * HOUR_MS, notYet)).commit
  expect([await then(0.5), await then(1.5), await then(99)]).toEqual(commits)
  expect(await then(99, commits.slice(1))).toBe(commits[0])
  const { top } = await added(root, root, BEGAN_MS)
  expect([filesOf(top), git(top, "status", "--porcelain").split("\n").length]).toEqual([{}, 2])
})

test("where the workspace is a part of the repository, what lies beside it is there", async () => {
  const { root } = hourly(2)
  const { top, root: workspace } = await added(root, join(root, "app"), BEGAN_MS + HOUR_MS)
  expect([workspace, filesOf(top)["beside/b.txt"], git(top, "status", "--porcelain")]).toEqual([join(top, "app"), "- 1", ""])
})

test("the person's references, index, stash and settings are as they were, and taken back nothing of it is left", async () => {
  const { root } = hourly(2)
  put(root, { "app/a.txt": "stashed" })
  git(root, "stash", "-q")
  const ofTheirs = () => Object.fromEntries(Object.entries(fingerprint(join(root, ".git"))).filter(([path]) => !/\.git\/worktrees/.test(path) && !path.endsWith("/.git/worktrees")))
  const before = ofTheirs()
  const { top } = await added(root, root, BEGAN_MS)
  expect(ofTheirs()).toEqual(before)
  await Effect.runPromise(removeWorktree(findRepository(root) as Repository, top))
  expect([existsSync(top), git(root, "worktree", "list").split("\n").length, ofTheirs()]).toEqual([false, 1, before])
})

test("a repository without a commit, and a directory in none, have no worktrees", () => {
  const root = emptyDirectory()
  expect(repositoryOf(root)).toBeNull()
  git(root, "init", "-q")
  mkdirSync(join(root, "sub"))
  expect(repositoryOf(join(root, "sub"))).toBeNull()
})
