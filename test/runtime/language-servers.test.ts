import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { readServers } from "../../src/runtime/lsp-settings.ts"
import { openApp } from "../../src/runtime/app.ts"
import { configurationOf } from "../../src/runtime/configuration.ts"
import { serversHere } from "../../src/runtime/servers-here.ts"
import { settingsHere } from "../../src/runtime/settings-here.ts"
import { hashOfNothing, keepTrust } from "../../src/runtime/workspace/trust.ts"
import { alive, fake } from "../effects/lsp/bench.ts"

const call = (name: string, input: object): object => ({ blocks: [{ type: "tool-call", name, arguments: input }] })

const place = () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-servers-")))
  const cwd = join(folder, "work")
  const [home, script] = [join(folder, "home"), join(folder, "script.json")]
  for (const each of [cwd, home]) mkdirSync(each)
  writeFileSync(join(cwd, "a.fake"), "fine\n")
  writeFileSync(join(home, "config.toml"), `[lsp.fake]\ncommand = ${JSON.stringify(fake().command)}\nfiles = [".fake"]\n`)
  const environment = { LOOM_HOME: home, LOOM_MODEL: `scripted:${script}`, LOOM_PERMISSION_MODE: "bypass", LOOM_SANDBOX: "off", PATH: process.env["PATH"] ?? "" }
  const trust = (): void => keepTrust(join(home, "data"), { root: cwd, hash: hashOfNothing(), trusted: true, at: 1 })
  const turn = (answers: readonly object[]) => {
    writeFileSync(script, JSON.stringify({ chunkMs: 0, answers: [...answers, { blocks: [{ type: "text", text: "done" }] }] }))
    return Effect.runPromise(
      Effect.scoped(
        Effect.gen(function*() {
          const app = yield* openApp({ environment, cwd, flagsLayer: {} })
          const session = yield* app.sessions.open({ settings: app.settings, attended: false })
          const rest = Effect.callback<void>((resume) => void session.listen(({ step }) => (step.state.name === "WaitingForInput" ? resume(Effect.void) : undefined)))
          const resting = yield* Effect.forkScoped(rest, { startImmediately: true })
          yield* session.say({ type: "UserInput", parts: [{ type: "text", text: "go" }] })
          yield* Fiber.join(resting)
          const events = (yield* Stream.runCollect(app.log.read(session.id))).map(({ event }) => event)
          return { id: session.id, running: alive(session.id).length, events, next: yield* app.sessions.gatherNext(session.state(), app.settings) }
        })
      )
    )
  }
  return { cwd, home, environment, trust, turn }
}

const edit = call("file_edit", { path: "a.fake", edits: [{ old: "fine", new: "ERROR broken" }] })

test("in a workspace that is trusted an edit that breaks something is told with the next request, and the servers end with the session", async () => {
  const { trust, turn } = place()
  trust()
  const { id, events, running } = await turn([call("file_read", { path: "a.fake" }), edit])
  const notes = events.flatMap((event) => (event.type === "PostToolsHookCompleted" ? [event.note ?? null] : []))
  expect(notes).toEqual(["<diagnostics>\na.fake:1:1 error broken [fake 7]\n</diagnostics>"])
  expect([running, alive(id)]).toEqual([1, []])
})

test("in one that is not trusted nothing is started, nothing is said, and the tool says what to do", async () => {
  const { turn } = place()
  const { events, running } = await turn([call("file_read", { path: "a.fake" }), edit, call("lsp_diagnostics", { path: "a.fake" })])
  expect(events.flatMap((event) => (event.type === "PostToolsHookCompleted" ? [event.note ?? null] : []))).toEqual([null])
  const [answer] = events.flatMap((event) => (event.type === "ToolCompleted" && event.status === "error" ? event.parts : []))
  expect([answer, running]).toEqual([{ type: "text", text: expect.stringMatching(/which the person has not trusted; `loom trust` does/) }, 0])
})

test("a turn that changes no file that a server knows starts none", async () => {
  const { trust, turn } = place()
  trust()
  expect((await turn([call("file_write", { path: "b.txt", content: "ERROR" })])).running).toBe(0)
})

test("a workspace that brings settings along is trusted with them, and what these say of servers counts only then", async () => {
  const { cwd, home, environment, trust } = place()
  trust()
  expect((await serversHere(environment, cwd)).state).toBe("on")
  mkdirSync(join(cwd, ".loom"))
  writeFileSync(join(cwd, ".loom/config.toml"), "lsp = false\n")
  const untrusted = await serversHere(environment, cwd)
  expect(untrusted).toEqual({
    state: "untrusted",
    languages: [{ language: "fake", found: [{ name: "fake", program: process.execPath }], install: [] }]
  })
  const configured = async (trusted: boolean) =>
    configurationOf(await Effect.runPromise(settingsHere({ environment, cwd, flagsLayer: {}, trusted })), environment).find(
      ({ key }) => key === "lsp"
    )
  const own = { source: join(home, "config.toml"), value: { fake: { command: fake().command, files: [".fake"] } } }
  expect(await configured(false)).toEqual({ key: "lsp", value: own.value, from: [own], instead: [] })
  expect(await configured(true)).toEqual({ key: "lsp", value: false, from: [{ source: ".loom/config.toml", value: false }, own], instead: [] })
})

test("what cannot be meant by the settings of a server is a sentence", () => {
  const said = (value: unknown) => readServers("c.toml", value)
  expect(said({ pyright: { off: true }, mine: { command: ["m"], files: [".m"], options: { a: 1 } } })).toEqual({
    pyright: { off: true },
    mine: { command: ["m"], files: [".m"], options: { a: 1 } }
  })
  expect([
    said("x"),
    said({ pyright: 1 }),
    said({ pyright: { comand: ["x"] } }),
    said({ pyright: { command: [] } }),
    said({ pyrigth: { command: ["x"] } }),
    said({ mine: { command: ["m"], files: [".m"], settings: 1 } })
  ]).toEqual([
    "c.toml: lsp must be true, false, or tables of servers, written as [lsp.pyright]",
    'c.toml: lsp.pyright must be a table, as command = ["pyright", "--stdio"]',
    "c.toml: lsp.pyright has the unknown key comand; did you mean command?",
    "c.toml: lsp.pyright: command must be a list of words, the program first",
    "c.toml: lsp.pyrigth is no server that is known (did you mean pyright?); one of your own needs a command and files",
    "c.toml: lsp.mine: settings must be a table"
  ])
})
