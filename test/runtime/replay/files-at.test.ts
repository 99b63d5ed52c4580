import { renameSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { filesAt, openFiles } from "../../../src/runtime/replay/files-at.ts"
import { turnsOf } from "../../../src/runtime/replay/turns.ts"
import { treeAt } from "../../../src/runtime/replay/trees.ts"
import { emptyDirectory, filesOf } from "../../effects/git/place.ts"
import { filesSince, workedSession } from "./support/worked-session.ts"

const worked = workedSession()

test("each checkpoint that a log or the journal names is of the files as they stood from its event on", async () => {
  const { place, log, filesByEvent } = await worked
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const files = yield* openFiles({ log, file: null, dataDirectory: place.data })
        expect(files.trees.length).toBeGreaterThan(20)
        const into = emptyDirectory("at")
        for (const named of files.trees) {
          yield* files.restore(named, into)
          expect([named, filesOf(into)]).toEqual([named, filesSince(log, filesByEvent, named)])
        }
      })
    )
  )
})

test("each turn begins with a checkpoint, one that changed nothing, too; what a person changed in between is in it", async () => {
  const { place, log } = await worked
  const files = await Effect.runPromise(Effect.scoped(openFiles({ log, file: null, dataDirectory: place.data })))
  const begun = turnsOf(log.rows)
  expect(begun.map(({ turn }) => turn)).toEqual([1, 2, 3])
  for (const { turn, from } of begun) expect(treeAt(files.trees, from)).toMatchObject({ from, why: `at the start of turn ${turn}` })
})

test("the workspace need not be there any more, and nothing is written but the files", async () => {
  const { place, log, filesByEvent } = await worked
  const gone = `${place.root}.gone`
  const into = join(emptyDirectory("at"), "new", "place")
  renameSync(place.root, gone)
  try {
    const named = await Effect.runPromise(filesAt({ log, file: null, dataDirectory: place.data }, log.rows.length, into))
    expect(named.why).toMatch(/^after the tools of event \d+$/)
    expect(filesOf(into)).toEqual(filesByEvent.get(log.rows.length))
  } finally {
    renameSync(gone, place.root)
  }
})

test("where nobody has the checkpoint, the sentence says what to do, and no store is begun", async () => {
  const { log } = await worked
  const elsewhere = emptyDirectory("elsewhere")
  const error = await Effect.runPromise(Effect.flip(filesAt({ log, file: null, dataDirectory: elsewhere }, log.rows.length, join(elsewhere, "into"))))
  expect([error.reason, error.message.replace(/[0-9a-f]{12}/, "<tree>").replace(/event \d+/, "event N")]).toEqual([
    "not-found",
    "restore the files as they were after the tools of event N: checkpoint <tree> is not on this machine; take it along with " +
      "`loom export ID --to FILE --with-files` from where the session was held, or name a directory whose files shall do with --in"
  ])
  expect(filesOf(elsewhere)).toEqual({})
})
