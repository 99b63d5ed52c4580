import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, test } from "vitest"
import type { Checkpoints } from "../../../src/effects/git/checkpoint.ts"
import { EMPTY_TREE } from "../../../src/effects/git/objects.ts"
import { emptyDirectory, filesOf, git, put, repositoryWith, treeOf, unpacked, withCheckpoints } from "./place.ts"

describe("what a checkpoint holds (AFTER-1 to AFTER-5)", () => {
  test("all files of a folder that is no repository: programs, links, empty files, names with spaces and of any script", async () => {
    const root = emptyDirectory("Größe und 空白")
    const data = emptyDirectory("data")
    put(root, { "a b.txt": "text\n", "leer": "", "ключ/日本 語.md": "x", "run.sh": { program: "#!/bin/sh\n" }, "to": { link: "a b.txt" }, "away": { link: "/nowhere" }, "new\nline": "n", "😀.txt": "s", "\uffee.txt": "w" })
    const before = filesOf(root)
    expect(await unpacked(root, data, await treeOf(root, data))).toEqual(before)
  })

  test("an empty folder, and a repository without a commit", async () => {
    const empty = emptyDirectory()
    expect(await treeOf(empty, emptyDirectory("data"))).toBe(EMPTY_TREE)
    const root = emptyDirectory()
    const data = emptyDirectory("data")
    git(root, "init", "-q")
    put(root, { "a.txt": "a", "b/c.txt": "c" })
    git(root, "add", "a.txt")
    expect(await unpacked(root, data, await treeOf(root, data))).toEqual({ "a.txt": "- a", "b/c.txt": "- c" })
  })

  test("untracked files, and what was never staged; bytes as they are, whatever line ends the repository wants", async () => {
    const root = emptyDirectory()
    const data = emptyDirectory("data")
    repositoryWith(root, { "a.txt": "one\r\ntwo\r\n", ".gitattributes": "*.txt text eol=lf\n*.u16 working-tree-encoding=UTF-16LE\n*.id ident\n" })
    git(root, "config", "core.autocrlf", "true")
    put(root, { "untracked.txt": "three\r\n", "wide.u16": new Uint8Array([0x61, 0, 0x0d, 0]), "x.id": "$Id: mine $" })
    const before = filesOf(root)
    expect(await unpacked(root, data, await treeOf(root, data))).toEqual(before)
  })

  test("ignored files while they are small, and the names of those left out", async () => {
    const root = emptyDirectory()
    const data = emptyDirectory("data")
    repositoryWith(root, { ".gitignore": "node_modules/\ndist/\n.env\n*.bin\n", "a.txt": "a" })
    writeFileSync(join(root, ".git/info/exclude"), "secret.txt\n")
    put(root, { ".env": "KEY=1", "dist/app.js": "built", "dist/node_modules/x.js": "m", "node_modules/y/index.js": "m", "big.bin": new Uint8Array(256 * 1024 + 1), "edge.bin": new Uint8Array(256 * 1024), "secret.txt": "s" })
    git(join(root), "init", "-q", "dist/other")
    const { tree, leftOut } = await withCheckpoints(root, data, (checkpoints) => checkpoints.take("test"))
    expect(Object.keys(await unpacked(root, data, tree)).sort()).toEqual([".env", ".gitignore", "a.txt", "dist/app.js", "edge.bin", "secret.txt"])
    expect(leftOut.map(({ path, why }) => `${path}: ${why}`).sort()).toEqual([
      "big.bin: 257 kB, more than 256 kB",
      "dist/node_modules/: tools can make it again",
      "dist/other/: a repository of its own",
      "node_modules/: tools can make it again"
    ])
  })

  test("ignored files up to 20 MB together, the same ones each time", async () => {
    const root = emptyDirectory()
    const data = emptyDirectory("data")
    put(root, { ".gitignore": "cache/\n" })
    for (let index = 100; index < 190; index++) put(root, { [`cache/${index}`]: new Uint8Array(240 * 1024) })
    const first = await withCheckpoints(root, data, (checkpoints) => checkpoints.take("test"))
    expect(first.leftOut.map(({ path }) => path)).toEqual(["cache/185", "cache/186", "cache/187", "cache/188", "cache/189"])
    expect(await treeOf(root, data)).toBe(first.tree)
  })

  test("a nested repository as its commit; one without a commit is named", async () => {
    const root = emptyDirectory()
    const data = emptyDirectory("data")
    mkdirSync(join(root, "inner"))
    repositoryWith(join(root, "inner"), { "i.txt": "i" })
    mkdirSync(join(root, "bare new"))
    git(join(root, "bare new"), "init", "-q")
    put(root, { "a.txt": "a" })
    const { tree, leftOut } = await withCheckpoints(root, data, (checkpoints) => checkpoints.take("test"))
    expect(leftOut.map(({ path, why }) => `${path}: ${why}`)).toEqual([
      "bare new: a repository of its own, without a commit",
      "inner: a repository of its own; only its commit is kept"
    ])
    const changes = await withCheckpoints(root, data, (checkpoints) => checkpoints.diff(EMPTY_TREE, tree).pipe(Effect.catch(() => Effect.succeed([]))))
    expect(changes.map(({ path, after }) => `${after?.mode} ${path}`)).toEqual(["100644 a.txt", "160000 inner"])
    expect(changes[1]?.after?.oid).toBe(git(join(root, "inner"), "rev-parse", "HEAD"))
  })

  test("a worktree and a submodule are workspaces like any other", async () => {
    const main = repositoryWith(emptyDirectory(), { "a.txt": "a" })
    const library = repositoryWith(emptyDirectory(), { "l.txt": "l" })
    git(main, "submodule", "add", "-q", library, "lib")
    const worktree = join(emptyDirectory(), "tree")
    git(main, "worktree", "add", "-q", worktree)
    put(worktree, { "w.txt": "w" })
    put(join(main, "lib"), { "m.txt": "m" })
    const data = emptyDirectory("data")
    expect(await unpacked(worktree, data, await treeOf(worktree, data))).toEqual({ "a.txt": "- a", "w.txt": "- w" })
    expect(await unpacked(join(main, "lib"), data, await treeOf(join(main, "lib"), data))).toEqual({ "l.txt": "- l", "m.txt": "- m" })
  })

  test("a folder inside a repository obeys what is ignored above it; one that is ignored as a whole stands for itself", async () => {
    const top = repositoryWith(emptyDirectory(), { ".gitignore": "*.log\nscratch/\nnode_modules\n", "other.txt": "o" })
    put(top, { "packages/one/a.txt": "a", "packages/one/big.log": new Uint8Array(300_000), "packages/one/node_modules/m.js": "m", "scratch/s.txt": "s" })
    const data = emptyDirectory("data")
    const one = await withCheckpoints(join(top, "packages/one"), data, (checkpoints) => checkpoints.take("test"))
    expect(await unpacked(join(top, "packages/one"), data, one.tree)).toEqual({ "a.txt": "- a" })
    expect(await unpacked(join(top, "scratch"), data, await treeOf(join(top, "scratch"), data))).toEqual({ "s.txt": "- s" })
    rmSync(join(top, "packages/one"), { recursive: true })
    mkdirSync(join(top, "packages/one"))
    expect(await treeOf(join(top, "packages/one"), data)).toBe(EMPTY_TREE)
  })

  test("names that are not UTF-8 are left out and named; pipes and empty folders have no place", async () => {
    const root = emptyDirectory()
    const data = emptyDirectory("data")
    put(root, { "a.txt": "a" })
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff, 0x2e])]), "b")
    mkdirSync(join(root, "empty/deep"), { recursive: true })
    execFileSync("mkfifo", [join(root, "pipe")])
    const { tree, leftOut } = await withCheckpoints(root, data, (checkpoints) => Effect.andThen(checkpoints.take("test"), checkpoints.take("test")))
    expect(await unpacked(root, data, tree)).toEqual({ "a.txt": "- a" })
    expect(leftOut).toEqual([{ path: "bad\uFFFD.", why: "its name is not valid UTF-8", ignored: false }])
  })

  test.each(["mine", "my [own] d*ta #1"])("what Loom itself keeps is never in it, though it lie in the workspace, in %s", async (name) => {
    const root = repositoryWith(emptyDirectory(), { "a.txt": "a", "mine.txt": "m" })
    const data = join(root, name)
    await treeOf(root, data)
    put(root, { "b.txt": "b" })
    expect(await unpacked(root, data, await treeOf(root, data))).toEqual({ "a.txt": "- a", "b.txt": "- b", "mine.txt": "- m" })
  })
})

const contentIn = (checkpoints: Checkpoints["Service"], tree: string) =>
  Effect.flatMap(checkpoints.diff(EMPTY_TREE, tree), ([change]) => Effect.map(checkpoints.read(change?.after?.oid ?? ""), String))

describe("one checkpoint after another (AFTER-6)", () => {
  test("each sees the files as they are, though they change faster than the clock of the file system", async () => {
    const root = emptyDirectory()
    put(root, { "a.txt": "000", "b/c.txt": "c" })
    const seen = await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
      Effect.gen(function*() {
        const trees: string[] = []
        for (let round = 100; round < 200; round++) {
          writeFileSync(join(root, "a.txt"), String(round))
          trees.push((yield* checkpoints.take("test")).tree)
        }
        return yield* Effect.forEach(trees.slice(-40), (tree) => contentIn(checkpoints, tree))
      })
    )
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => String(160 + index)))
  })

  test("nothing changed: the same tree, and a mode alone makes another", async () => {
    const root = emptyDirectory()
    put(root, { "a.txt": "a" })
    const [first, second, third] = await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
      Effect.gen(function*() {
        const one = yield* checkpoints.take("test")
        const two = yield* checkpoints.take("test")
        chmodSync(join(root, "a.txt"), 0o755)
        return [one.tree, two.tree, (yield* checkpoints.take("test")).tree]
      })
    )
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  test("two processes in one workspace do not wait for each other and agree", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.txt": "a" })
    const data = emptyDirectory("data")
    const trees = await Promise.all([treeOf(root, data), treeOf(root, data), treeOf(root, data)])
    expect(new Set(trees).size).toBe(1)
  })

  test("the journal says when and why each was taken", async () => {
    const root = emptyDirectory()
    const data = emptyDirectory("data")
    const tree = await treeOf(root, data)
    const [shadow] = readdirSync(join(data, "checkpoints"))
    expect(readFileSync(join(data, "checkpoints", shadow ?? "", "journal"), "utf8")).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ${tree} test\n$`))
  })
})

describe("what stands in the way is said (AFTER-8)", () => {
  test("no git on the machine", async () => {
    const root = emptyDirectory()
    const path = process.env["PATH"]
    process.env["PATH"] = emptyDirectory()
    try {
      const message = await withCheckpoints(root, emptyDirectory("data"), (checkpoints) => Effect.map(Effect.flip(checkpoints.take("test")), (error) => error.message))
      expect(message).toBe("checkpoint: run git: there is no such program on the PATH; install git to have checkpoints, undo and auto-commit")
    } finally {
      process.env["PATH"] = path
    }
  })

  test("one that takes too long is not waited for again", async () => {
    const root = emptyDirectory()
    const slow = emptyDirectory()
    put(slow, { git: { program: `#!/bin/sh\necho x > '${slow}/ran'\nexec /bin/sleep 600\n` } })
    const path = process.env["PATH"]
    process.env["PATH"] = slow
    try {
      const message = await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
        Effect.gen(function*() {
          yield* Effect.forkChild(checkpoints.take("test"), { startImmediately: true })
          yield* Effect.promise(() => until(() => existsSync(join(slow, "ran"))))
          yield* TestClock.adjust("11 seconds")
          return (yield* Effect.flip(checkpoints.take("test"))).message
        }).pipe(Effect.provide(TestClock.layer()))
      )
      expect(message).toBe(`checkpoint of ${root}: the last one is still being taken after 11 s; the workspace may be too large`)
    } finally {
      process.env["PATH"] = path
    }
  })

  test("a data directory that cannot be written, and a workspace that is gone", async () => {
    const root = emptyDirectory()
    const file = join(emptyDirectory(), "file")
    writeFileSync(file, "")
    const unwritable = await withCheckpoints(root, file, (checkpoints) => Effect.map(Effect.flip(checkpoints.take("test")), (error) => error.message))
    expect(unwritable).toBe(`checkpoint: keep checkpoints of ${root} in ${file}: a part of the path is a file, not a directory`)
    const gone = join(emptyDirectory(), "gone")
    const message = await withCheckpoints(gone, emptyDirectory("data"), (checkpoints) => Effect.map(Effect.flip(checkpoints.take("test")), (error) => error.message))
    expect(message).toBe(`checkpoint: git status in ${gone}: the directory does not exist`)
  })

  test("a lock and a damaged index of a process that was killed do not matter", async () => {
    const root = repositoryWith(emptyDirectory(), { "a.txt": "a" })
    const data = emptyDirectory("data")
    const before = await treeOf(root, data)
    const [shadow = ""] = readdirSync(join(data, "checkpoints"))
    writeFileSync(join(data, "checkpoints", shadow, "index"), "damaged")
    expect(await treeOf(root, data)).toBe(before)
    const tree = await withCheckpoints(root, data, (checkpoints) =>
      Effect.gen(function*() {
        yield* checkpoints.take("test")
        for (const name of readdirSync(join(data, "checkpoints", shadow))) {
          if (name.startsWith("index.")) writeFileSync(join(data, "checkpoints", shadow, `${name}.lock`), "")
        }
        put(root, { "b.txt": "b" })
        return (yield* checkpoints.take("test")).tree
      })
    )
    expect(await unpacked(root, data, tree)).toEqual({ "a.txt": "- a", "b.txt": "- b" })
    expect(existsSync(join(root, ".git"))).toBe(true)
  })
})

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
