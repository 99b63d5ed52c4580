import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import fc from "fast-check"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { emptyDirectory, put, repositoryWith, treeOf, withCheckpoints } from "./place.ts"

/** What may happen to a workspace between two checkpoints. */
type Deed = { readonly do: "write" | "remove" | "replace" | "chmod" | "link" | "folder" | "ignore" | "grow"; readonly path: string; readonly text: string }

const PATHS = ["a.txt", "b.txt", "d/c.txt", "d/e/f.txt", "d.txt", "d-x", "g", "g/h.txt", "ü ber.txt", "ignored/i.txt", "x.log", "node_modules/m.js", "😀/s", "ff/w"]

const deed: fc.Arbitrary<Deed> = fc.record({
  do: fc.constantFrom("write", "write", "write", "replace", "replace", "remove", "chmod", "link", "folder", "ignore", "grow"),
  path: fc.constantFrom(...PATHS),
  text: fc.constantFrom("", "1", "2", "one\ntwo\r\n")
})

const perform = (root: string, { do: what, path, text }: Deed): void => {
  const absolute = join(root, path)
  try {
    switch (what) {
      case "write":
        mkdirSync(dirname(absolute), { recursive: true })
        return writeFileSync(absolute, text)
      case "replace":
        mkdirSync(dirname(absolute), { recursive: true })
        writeFileSync(`${absolute}.tmp`, text)
        return renameSync(`${absolute}.tmp`, absolute)
      case "remove":
        return rmSync(text === "" ? dirname(absolute) === root ? absolute : dirname(absolute) : absolute, { recursive: true })
      case "chmod":
        return chmodSync(absolute, text === "" ? 0o755 : 0o644)
      case "link":
        rmSync(absolute, { recursive: true, force: true })
        return symlinkSync(text === "" ? "nowhere" : text, absolute)
      case "folder":
        return void mkdirSync(absolute, { recursive: true })
      case "ignore":
        return writeFileSync(join(root, ".gitignore"), `${text === "1" ? "*.log\nignored/\n" : text === "2" ? "g\nd/\n" : ""}`)
      case "grow":
        return writeFileSync(absolute, "x".repeat(text === "" ? 300_000 : 100_000))
    }
  } catch {
    // The deed is not possible as things are: a file where a folder would be, nothing to remove. Then nothing happens.
  }
}

/** What one process sees: after each round of deeds, a checkpoint. */
type Round = readonly Deed[]
const process: fc.Arbitrary<readonly Round[]> = fc.array(fc.array(deed, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 })

const playProcess = (root: string, data: string, rounds: readonly Round[]): Promise<void> =>
  withCheckpoints(root, data, (checkpoints) =>
    Effect.gen(function*() {
      yield* checkpoints.take("test")
      for (const deeds of rounds) {
        for (const each of deeds) perform(root, each)
        const { tree } = yield* checkpoints.take("test")
        const anew = yield* Effect.promise(() => treeOf(root, emptyDirectory("anew")))
        expect(tree === anew ? [] : yield* Effect.orElseSucceed(checkpoints.diff(tree, anew), () => [tree, anew])).toEqual([])
      }
      yield* checkpoints.settled
    })
  )

test("however a checkpoint was come by — at a glance, by reading a few files, by git, after a restart — it is what git alone would make (AFTER-6)", async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(process, { minLength: 1, maxLength: 3 }), async (isRepository, processes) => {
      const root = emptyDirectory()
      const data = emptyDirectory("data")
      put(root, { ".gitignore": "*.log\nignored/\n", "d/c.txt": "c", "ignored/i.txt": "i", "a.txt": "a" })
      if (isRepository) repositoryWith(root, {})
      for (const rounds of processes) await playProcess(root, data, rounds)
    }),
    { numRuns: 6 }
  )
}, 60_000)

test("in a large workspace, where git does it all, it is the same", async () => {
  const root = emptyDirectory()
  put(root, Object.fromEntries(Array.from({ length: 2050 }, (_, index) => [`d${index % 40}/${index}.txt`, `${index}`])))
  await withCheckpoints(root, emptyDirectory("data"), (checkpoints) =>
    Effect.gen(function*() {
      const first = yield* checkpoints.take("test")
      const changes = [
        () => put(root, { "d0/0.txt": "x" }),
        () => put(root, { "new/n.txt": "n" }),
        () => rmSync(join(root, "d1"), { recursive: true }),
        () => chmodSync(join(root, "d2/2.txt"), 0o755)
      ]
      for (const change of changes) {
        change()
        const { tree } = yield* checkpoints.take("test")
        expect(tree).toBe(yield* Effect.promise(() => treeOf(root, emptyDirectory("anew"))))
        expect((yield* checkpoints.take("test")).tree).toBe(tree)
      }
      yield* checkpoints.restore(first.tree)
      expect((yield* checkpoints.take("test")).tree).toBe(first.tree)
    })
  )
})
