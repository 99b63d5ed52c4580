import { execFileSync } from "node:child_process"
import { mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { expect, test } from "vitest"
import { openApp, type App } from "../../src/runtime/app.ts"
import type { Recorded, Session } from "../../src/runtime/session.ts"

let naps = 0
const nap = (): string => `${3000 + (process.pid % 5000)}.${String(++naps).padStart(4, "0")}`
const alive = (seconds: string): boolean =>
  execFileSync("ps", ["-eo", "stat=,args="], { encoding: "utf8" })
    .split("\n")
    .some((line) => line.includes(`sleep ${seconds}`) && !line.startsWith("Z"))

/** A session whose model starts a command in the background, and then does `next`. */
const withSession = <A>(seconds: string, next: readonly object[], use: (session: Session, app: App) => Effect.Effect<A, unknown, Scope.Scope>): Promise<A> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-background-")))
  const script = join(folder, "script.json")
  const first = { blocks: [{ type: "tool-call", name: "shell", arguments: { command: `sleep ${seconds}`, background: true } }] }
  writeFileSync(script, JSON.stringify({ chunkMs: 0, answers: [first, ...next] }))
  const environment = { LOOM_HOME: join(folder, "home"), LOOM_MODEL: `scripted:${script}`, LOOM_PERMISSION_MODE: "bypass", PATH: process.env["PATH"] ?? "" }
  const cwd = mkdtempSync(join(folder, "work-"))
  return Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const app = yield* openApp({ environment, cwd, flagsLayer: {} })
        return yield* use(yield* app.sessions.open({ settings: app.settings, attended: true }), app)
      })
    )
  )
}

const until = (session: Session, holds: (recorded: Recorded) => boolean): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const stop = session.listen((recorded) => {
      if (!holds(recorded)) return
      stop()
      resume(Effect.void)
    })
  })

const during = (session: Session, say: Parameters<Session["say"]>[0], holds: (recorded: Recorded) => boolean) =>
  Effect.gen(function*() {
    const seen = yield* Effect.forkScoped(until(session, holds), { startImmediately: true })
    yield* session.say(say)
    yield* Fiber.join(seen)
  })

const words = { type: "UserInput", parts: [{ type: "text", text: "go" }] } as const
const atRest = ({ step }: Recorded): boolean => step.state.name === "WaitingForInput"

test("a background command outlives its turn, and the session says that it runs; a shutdown is complete when it is dead", async () => {
  const seconds = nap()
  const seen = await withSession(seconds, [{ blocks: [{ type: "text", text: "it runs" }] }], (session, app) =>
    Effect.gen(function*() {
      yield* during(session, words, atRest)
      const running = [app.sessions.inBackground(session.id), alive(seconds)]
      yield* during(session, { type: "ShutdownRequested" }, ({ event }) => event.type === "ShutdownCompleted")
      return [...running, app.sessions.inBackground(session.id), alive(seconds)]
    })
  )
  expect(seen).toEqual([[`sleep ${seconds}`], true, [], false])
})

test("an interrupt of a turn ends what runs in the background, too", async () => {
  const seconds = nap()
  const seen = await withSession(seconds, [{ blocks: [{ type: "tool-call", name: "shell", arguments: { command: "echo in; sleep 60" } }] }], (session, app) =>
    Effect.gen(function*() {
      yield* during(session, words, ({ event }) => event.type === "ToolProgress")
      const running = app.sessions.inBackground(session.id)
      yield* session.say({ type: "InterruptRequested" })
      while (app.sessions.inBackground(session.id).length > 0) yield* Effect.sleep(10)
      return [running, alive(seconds), session.state().name]
    })
  )
  expect(seen).toEqual([[`sleep ${seconds}`], false, "WaitingForInput"])
})

test("the end of a session's scope ends what it runs in the background", async () => {
  const seconds = nap()
  const ran = await withSession(seconds, [{ blocks: [{ type: "text", text: "it runs" }] }], (session) => Effect.map(during(session, words, atRest), () => alive(seconds)))
  await expect.poll(() => alive(seconds)).toBe(false)
  expect(ran).toBe(true)
})
