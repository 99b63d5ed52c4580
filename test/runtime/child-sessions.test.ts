import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { openApp, type App } from "../../src/runtime/app.ts"
import type { Event } from "../../src/machine/event.ts"
import { replay } from "../../src/machine/replay.ts"
import type { State } from "../../src/machine/state.ts"
import type { Recorded, Session } from "../../src/runtime/session.ts"

const call = (name: string, given: object) => ({ type: "tool-call", name, arguments: given })
const says = (text: string) => ({ blocks: [{ type: "text", text }] })

interface Scripts {
  readonly parent: readonly object[]
  readonly child?: readonly object[]
}

/** A session in a folder of its own; `{child}` in its script names the model of children. */
const withSession = <A,>(
  { parent, child = [says("the child's report")] }: Scripts,
  use: (session: Session, app: App, work: string) => Effect.Effect<A, unknown, Scope.Scope>,
  more: Readonly<Record<string, string>> = {}
): Promise<A> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-children-")))
  const scriptOf = (name: string, answers: readonly object[]): string => {
    const file = join(folder, name)
    writeFileSync(file, JSON.stringify({ chunkMs: 0, answers }).replaceAll("{child}", `scripted:${join(folder, "child.json")}`))
    return `scripted:${file}`
  }
  const childModel = scriptOf("child.json", child)
  const work = join(folder, "work")
  mkdirSync(join(work, "src"), { recursive: true })
  writeFileSync(join(work, "src", "a.txt"), "what is in a\n")
  const environment: Record<string, string> = {
    LOOM_HOME: join(folder, "home"),
    LOOM_MODEL: scriptOf("parent.json", parent),
    LOOM_PERMISSION_MODE: "bypass",
    PATH: process.env["PATH"] ?? "",
    ...more
  }
  if ("LOOM_ORACLE" in more) environment["LOOM_ORACLE"] = childModel
  return Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const app = yield* openApp({ environment, cwd: work, flagsLayer: {} })
        return yield* use(yield* app.sessions.open({ settings: app.settings, attended: true }), app, work)
      })
    )
  )
}

const until = (session: Session, holds: (recorded: Recorded) => boolean): Effect.Effect<Recorded> =>
  Effect.callback((resume) => {
    const stop = session.listen((recorded) => {
      if (!holds(recorded)) return
      stop()
      resume(Effect.succeed(recorded))
    })
  })

const words = { type: "UserInput", parts: [{ type: "text", text: "go" }] } as const
const during = (session: Session, holds: (recorded: Recorded) => boolean) =>
  Effect.gen(function*() {
    const seen = yield* Effect.forkScoped(until(session, holds), { startImmediately: true })
    yield* session.say(words)
    return yield* Fiber.join(seen)
  })
const rests = ({ step }: Recorded): boolean => step.state.name === "WaitingForInput"

const eventsOf = (app: App, id: string) => Effect.map(Stream.runCollect(app.log.read(id)), (rows) => [...rows].map(({ event }) => event))
const completed = (events: readonly Event[]) => events.flatMap((event) => (event.type === "ToolCompleted" ? [event] : []))
const textsOf = (events: readonly Event[]) => completed(events).map(({ status, parts }) => [status, parts.map((part) => (part.type === "text" ? part.text : "")).join("")])

test("a sub-agent is a session of its own that names its parent; its report is the result, and what it used counts", async () => {
  const child = [{ blocks: [call("file_read", { path: "a.txt" }), call("file_write", { path: "b.txt", content: "x" })] }, says("a says what is in a")]
  const seen = await withSession({ parent: [{ blocks: [call("sub_agent", { task: "look at a", scope: "src", model: "{child}" })] }, says("done")], child }, (session, app, work) =>
    Effect.gen(function*() {
      yield* during(session, rests)
      const list = yield* app.sessions.list()
      const born = list.find(({ id }) => id !== session.id)
      const events = yield* eventsOf(app, session.id)
      const theirs = yield* eventsOf(app, born?.id ?? "")
      const opened = theirs[0]
      return {
        results: textsOf(events),
        progress: events.flatMap((event) => (event.type === "ToolProgress" ? event.text : [])).join(""),
        usage: completed(events).map(({ usage }) => usage !== undefined && usage.inputTokens + usage.outputTokens > 0),
        counted: session.state().session.usage.inputTokens > 0,
        parent: [born?.parent, born?.state, born?.roots, born?.title],
        opened: opened?.type === "SessionOpened" ? [opened.settings.mode, opened.settings.attended, opened.settings.limits.stepsMax, opened.tools.map(({ name }) => name)] : null,
        theirs: theirs.flatMap((event) => (event.type === "ToolCompleted" ? [event.status] : [])),
        mine: (yield* app.sessions.list(work)).map(({ id }) => id === session.id),
        expected: [{ session: session.id, n: 1, changes: ["sub-agent"] }, "ShuttingDown", [join(work, "src")], "look at a"]
      }
    })
  )
  expect(seen).toEqual({
    results: [["ok", "a says what is in a"]],
    progress: 'file_read {"path":"a.txt"}\n',
    usage: [true],
    counted: true,
    parent: seen.expected,
    opened: [
      "plan",
      false,
      50,
      [
        "file_read",
        "file_search",
        "content_search",
        "directory_list",
        "shell",
        "git",
        "lsp_diagnostics",
        "web_fetch",
        "context_search",
        "context_read",
        "decision_query"
      ]
    ],
    theirs: ["ok"],
    mine: [true],
    expected: seen.expected
  })
})

test("what would ask is denied to a sub-agent, in whatever mode its parent is, and it has no children", async () => {
  const child = [
    {
      blocks: [
        call("shell", { command: "touch made.txt" }),
        call("sub_agent", { task: "more" }),
        call("web_fetch", { url: "https://example.com/" })
      ]
    },
    says("denied")
  ]
  const denied = await withSession(
    { parent: [{ blocks: [call("sub_agent", { task: "try", model: "{child}" })] }, says("done")], child },
    (session, app) =>
      Effect.gen(function*() {
        yield* during(session, rests)
        const born = (yield* app.sessions.list()).filter(({ id }) => id !== session.id)
        const theirs = yield* eventsOf(app, born[0]?.id ?? "")
        return [born.length, textsOf(theirs)]
      })
  )
  expect(denied).toEqual([1, [["error", "sub-agent: no session can be begun from here; go on without it"]]])
})

test("what a child used that was interrupted is told by the next answer, or by the end of the session, and counts (TOOLS-33)", async () => {
  const slow = { blocks: [{ type: "text", text: "slow" }], chunkMs: 60_000 }
  const child = [{ blocks: [call("directory_list", { path: "." })] }, slow, { blocks: [call("directory_list", { path: "." })] }, slow]
  const asks = { blocks: [call("sub_agent", { task: "take long", model: "{child}" })] }
  const seen = await withSession({ parent: [asks, says("well"), asks], child }, (session, app) =>
    Effect.gen(function*() {
      yield* during(session, ({ event }) => event.type === "ToolProgress")
      yield* session.say({ type: "InterruptRequested" })
      yield* during(session, rests)
      yield* during(session, ({ event }) => event.type === "ToolProgress")
      yield* session.say({ type: "ShutdownRequested" })
      yield* session.ended
      const events = yield* eventsOf(app, session.id)
      const children = (yield* app.sessions.list()).filter(({ id }) => id !== session.id)
      const used = yield* Effect.forEach(children, ({ id }) => Effect.map(eventsOf(app, id), (theirs) => inputOf(replay(theirs))))
      const own = events.flatMap((event) => (event.type === "LlmCompleted" && event.usage !== undefined ? [event.usage.inputTokens] : []))
      const told = events.flatMap((event) =>
        "usage" in event && event.usage !== undefined && !event.type.startsWith("Llm") ? [event.type] : []
      )
      return {
        told,
        whole: sum([...own, ...used]) === inputOf(session.state()),
        replayed: inputOf(replay(events)) === inputOf(session.state()),
        used: used.length === 2 && used.every((tokens) => tokens > 0)
      }
    })
  )
  expect(seen).toEqual({ told: ["ContextGathered", "ShutdownCompleted"], whole: true, replayed: true, used: true })
})

const inputOf = ({ session }: State): number => session.usage.inputTokens
const sum = (all: readonly number[]): number => all.reduce((one, other) => one + other, 0)

test("an interrupt of the parent ends the child, whose log is closed", async () => {
  const child = [{ blocks: [call("directory_list", { path: "." })] }, { blocks: [{ type: "text", text: "slow" }], chunkMs: 60_000 }]
  const seen = await withSession(
    { parent: [{ blocks: [call("sub_agent", { task: "take long", model: "{child}" })] }], child },
    (session, app) =>
      Effect.gen(function*() {
        yield* during(session, ({ event }) => event.type === "ToolProgress")
        yield* session.say({ type: "InterruptRequested" })
        const state = session.state()
        return [state.name, (yield* app.sessions.list()).filter(({ id }) => id !== session.id).map(({ state: name, parent }) => [name, parent?.changes])]
      })
  )
  expect(seen).toEqual(["WaitingForInput", [["ShuttingDown", ["sub-agent"]]]])
})

test("a sub-agent that does not complete says why, and a model that is none is said at once", async () => {
  const child = Array.from({ length: 60 }, () => ({ blocks: [call("directory_list", { path: "." })] }))
  const results = await withSession(
    { parent: [{ blocks: [call("sub_agent", { task: "go round", model: "{child}" }), call("sub_agent", { task: "x", model: "nobody" })] }, says("done")], child },
    (session, app) => Effect.andThen(during(session, rests), Effect.map(eventsOf(app, session.id), textsOf))
  )
  expect(results).toEqual(expect.arrayContaining([
    ["error", expect.stringMatching(/^session \S+ did not complete: budget-steps\n\n\(it said nothing\)$/)],
    ["error", expect.stringMatching(/^sub-agent: .*nobody/)]
  ]))
})

test("the oracle is there only where a model is set for it; it answers from the question alone, without tools", async () => {
  const without = await withSession({ parent: [says("hi")] }, (session) => Effect.sync(() => session.state().session.opened.tools.map(({ name }) => name)))
  expect([without.includes("oracle"), without.includes("web_search"), without.includes("sub_agent")]).toEqual([false, false, true])
  const seen = await withSession(
    { parent: [{ blocks: [call("oracle", { question: "is it right?" })] }, says("done")], child: [says("it is right")] },
    (session, app) =>
      Effect.gen(function*() {
        yield* during(session, rests)
        const born = (yield* app.sessions.list()).find(({ id }) => id !== session.id)
        const opened = (yield* eventsOf(app, born?.id ?? ""))[0]
        return [textsOf(yield* eventsOf(app, session.id)), born?.parent?.changes, born?.title, opened?.type === "SessionOpened" ? opened.tools : null]
      }),
    { LOOM_ORACLE: "set" }
  )
  expect(seen).toEqual([[["ok", "it is right"]], ["oracle"], "is it right?", []])
})
