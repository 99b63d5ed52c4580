import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { openApp } from "../../src/runtime/app.ts"

test("while a person types the first words of a conversation, the repository is read (MAP-19)", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-readied-")))
  const work = join(folder, "work")
  mkdirSync(work)
  writeFileSync(join(work, "price.ts"), "export const price = 1\n")
  writeFileSync(join(folder, "script.json"), JSON.stringify({ answers: [] }))
  const environment = { LOOM_HOME: join(folder, "home"), LOOM_MODEL: `scripted:${join(folder, "script.json")}`, PATH: process.env["PATH"] ?? "" }
  const cache = join(folder, "home", "cache")
  const opened = Effect.scoped(
    Effect.gen(function*() {
      const app = yield* openApp({ environment, cwd: work, flagsLayer: {} })
      yield* app.sessions.open({ settings: app.settings, attended: true })
      yield* Effect.promise(() => expect.poll(() => existsSync(cache) && readdirSync(cache).filter((name) => name.endsWith(".db")).length, { timeout: 20_000 }).toBe(1))
    })
  )
  await Effect.runPromise(opened)
}, 30_000)
