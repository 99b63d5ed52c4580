import { readdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { openShadow } from "../../../src/effects/git/shadow.ts"
import { memoryOf, takeTree } from "../../../src/effects/git/take.ts"
import { tidy } from "../../../src/effects/git/tidy.ts"
import { emptyDirectory, put, unpacked } from "./place.ts"

test("objects of many checkpoints end up in a pack, and every checkpoint is still whole (AFTER-4)", async () => {
  const root = emptyDirectory()
  const data = emptyDirectory("data")
  const memory = memoryOf(openShadow({ root, dataDirectory: data }))
  const loose = () =>
    readdirSync(join(memory.shadow.directory, "objects"))
      .filter((name) => name.length === 2)
      .flatMap((name) => readdirSync(join(memory.shadow.directory, "objects", name))).length
  const trees: string[] = []
  for (let round = 0; round < 8; round++) {
    put(root, Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d/${index}.txt`, `${round} ${index}`])))
    trees.push((await Effect.runPromise(takeTree(memory))).tree)
  }
  expect(loose()).toBe(8 * 42)
  expect(await Effect.runPromise(tidy(memory.shadow))).toBe(false)
  expect(await Effect.runPromise(tidy(memory.shadow, -1))).toBe(true)
  expect(loose()).toBe(0)
  expect((await unpacked(root, data, trees[3] ?? ""))["d/7.txt"]).toBe("- 3 7")
})
