import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { emptyDirectory, filesOf, fingerprint, git, put, repositoryWith, treeOf, unpacked, withCheckpoints } from "./place.ts"

/** A repository in the middle of somebody's work: staged, unstaged, untracked, stashed, branches, tags, a conflict. */
const busyRepository = (): string => {
  const root = repositoryWith(emptyDirectory(), { "a.txt": "a\n", "b.txt": "b\n", "c/d.txt": "d\n", ".gitignore": "*.log\n" })
  git(root, "branch", "other")
  git(root, "tag", "v1")
  put(root, { "a.txt": "stash me\n" })
  git(root, "stash")
  put(root, { "a.txt": "staged\n", "new.txt": "new\n" })
  git(root, "add", "a.txt", "new.txt")
  put(root, { "a.txt": "edited again\n", "free.txt": "untracked\n", "x.log": "ignored\n" })
  git(root, "add", "-N", "free.txt")
  return root
}

test("the person's repository stays as it is to the byte: refs, index, stash, settings, hooks, objects (AFTER-2)", async () => {
  const root = busyRepository()
  const data = emptyDirectory("data")
  const before = { files: fingerprint(join(root, ".git")), status: git(root, "--no-optional-locks", "status", "--porcelain=v2") }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("take", "edit", "create", "restore", "restart"), { maxLength: 8 }), async (acts) => {
      let first = ""
      let number = 0
      for (const act of ["take", ...acts]) {
        await withCheckpoints(root, data, (checkpoints) =>
          Effect.gen(function*() {
            if (act === "edit") put(root, { "c/d.txt": `d${++number}\n` })
            if (act === "create") put(root, { [`made${++number}.txt`]: "m" })
            if (act === "restore") yield* checkpoints.restore(first)
            const { tree } = yield* checkpoints.take("test")
            first ||= tree
            yield* checkpoints.settled
          })
        )
      }
      await withCheckpoints(root, data, (checkpoints) => checkpoints.restore(first))
      expect(fingerprint(join(root, ".git"))).toEqual(before.files)
      expect(git(root, "--no-optional-locks", "status", "--porcelain=v2")).toBe(before.status)
    }),
    { numRuns: 4 }
  )
})

test("nothing that a hostile repository brings along is executed: hooks, monitor, filters, diff programs, nested repositories' settings (AFTER-3)", async () => {
  const root = repositoryWith(emptyDirectory(), { "a.txt": "a\n", ".gitattributes": "* filter=evil diff=evil\n" })
  mkdirSync(join(root, "inner"))
  const inner = repositoryWith(join(root, "inner"), { "i.txt": "i" })
  const ran = join(emptyDirectory(), "ran")
  const evil = join(emptyDirectory(), "evil.sh")
  put("/", { [evil.slice(1)]: { program: `#!/bin/sh\necho "$0 $*" >> '${ran}'\ncat\n` } })
  for (const where of [root, inner]) {
    for (const [name, value] of [
      ["core.fsmonitor", evil],
      ["core.pager", evil],
      ["core.editor", evil],
      ["filter.evil.clean", evil],
      ["filter.evil.smudge", evil],
      ["diff.external", evil],
      ["diff.evil.textconv", evil],
      ["core.sshCommand", evil],
      ["core.alternateRefsCommand", evil]
    ]) {
      git(where, "config", name ?? "", value ?? "")
    }
    for (const hook of ["pre-commit", "post-checkout", "post-index-change", "reference-transaction", "post-commit", "fsmonitor-watchman"]) {
      writeFileSync(join(where, ".git/hooks", hook), `#!/bin/sh\necho ${hook} >> '${ran}'\n`)
      chmodSync(join(where, ".git/hooks", hook), 0o755)
    }
  }
  put(root, { "b.txt": "b\n", "inner/i.txt": "changed\n" })
  await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.gen(function*() {
      const { tree } = yield* checkpoints.take("test")
      for (let index = 0; index < 70; index++) put(root, { [`many/${index}.txt`]: `${index}` })
      put(root, { "a.txt": "b\n", "inner/j.txt": "j" })
      const { tree: next } = yield* checkpoints.take("test")
      yield* checkpoints.diff(tree, next)
      yield* checkpoints.restore(tree)
      yield* checkpoints.settled
    })
  )
  expect(existsSync(ran)).toBe(false)
})

test("a checkpoint outlives a cleaning of the person's repository that drops what it had borrowed (AFTER-4)", async () => {
  const root = repositoryWith(emptyDirectory(), { "a.txt": "first\n", "deep/b.txt": "deep\n" })
  const data = emptyDirectory("data")
  // Staged and taken back: an object that the repository has, and that nothing in it needs.
  put(root, { "loose.txt": "staged once\n" })
  git(root, "add", "loose.txt")
  const tree = await withCheckpoints(root, data, (checkpoints) =>
    Effect.gen(function*() {
      const { tree } = yield* checkpoints.take("test")
      yield* checkpoints.settled
      return tree
    })
  )
  git(root, "reset", "-q")
  put(root, { "a.txt": "second\n", "loose.txt": "other\n", "deep/b.txt": "gone\n" })
  git(root, "add", "a.txt", "deep/b.txt")
  git(root, "commit", "-q", "--amend", "-m", "rewritten")
  git(root, "reflog", "expire", "--expire=now", "--all")
  git(root, "gc", "-q", "--prune=now")
  expect(() => git(root, "cat-file", "-e", tree)).toThrow()
  await withCheckpoints(root, data, (checkpoints) => checkpoints.restore(tree))
  expect(git(root, "hash-object", "a.txt", "loose.txt", "deep/b.txt")).toBe(
    [["first\n"], ["staged once\n"], ["deep\n"]].map(([text]) => hashOf(root, text ?? "")).join("\n")
  )
  expect(await treeOf(root, data)).toBe(tree)
})

test("objects that vanish before they are copied are written anew by the next checkpoint", async () => {
  const root = repositoryWith(emptyDirectory(), Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`d${index % 9}/${index}.txt`, `${index}`])))
  const data = emptyDirectory("data")
  const tree = await withCheckpoints(root, data, (checkpoints) =>
    Effect.gen(function*() {
      yield* checkpoints.take("test")
      rmSync(join(root, ".git/objects"), { recursive: true })
      yield* checkpoints.settled
      put(root, { "d0/0.txt": "changed" })
      return (yield* checkpoints.take("test")).tree
    })
  )
  rmSync(join(root, ".git"), { recursive: true })
  expect(await unpacked(root, data, tree)).toEqual(filesOf(root))
})

const hashOf = (root: string, text: string): string => {
  const file = join(emptyDirectory(), "f")
  writeFileSync(file, text)
  return git(root, "hash-object", "--no-filters", file)
}
