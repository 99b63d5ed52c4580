import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { openFiles } from "../../../src/runtime/replay/files-at.ts"
import { emptyDirectory } from "../../effects/git/place.ts"
import { filesSince, workedSession } from "./support/worked-session.ts"

const worked = workedSession()

test("from checkpoint to checkpoint each file that was made, changed or deleted is named, and no other", async () => {
  const { place, log, filesByEvent } = await worked
  const seen = new Set<string>()
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const files = yield* openFiles({ log, file: null, dataDirectory: place.data })
        for (const [index, after] of files.trees.entries()) {
          const before = files.trees[index - 1]
          if (before === undefined) continue
          const differences = yield* files.between(before, after)
          const [old, young] = [before, after].map(
            (named): Readonly<Record<string, string>> => (filesSince(log, filesByEvent, named) ?? {}) as Readonly<Record<string, string>>
          ) as [Readonly<Record<string, string>>, Readonly<Record<string, string>>]
          const paths = [...new Set([...Object.keys(old), ...Object.keys(young)])].filter((path) => old[path] !== young[path]).toSorted()
          expect(differences.map(({ path, how }) => [path, how]).toSorted()).toEqual(
            paths.map((path) => [path, old[path] === undefined ? "made" : young[path] === undefined ? "deleted" : "changed"])
          )
          for (const { path, diff } of differences) seen.add(`${path}: ${diff.split("\n").find((line) => /^[+-][^+-]|^\(/.test(line)) ?? ""}`)
        }
      })
    )
  )
  expect([...seen]).toEqual(expect.arrayContaining(["made.txt: +made by a shell", "src/one.txt: -one\r", "bytes.bin: (not text)", "crlf.bat: (mode 100644, now 100755)"]))
})

test("where this machine has no such checkpoint, the sentence says so", async () => {
  const { place, log } = await worked
  const nowhere = emptyDirectory("elsewhere")
  const trees = await Effect.runPromise(
    Effect.scoped(Effect.map(openFiles({ log, file: null, dataDirectory: place.data }), (files) => files.trees))
  )
  const error = await Effect.runPromise(
    Effect.flip(
      Effect.scoped(Effect.flatMap(openFiles({ log, file: null, dataDirectory: nowhere }), (files) => files.between(trees[0]!, trees[1]!)))
    )
  )
  expect([error.reason, error.message]).toEqual([
    "not-found",
    expect.stringMatching(/^compare the files as they were .* with those .*: the checkpoint is not on this machine; take it along with /)
  ])
})
