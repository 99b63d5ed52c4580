import { mkdtempSync, openSync, readdirSync, realpathSync, writeFileSync, writeSync, closeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { expect, test } from "vitest"
import { openApp, type App } from "../../src/runtime/app.ts"
import type { Recorded, Session } from "../../src/runtime/session.ts"
import type { Opening } from "../../src/runtime/sessions.ts"

const SCRIPT = {
  chunkMs: 0,
  answers: [
    { blocks: [{ type: "tool-call", name: "shell", arguments: { command: "touch made.txt" } }] },
    { blocks: [{ type: "text", text: "I could not make it." }] }
  ]
}

interface Place {
  readonly work: string
  readonly environment: Readonly<Record<string, string>>
}

const newPlace = (): Place => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-sessions-")))
  const script = join(folder, "script.json")
  writeFileSync(script, JSON.stringify(SCRIPT))
  const work = mkdtempSync(join(folder, "work-"))
  return { work, environment: { LOOM_HOME: join(folder, "home"), LOOM_MODEL: `scripted:${script}`, PATH: process.env["PATH"] ?? "" } }
}

const withApp = <A>({ work, environment }: Place, use: (app: App) => Effect.Effect<A, unknown, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(openApp({ environment, cwd: work, flagsLayer: {} }), use)))

const opening = (app: App, attended: boolean): Opening => ({ settings: app.settings, attended })

const until = (session: Session, holds: (recorded: Recorded) => boolean): Effect.Effect<Recorded> =>
  Effect.callback((resume) => {
    const stop = session.listen((recorded) => {
      if (!holds(recorded)) return
      stop()
      resume(Effect.succeed(recorded))
    })
  })

const words = { type: "UserInput", parts: [{ type: "text", text: "make it" }] } as const

test("what waited for a person's yes when its process ended is denied where nobody is there to be asked, and counted", async () => {
  const place = newPlace()
  const id = await withApp(place, (app) =>
    Effect.gen(function*() {
      const session = yield* app.sessions.open(opening(app, true))
      const asked = yield* Effect.forkScoped(until(session, ({ step }) => step.actions.some((action) => action.type === "RequestApproval")), { startImmediately: true })
      yield* session.say(words)
      yield* Fiber.join(asked)
      return session.id
    })
  )
  const state = await withApp(place, (app) =>
    Effect.gen(function*() {
      const session = yield* app.sessions.resume(id, opening(app, false))
      if (session.state().name !== "WaitingForInput") yield* until(session, ({ step }) => step.state.name === "WaitingForInput")
      return session.state()
    })
  )
  expect(state).toMatchObject({ name: "WaitingForInput", why: "completed", session: { unattendedDenials: 1, settings: { attended: false } } })
  expect(readdirSync(place.work)).toEqual([])
})

test("a database that is damaged in its midst is set aside whole, and a new one is begun", async () => {
  const place = newPlace()
  await withApp(place, (app) => Effect.flatMap(app.sessions.open(opening(app, false)), (session) => session.say(words)))
  const data = join(place.environment["LOOM_HOME"] as string, "data")
  const file = openSync(join(data, "loom.db"), "r+")
  for (let page = 1; page < 8; page++) writeSync(file, Buffer.alloc(4000, 7), 0, 4000, page * 4096)
  closeSync(file)
  const { setAside, sessions } = await withApp(place, (app) => Effect.map(app.sessions.list(), (sessions) => ({ setAside: app.setAside, sessions })))
  expect(sessions).toEqual([])
  expect(setAside).toContain("loom.db.damaged-")
  expect(readdirSync(data).filter((name) => name.startsWith("loom.db.damaged-") && !/-(wal|shm)$/.test(name))).toHaveLength(1)
})
