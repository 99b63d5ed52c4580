import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { sayAndRest, words } from "../../../src/interfaces/cli/rest.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { loadSession } from "../../../src/runtime/replay/log-source.ts"
import { sessionChanges } from "../../../src/runtime/replay/session-changes.ts"
import { newPlace, says, shell, tool, withApp } from "./support/worked-session.ts"

test("what an agent changed in its session is told from the first to the newest checkpoint, without what a person did to other files", async () => {
  const place = newPlace([
    tool("file_read", { path: "README.md" }),
    says("nothing done"),
    shell("printf 'made\n' > made.txt && rm src/one.txt"),
    says("done"),
    tool("file_edit", { path: "README.md", edits: [{ old: "a project", new: "the project" }] }),
    shell("printf x > gone.txt && printf 'two\n' >> made.txt"),
    shell("rm gone.txt"),
    says("done")
  ])
  await withApp(place, (app) =>
    Effect.gen(function*() {
      const session = yield* app.sessions.open({ settings: app.settings, attended: false })
      const changes = Effect.gen(function*() {
        const log = yield* Effect.provideService(loadSession(session.id), EventLog, app.log)
        return yield* sessionChanges({ log, file: null, dataDirectory: place.data })
      })
      expect(yield* changes).toBeNull()
      yield* sayAndRest(session, words("look"))
      yield* sayAndRest(session, words("work"))
      writeFileSync(join(place.root, "theirs.txt"), "a person's, between the turns")
      yield* sayAndRest(session, words("go on"))
      const all = yield* changes
      expect(all?.files.map(({ path, how }) => [path, how])).toEqual([
        ["README.md", "changed"],
        ["made.txt", "made"],
        ["src/one.txt", "deleted"]
      ])
      expect(all?.files.map(({ diff }) => diff.split("\n").filter((line) => /^[+-](?![+-])/.test(line)))).toEqual([
        ["-# a project", "+# the project"],
        ["+made", "+two"],
        ["-one\r", "-two"]
      ])
    })
  )
})
