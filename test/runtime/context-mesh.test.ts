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
  const answers = [says("done", { lastResultContains: "4711" }), calls("context_read", { mode: "synthesize", question: "which port is it" }, { wordsContain: "what was it?" }), ...TALK, says("yes")]
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
  expect(seen).toEqual([expect.stringMatching(/^it is 4711 \(#2\)\n\n\[scripted:.*weak\.json read /), expect.arrayContaining(["ToolCompleted", "ContextGathered"]), new Set(["keeper"]), "they spoke of ports"])
})

test("where the weak model cannot answer the words themselves are told, and why (CONTEXT-11)", async () => {
  const answers = [says("done", { lastResultContains: "here is what was said" }), calls("context_read", { mode: "synthesize", question: "which port is it" }, { wordsContain: "what was it?" }), ...TALK, says("yes")]
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
