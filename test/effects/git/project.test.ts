import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test, vi } from "vitest"
import { checkoutOf, foldersOf, projectOf } from "../../../src/effects/git/project.ts"
import { emptyDirectory, put } from "./place.ts"

const git = (cwd: string, ...words: readonly string[]): void =>
  void execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", ...words], { cwd, stdio: "ignore" })

const repository = (root: string, path: string): string => {
  const top = join(root, path)
  mkdirSync(top, { recursive: true })
  git(top, "init")
  put(top, { "a/b/c.ts": "", ".gitignore": "scratch/\n" })
  git(top, "add", ".")
  git(top, "commit", "-m", "begin")
  return top
}

const projects = (folders: readonly string[]) => Effect.runPromise(Effect.forEach(folders, projectOf))

test("a folder, a worktree and a folder of one belong to the project of their repository (GRAPH-58)", async () => {
  const root = emptyDirectory("project")
  const top = repository(root, "shop")
  git(top, "worktree", "add", "../other")
  git(top, "worktree", "add", "scratch/inside")
  const all = [
    top,
    join(top, "a"),
    join(top, "a/b"),
    join(top, "gone/for/long"),
    join(root, "other"),
    join(root, "other/a/b"),
    join(top, "scratch/inside"),
    join(top, "scratch/inside/a")
  ]
  expect(await projects(all)).toEqual(all.map(() => top))
  expect(await Effect.runPromise(Effect.forEach(all, checkoutOf))).toEqual([
    top,
    top,
    top,
    top,
    join(root, "other"),
    join(root, "other"),
    join(top, "scratch/inside"),
    join(top, "scratch/inside")
  ])
  expect(await Effect.runPromise(foldersOf(top, [root, ...all, join(top, "scratch"), "a"]))).toEqual(all.slice(1))
})

test("a name with a line end in it hides no worktree (GRAPH-58)", async () => {
  const root = emptyDirectory("project")
  const top = repository(root, "a\nb")
  git(top, "worktree", "add", "../other")
  expect(await projects([join(root, "other"), join(root, "other/a")])).toEqual([top, top])
})

test("what is a repository of its own is a project of its own (GRAPH-58)", async () => {
  const root = emptyDirectory("project")
  const [top, library] = [repository(root, "shop"), repository(root, "library")]
  repository(root, "shop/nested")
  git(top, "submodule", "add", library, "parts")
  git(join(top, "parts"), "worktree", "add", join(root, "parts-2"))
  mkdirSync(join(root, "plain/deep"), { recursive: true })
  const own = ["shop/nested", "shop/parts", "library", "plain", "plain/deep"].map((path) => join(root, path))
  expect(await projects(own)).toEqual(own)
  expect(await projects([join(top, "nested/a"), join(top, "parts/a"), join(root, "parts-2/a")])).toEqual([join(top, "nested"), join(top, "parts"), join(top, "parts")])
})

test("the worktrees of a repository without files of its own are one project (GRAPH-58)", async () => {
  const root = emptyDirectory("project")
  git(root, "clone", "--bare", repository(root, "shop"), "shop.git")
  git(join(root, "shop.git"), "worktree", "add", "../one")
  git(join(root, "shop.git"), "worktree", "add", "../two")
  const bare = join(root, "shop.git")
  expect(await projects([bare, join(bare, "refs"), join(root, "one"), join(root, "two/a")])).toEqual([bare, join(bare, "refs"), bare, bare])
  // Beside its worktrees, as many keep it.
  mkdirSync(join(root, "garden"))
  git(join(root, "garden"), "clone", "--bare", bare, ".bare")
  writeFileSync(join(root, "garden/.git"), "gitdir: ./.bare\n")
  git(join(root, "garden"), "worktree", "add", "leaf")
  expect(await projects([join(root, "garden"), join(root, "garden/leaf"), join(root, "garden/leaf/a")])).toEqual(Array(3).fill(join(root, "garden")))
  // Within another repository.
  git(join(root, "shop"), "clone", "--bare", bare, "fixture.git")
  expect(await projects([join(root, "shop/fixture.git/refs")])).toEqual([join(root, "shop/fixture.git/refs")])
})

test("what git ignores, what lies in a repository of the home, and what only claims to be a worktree, is a project by itself (GRAPH-58)", async () => {
  const root = emptyDirectory("project")
  const top = repository(root, "shop")
  put(top, { "scratch/try/x.ts": "" })
  const liar = join(root, "liar")
  put(liar, {
    ".git": `gitdir: ${join(liar, "made-up")}\n`,
    "made-up/HEAD": "ref: refs/heads/main\n",
    "made-up/commondir": `${join(top, ".git")}\n`,
    "made-up/gitdir": `${join(liar, ".git")}\n`,
    "a/x.ts": ""
  })
  git(top, "worktree", "add", "../other")
  cpSync(join(root, "other"), join(root, "copy"), { recursive: true })
  const own = [join(top, "scratch"), join(top, "scratch/try"), liar, join(root, "copy")]
  expect(await projects(own)).toEqual(own)
  expect(await projects([join(liar, "a"), "shop", ""])).toEqual([liar, "shop", ""])
  vi.stubEnv("HOME", join(top, "a"))
  try {
    expect(await projects([top, join(top, "a"), join(top, "a/b")])).toEqual([top, join(top, "a"), join(top, "a/b")])
  } finally {
    vi.unstubAllEnvs()
  }
})
