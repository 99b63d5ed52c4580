import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { emptyDirectory, filesOf, git, put, repositoryWith, withCheckpoints } from "./place.ts"

test("the files are as they were: edited, deleted, new ones; and restoring what was before undoes it (AFTER-7)", async () => {
  const root = repositoryWith(emptyDirectory(), { "a.txt": "a", "sub/b.txt": "b", "sub/deep/c.txt": "c", "run": { program: "r" }, "l": { link: "a.txt" } })
  const earlier = filesOf(root)
  const { later, restored } = await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.gen(function*() {
      const { tree } = yield* checkpoints.take("test")
      put(root, { "a.txt": "changed", "new/n.txt": "n" })
      rmSync(join(root, "sub"), { recursive: true })
      rmSync(join(root, "l"))
      put(root, { "sub": "now a file", "l/inside.txt": "now a folder" })
      const later = filesOf(root)
      const restored = yield* checkpoints.restore(tree)
      expect(filesOf(root)).toEqual(earlier)
      expect(existsSync(join(root, "new"))).toBe(false)
      expect((yield* checkpoints.take("test")).tree).toBe(tree)
      yield* checkpoints.restore(restored.before)
      return { later, restored }
    })
  )
  expect(filesOf(root)).toEqual(later)
  expect({ files: restored.files, left: restored.left }).toEqual({ files: 7, left: [] })
})

test("what no checkpoint holds is neither deleted nor overwritten, and is named", async () => {
  const root = emptyDirectory()
  put(root, { ".gitignore": "*.bin\nnode_modules/\n", "a.bin": "small then", "folder.bin": "a file then", "x.txt": "x" })
  const left = await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.gen(function*() {
      const { tree } = yield* checkpoints.take("test")
      rmSync(join(root, "folder.bin"))
      put(root, { "a.bin": new Uint8Array(400_000), "folder.bin/big": new Uint8Array(400_000), "node_modules/m.js": "m", "x.txt": "changed" })
      return (yield* checkpoints.restore(tree)).left
    })
  )
  expect(left).toEqual(["a.bin: what stands there now is in no checkpoint", "folder.bin: what stands there now is in no checkpoint"])
  expect(readFileSync(join(root, "a.bin")).length).toBe(400_000)
  expect(readFileSync(join(root, "folder.bin/big")).length).toBe(400_000)
  expect(readFileSync(join(root, "node_modules/m.js"), "utf8")).toBe("m")
  expect(readFileSync(join(root, "x.txt"), "utf8")).toBe("x")
})

test("into another directory: a new one, or a worktree whose other files go", async () => {
  const root = repositoryWith(emptyDirectory(), { "a.txt": "a", "b.txt": "b" })
  put(root, { "untracked.txt": "u", "ключ ü.txt": "k" })
  rmSync(join(root, "b.txt"))
  const worktree = join(emptyDirectory(), "work tree")
  git(root, "worktree", "add", "-q", "--detach", worktree)
  put(worktree, { "leftover.txt": "l" })
  const fresh = join(emptyDirectory(), "not", "there yet")
  await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.gen(function*() {
      const { tree } = yield* checkpoints.take("test")
      yield* checkpoints.restore(tree, fresh)
      yield* checkpoints.restore(tree, worktree)
    })
  )
  expect(filesOf(fresh)).toEqual(filesOf(root))
  expect(filesOf(worktree)).toEqual(filesOf(root))
  expect(git(worktree, "status", "--porcelain")).toBe('D b.txt\n?? untracked.txt\n?? "\\320\\272\\320\\273\\321\\216\\321\\207 \\303\\274.txt"')
})

test("a link that was put in the way leads nothing outside", async () => {
  const root = emptyDirectory()
  const outside = emptyDirectory()
  put(outside, { "f.txt": "theirs" })
  put(root, { "d/f.txt": "ours", "d/g.txt": "g" })
  await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.gen(function*() {
      const { tree } = yield* checkpoints.take("test")
      rmSync(join(root, "d"), { recursive: true })
      symlinkSync(outside, join(root, "d"))
      yield* checkpoints.restore(tree)
    })
  )
  expect(filesOf(root)).toEqual({ "d/f.txt": "- ours", "d/g.txt": "- g" })
  expect(filesOf(outside)).toEqual({ "f.txt": "- theirs" })
})

test("a tree nobody took is refused before anything is touched", async () => {
  const root = emptyDirectory()
  put(root, { "a.txt": "a" })
  mkdirSync(join(root, "b"))
  writeFileSync(join(root, "b/c"), "c")
  const messages = await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.forEach(["0".repeat(40), "HEAD", "--help"], (tree) => Effect.map(Effect.flip(checkpoints.restore(tree)), (error) => error.message))
  )
  expect(messages).toEqual(["0".repeat(40), "HEAD", "--help"].map((tree) => `checkpoint: restore ${tree}: there is no such checkpoint of ${root}`))
  expect(filesOf(root)).toEqual({ "a.txt": "- a", "b/c": "- c" })
})

test("it holds a tree only if it has every file of it", async () => {
  const root = emptyDirectory()
  const data = emptyDirectory("data")
  put(root, { "a.txt": "a", "deep/b.txt": "b" })
  const held = await withCheckpoints(root, data, (checkpoints) =>
    Effect.gen(function*() {
      const { tree } = yield* checkpoints.take("test")
      const whole = yield* checkpoints.has(tree)
      const objects = join(data, "checkpoints", readdirSync(join(data, "checkpoints"))[0] as string, "objects")
      const blob = git(root, "hash-object", "deep/b.txt")
      rmSync(join(objects, blob.slice(0, 2), blob.slice(2)), { force: true })
      return [whole, yield* checkpoints.has(tree), yield* checkpoints.has("0".repeat(40)), yield* checkpoints.has("HEAD")]
    })
  )
  expect(held).toEqual([true, false, false, false])
})

test("a restore of some paths touches no others, and of these only those that still are as it was said; below the top of a repository, too", async () => {
  const top = repositoryWith(emptyDirectory(), { "above.txt": "above", "sub/a.txt": "a", "sub/b.txt": "b", "sub/c.txt": "c" })
  const root = join(top, "sub")
  await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.gen(function*() {
      const { tree: first } = yield* checkpoints.take("test")
      put(root, { "a.txt": "a2", "b.txt": "b2", "c.txt": "c2", "folder/new": "n" })
      const { tree: second } = yield* checkpoints.take("test")
      const back = (yield* checkpoints.diff(second, first)).filter(({ path }) => path !== "c.txt")
      const wanted = yield* checkpoints.compose(second, back)
      expect((yield* checkpoints.diff(second, wanted)).map(({ path }) => path)).toEqual(["a.txt", "b.txt", "folder/new"])
      put(root, { "b.txt": "changed meanwhile", "theirs.txt": "t" })
      expect(yield* checkpoints.restore(wanted, undefined, back)).toMatchObject({ files: 2, left: ["b.txt: it was changed just now"] })
      expect(filesOf(root)).toEqual({ "a.txt": "- a", "b.txt": "- changed meanwhile", "c.txt": "- c2", "theirs.txt": "- t" })
      expect(yield* checkpoints.compose(first, [])).toBe(first)
      const [made] = yield* checkpoints.diff(first, second)
      const flat = yield* checkpoints.compose(second, [{ path: "folder", after: made?.after ?? null }, { path: "b.txt", after: null }])
      expect((yield* checkpoints.diff(second, flat)).map(({ path }) => path)).toEqual(["b.txt", "folder", "folder/new"])
    })
  )
  expect(readFileSync(join(top, "above.txt"), "utf8")).toBe("above")
})
