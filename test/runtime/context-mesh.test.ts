import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { afterAll, expect, test } from "vitest"
import type { Event } from "../../src/machine/event.ts"
import { openApp, type App } from "../../src/runtime/app.ts"
import { fieldEdit, type FieldEdit } from "../../src/runtime/replay/edits.ts"
import type { Recorded, Session } from "../../src/runtime/session.ts"

const made: string[] = []
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** What the model answers to what. */
const calls = (name: string, given: object, when: object) => ({ when, blocks: [{ type: "tool-call", name, arguments: given }] })
const says = (text: string, when: object = {}) => ({ when, blocks: [{ type: "text", text }] })

interface Given {
  readonly answers: readonly object[]
  /** What the weak model says; left out: none is set. */
  readonly weak?: readonly object[]
}

/** A workspace with a model that has a small window. */
const inWorkspace = <A>({ answers, weak }: Given, use: (world: World) => Effect.Effect<A, unknown, Scope.Scope>): Promise<A> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-mesh-")))
  made.push(folder)
  const script = (name: string, given: readonly object[]): string => {
    // Which answer it is follows from what was heard last, however much of the window left before.
    writeFileSync(join(folder, name), JSON.stringify({ chunkMs: 0, answers: Array(20).fill(given) }))
    return `scripted:${join(folder, name)}`
  }
  const work = join(folder, "work")
  mkdirSync(work)
  const environment = {
    LOOM_HOME: join(folder, "home"),
    LOOM_MODEL: script("model.json", answers),
    LOOM_WINDOW_TOKENS: "2600",
    LOOM_PERMISSION_MODE: "bypass",
    PATH: process.env["PATH"] ?? "",
    ...(weak === undefined ? {} : { LOOM_WEAK_MODEL: script("weak.json", weak) })
  }
  const app = openApp({ environment, cwd: work, flagsLayer: {} })
  return Effect.runPromise(Effect.scoped(use({ folder, work, app })))
}

interface World {
  readonly folder: string
  readonly work: string
  readonly app: ReturnType<typeof openApp>
}

const opened = (app: App): Effect.Effect<Session, unknown, Scope.Scope> => app.sessions.open({ settings: app.settings, attended: true })

const rests = ({ step: { state } }: Recorded): boolean => state.name === "WaitingForInput" || state.name === "Error"

/** Says something and waits until the turn is over. */
const turn = Effect.fnUntraced(function*(session: Session, text: string) {
  yield* Effect.yieldNow
  const over = yield* Effect.forkScoped(
    Effect.callback<void>((resume) => {
      const stop = session.listen((recorded) => (rests(recorded) ? (stop(), resume(Effect.void)) : undefined))
    }),
    { startImmediately: true }
  )
  yield* session.say({ type: "UserInput", parts: [{ type: "text", text }] })
  yield* Fiber.join(over)
})

const eventsOf = (app: App, id: string): Effect.Effect<readonly Event[], unknown> => Effect.map(Stream.runCollect(app.log.read(id)), (rows) => [...rows].map(({ event }) => event))

const results = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) => (event.type === "ToolCompleted" ? [event.parts.map((part) => (part.type === "text" ? part.text : "")).join("")] : []))

const long = (word: string): string => `${word} ${"lorem ipsum dolor ".repeat(120)}`

const TALK = [says(long("the port is 4711"), { wordsContain: "which port?" })]
const WORDS = ["which port?", long("more"), long("again"), "what was it?"]

test("what left the window is found and read by the model, of this session and of others of the project (CONTEXT-8, CONTEXT-10)", async () => {
  const answers = [
    says("it is 4711", { lastResultContains: "#2 the agent" }),
    calls("context_read", { ids: ["#2"] }, { lastResultContains: "best first" }),
    calls("context_search", { query: "port 4711" }, { wordsContain: "what was it?" }),
    ...TALK,
    says("yes")
  ]
  const [first, second] = await inWorkspace({ answers }, ({ app: open }) =>
    Effect.gen(function*() {
      const app = yield* open
      const session = yield* opened(app)
      for (const words of WORDS) yield* turn(session, words)
      const told = results(yield* eventsOf(app, session.id))
      return [told.map((text) => text.replaceAll(session.id, "S")), session.state().session.window.marker?.keepers.length] as const
    })
  )
  expect(first[0]).toMatch(/^1 message, best first:\n\nS#2 · the agent \(scripted:.*\) · keeper S\/0-\d+ \(which port\?\)\nthe port is 4711 lorem/)
  expect(first[1]).toMatch(/^keeper S\/0-\d+: messages 0 to \d+ of session S, on: which port\?\n\n#2 the agent \(.*\)\nthe port is 4711 lorem/)
  expect(second).toBeGreaterThan(0)
})

test("a weak model sums up what left, once, beside the turn, and answers from it; what it used counts (CONTEXT-9, CONTEXT-11)", async () => {
  const answers = [
    says("done", { lastResultContains: "4711" }),
    calls("context_read", { mode: "synthesize", question: "which port is it" }, { wordsContain: "what was it?" }),
    ...TALK,
    says("yes")
  ]
  const weak = [says("it is 4711 (#2)", { wordsContain: "The question: which port is it" }), says("they spoke of ports")]
  const seen = await inWorkspace({ answers, weak }, ({ app: open }) =>
    Effect.gen(function*() {
      const app = yield* open
      const session = yield* opened(app)
      for (const words of [...WORDS, "and?"]) yield* turn(session, words)
      const events = yield* eventsOf(app, session.id)
      const usage = events.flatMap((event) => ("usage" in event && event.usage !== undefined && event.type !== "LlmCompleted" && event.type !== "LlmTextDelta" ? [event.type] : []))
      const born = (yield* app.sessions.list()).filter(({ parent }) => parent !== null)
      const [keeper] = session.state().session.window.marker?.keepers ?? []
      const { summary } = yield* app.kept.read(session.state().session.opened.roots[0] as string, keeper as string, session.id)
      return [results(events)[0], [...new Set(usage)], new Set(born.map(({ parent }) => parent?.changes?.join())), summary]
    })
  )
  expect(seen).toEqual([
    expect.stringMatching(/^it is 4711 \(#2\)\n\n\[scripted:.*weak\.json read /),
    expect.arrayContaining(["ToolCompleted"]),
    new Set(["keeper"]),
    "they spoke of ports"
  ])
})

test("where the weak model cannot answer the words themselves are told, and why (CONTEXT-11)", async () => {
  const answers = [
    says("done", { lastResultContains: "here is what was said" }),
    calls("context_read", { mode: "synthesize", question: "which port is it" }, { wordsContain: "what was it?" }),
    ...TALK,
    says("yes")
  ]
  const told = await inWorkspace({ answers, weak: [says("never", { wordsContain: "nobody says this" })] }, ({ app: open }) =>
    Effect.gen(function*() {
      const app = yield* open
      const session = yield* opened(app)
      for (const words of WORDS) yield* turn(session, words)
      return results(yield* eventsOf(app, session.id))[0]
    })
  )
  expect(told).toMatch(/^\[scripted:.*weak\.json gave no answer: [\s\S]*; here is what was said\]\n\nkeeper /)
})

const ANSWERS = [...TALK, says("yes")]

/** A conversation of which something left the window; its id. */
const conversation = (app: App) =>
  Effect.scoped(
    Effect.gen(function*() {
      const session = yield* opened(app)
      for (const words of WORDS) yield* turn(session, words)
      yield* session.say({ type: "ShutdownRequested" })
      yield* session.ended
      return { id: session.id, keepers: session.state().session.window.marker?.keepers ?? [] }
    })
  )

const once = <A>({ app }: World, use: (app: App) => Effect.Effect<A, unknown, Scope.Scope>): Effect.Effect<A, unknown> => Effect.scoped(Effect.flatMap(app, use))

const inDatabase = ({ folder }: World, ...statements: readonly string[]): Effect.Effect<void> =>
  Effect.sync(() => {
    const database = new (process.getBuiltinModule("node:sqlite").DatabaseSync)(join(folder, "home", "data", "loom.db"))
    for (const statement of statements) database.exec(statement)
    database.close()
  })

test.each([
  ["a message is gone", ["DELETE FROM kept_messages WHERE number = 2"]],
  ["a message is not what was said", ["UPDATE kept_messages SET text = 'the port is 5000' WHERE number = 2"]],
  ["a keeper is gone", ["DELETE FROM kept_spans"]],
  ["all of it is gone", ["DELETE FROM kept_spans", "DELETE FROM kept_messages", "DELETE FROM kept_looked"]],
  ["nobody knows whether it is right", ["UPDATE kept_spans SET hash = ''"]]
])("where %s the log gives it back (CONTEXT-7)", async (_, statements) => {
  const seen = await inWorkspace({ answers: ANSWERS }, (world) =>
    Effect.gen(function*() {
      const { id, keepers } = yield* once(world, (app) => Effect.tap(conversation(app), () => app.kept.search(world.work, "4711", 9, null)))
      yield* inDatabase(world, ...statements)
      return yield* once(world, (app) =>
        Effect.gen(function*() {
          const { messages, notes } = yield* app.kept.read(world.work, keepers[0] as string, id)
          const { hits } = yield* app.kept.search(world.work, "port 4711", 9, id)
          return [messages[2]?.text, notes, hits.map(({ number }) => number)]
        })
      )
    })
  )
  expect(seen).toEqual([long("the port is 4711"), [], [2]])
})

test("a fork has its own keepers under its parent's names, also of what was changed in it, and finds them (CONTEXT-7)", async () => {
  const seen = await inWorkspace({ answers: ANSWERS }, (world) =>
    once(world, (app) =>
      Effect.gen(function*() {
        const { id, keepers } = yield* conversation(app)
        const said = (yield* eventsOf(app, id)).findIndex(({ type }) => type === "UserInput") + 1
        const other = join(world.folder, "other")
        mkdirSync(other)
        const forked = yield* app.fork({ n: null, into: other, edits: { sets: [fieldEdit(`${said}.parts[0].text="which harbour?"`) as FieldEdit], drops: [] }, model: null }, id)
        const read = yield* app.kept.read(other, keepers[0] as string, forked.session)
        const { hits } = yield* app.kept.search(other, "harbour", 9, null)
        const { hits: here } = yield* app.kept.search(world.work, "harbour", 9, null)
        return [read.span.session === forked.session, read.messages[0]?.text, hits.map(({ number }) => number), here]
      })
    )
  )
  expect(seen).toEqual([true, "which harbour?", [0], []])
})
