import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describe, expect, test } from "vitest"
import { openApp, type App } from "../../src/runtime/app.ts"
import type { Recorded, Session } from "../../src/runtime/session.ts"
import { slice } from "../../src/machine/vector.ts"
import type { EventOf, EventType } from "../../src/machine/event.ts"

/*
 * The whole way: hooks in the person's settings, real programs, a real log, a scripted model. It is one thing, for every moment is
 * reached through the same session.
 */

interface Place {
  readonly work: string
  readonly environment: Readonly<Record<string, string>>
  readonly read: (name: string) => string
}

const call = (name: string, input: object) => ({ blocks: [{ type: "tool-call", name, arguments: input }] })
const words = (text: string) => ({ blocks: [{ type: "text", text }] })

const placeWith = (toml: string, answers: readonly object[], programs: Readonly<Record<string, string>> = {}): Place => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-hooks-")))
  writeFileSync(join(folder, "script.json"), JSON.stringify({ chunkMs: 0, answers }))
  mkdirSync(join(folder, "home"))
  mkdirSync(join(folder, "work"))
  writeFileSync(join(folder, "home", "config.toml"), toml.replaceAll("$HERE", folder))
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text, { mode: 0o755 })
  return {
    work: join(folder, "work"),
    environment: { LOOM_HOME: join(folder, "home"), LOOM_MODEL: `scripted:${join(folder, "script.json")}`, PATH: process.env["PATH"] ?? "" },
    read: (name) => readFileSync(join(folder, name), "utf8")
  }
}

const withApp = <A>({ work, environment }: Place, use: (app: App) => Effect.Effect<A, unknown, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(openApp({ environment, cwd: work, flagsLayer: {} }), use)))

const rests = ({ step: { state } }: Recorded): boolean => state.name === "WaitingForInput" || state.name === "Error"

const heard = (session: Session, holds: (recorded: Recorded) => boolean): Effect.Effect<Recorded> =>
  Effect.callback((resume) => {
    const stop = session.listen((recorded) => {
      if (!holds(recorded)) return
      stop()
      resume(Effect.succeed(recorded))
    })
  })

const said = (session: Session, text: string): Effect.Effect<unknown, unknown> => {
  // A listener hears the event that is being told when it begins to listen: what counts is the rest after these words.
  let begun = false
  const restsAfter = (recorded: Recorded): boolean => (begun ||= recorded.event.type === "UserInput") && rests(recorded)
  return Effect.all([heard(session, restsAfter), session.say({ type: "UserInput", parts: [{ type: "text", text }] })], { concurrency: "unbounded" })
}

/** One turn of a new session, closed in order; all that was recorded. */
const turn = (place: Place, text = "do it", mode: "default" | "auto" | "bypass" = "default", attended = false): Promise<readonly Recorded[]> =>
  withApp(place, (app) =>
    Effect.gen(function*() {
      const session = yield* app.sessions.open({ settings: { ...app.settings, mode }, attended })
      const all: Recorded[] = []
      session.listen((recorded) => void all.push(recorded))
      yield* said(session, text)
      yield* session.say({ type: "ShutdownRequested" })
      yield* session.ended
      return all
    })
  )

const eventsOf = <T extends EventType>(all: readonly Recorded[], type: T): readonly EventOf<T>[] =>
  all.flatMap(({ event }) => (event.type === type ? [event as EventOf<T>] : []))

const displayed = (all: readonly Recorded[]): readonly string[] =>
  all.flatMap(({ step }) => step.actions.flatMap((action) => (action.type === "DisplayMessage" ? [action.text] : [])))

const resultsIn = (all: readonly Recorded[]): readonly string[] => {
  const { transcript } = (all.at(-1) as Recorded).step.state.session
  return slice(transcript).flatMap((entry) =>
    entry.type === "results" ? entry.results.map(({ status, parts }) => `${status}: ${parts.map((part) => (part.type === "text" ? part.text : "")).join("")}`) : []
  )
}

describe("PreToolUse (HOOK-6)", () => {
  test("a deny keeps the call from running in any mode, and the model reads why", async () => {
    const place = placeWith(`[[hooks.PreToolUse]]\nmatcher = "Bash"\ncommand = "echo no touching >&2; exit 2"`, [call("shell", { command: "touch made" }), words("well")])
    const all = await turn(place, "do it", "bypass")
    expect(eventsOf(all, "ToolCallsVetted")[0]?.facts[0]?.hook).toEqual({ decision: "deny", reason: "no touching" })
    expect(resultsIn(all)).toEqual(["denied: denied: a hook denied it: no touching"])
    expect(existsSync(join(place.work, "made"))).toBe(false)
  })

  test("an allow lets run what would have asked, but not what a rule denies", async () => {
    const allow = `[[hooks.PreToolUse]]\nmatcher = "*"\ncommand = '''echo '{"decision":"approve"}' '''`
    const free = placeWith(allow, [call("shell", { command: "touch made" }), words("well")])
    await turn(free)
    expect(existsSync(join(free.work, "made"))).toBe(true)
    const ruled = placeWith(`deny = ["shell(touch *)"]\n${allow}`, [call("shell", { command: "touch made" }), words("well")])
    await turn(ruled)
    expect(existsSync(join(ruled.work, "made"))).toBe(false)
  })

  test("one that fails asks, in every mode: nobody there, nothing run; the report names it", async () => {
    const place = placeWith(`[[hooks.PreToolUse]]\nmatcher = "Bash"\ncommand = "exit 3"`, [call("shell", { command: "touch made" }), words("well")])
    const all = await turn(place, "do it", "bypass")
    expect(existsSync(join(place.work, "made"))).toBe(false)
    expect(displayed(all)).toEqual(["hook PreToolUse (exit 3) ended with exit code 3"])
    expect((all.at(-1) as Recorded).step.state.session.unattendedDenials).toBe(1)
  })

  test("it reads the call in the words it was written for, a file at a time", async () => {
    const patch = "*** Begin Patch\n*** Add File: a.txt\n+a\n*** Add File: b.txt\n+b\n*** End Patch"
    const place = placeWith(`[[hooks.PreToolUse]]\nmatcher = "Bash|Edit"\ncommand = "cat >> '$HERE/seen'; echo >> '$HERE/seen'"`, [
      call("shell", { command: "touch made", timeout_ms: 5000 }),
      call("apply_patch", { patch }),
      call("git", { operation: "commit", args: ["-m", "it's done"] }),
      call("file_read", { path: "b.txt" }),
      words("well")
    ])
    await turn(place)
    const seen = place.read("seen").split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]))
    const { session_id: session, ...common } = { session_id: seen[0]?.["session_id"], cwd: place.work, hook_event_name: "PreToolUse", permission_mode: "default" }
    expect(typeof session).toBe("string")
    expect(seen).toEqual([
      { ...common, session_id: session, tool_name: "Bash", loom_tool_name: "shell", tool_use_id: "call_1", tool_input: { command: "touch made", timeout_ms: 5000, timeout: 5000 } },
      ...["a.txt", "b.txt"].map((file) => ({
        ...common,
        session_id: session,
        tool_name: "Edit",
        loom_tool_name: "apply_patch",
        tool_use_id: "call_2",
        tool_input: { patch, old_string: "", new_string: patch, file_path: join(place.work, file) }
      })),
      {
        ...common,
        session_id: session,
        tool_name: "Bash",
        loom_tool_name: "git",
        tool_use_id: "call_3",
        tool_input: { operation: "commit", args: ["-m", "it's done"], command: "git commit -m 'it'\\''s done'" }
      }
    ])
  })

  test("what is allowed for one file of a call and not for another is not allowed", async () => {
    const patch = "*** Begin Patch\n*** Add File: a.txt\n+a\n*** Add File: b.txt\n+b\n*** End Patch"
    const command = `grep -q 'file_path.*a.txt"' && echo '{"decision":"approve"}'; exit 0`
    const place = placeWith(`[[hooks.PreToolUse]]\ncommand = '''${command}'''`, [call("apply_patch", { patch }), words("well")])
    const all = await turn(place)
    expect(eventsOf(all, "ToolCallsVetted")[0]?.facts[0]?.hook).toBe(undefined)
    expect(existsSync(join(place.work, "a.txt"))).toBe(false)
  })

  test("several run in the order given, a deny is the last, and its word holds", async () => {
    const entry = (command: string): string => `[[hooks.PreToolUse]]\nmatcher = "shell"\ncommand = '''${command}'''\n`
    const toml = [`echo 1 >> '$HERE/order'; echo '{"decision":"approve"}'`, `echo 2 >> '$HERE/order'; echo no >&2; exit 2`, `echo 3 >> '$HERE/order'`].map(entry).join("")
    const place = placeWith(toml, [call("shell", { command: "touch made" }), words("well")])
    const all = await turn(place)
    expect(place.read("order")).toBe("1\n2\n")
    expect(eventsOf(all, "ToolCallsVetted")[0]?.facts[0]?.hook).toEqual({ decision: "deny", reason: "no" })
  })

  test.each([["ask", "approve"], ["approve", "ask"]])("of %s and %s, asking is what counts", async (...decisions) => {
    const toml = decisions.map((decision) => `[[hooks.PreToolUse]]\ncommand = '''echo '{"decision":"${decision}","reason":"${decision}"}' '''\n`).join("")
    const place = placeWith(toml, [call("shell", { command: "touch made" }), words("well")])
    const all = await turn(place)
    expect(eventsOf(all, "ToolCallsVetted")[0]?.facts[0]?.hook).toEqual({ decision: "ask", reason: "ask" })
    expect(existsSync(join(place.work, "made"))).toBe(false)
  })
})

describe("PostToolUse (HOOK-7)", () => {
  test("what it changes belongs to the batch, what it says goes to the model, and it reads the result", async () => {
    const place = placeWith(
      `permission_mode = "accept-edits"\n[[hooks.PostToolUse]]\nmatcher = "Write|Edit"\ncommand = "cat > '$HERE/seen'; echo formatted > made; echo please look >&2; exit 2"`,
      [call("file_write", { path: "made", content: "x" }), words("well")]
    )
    const all = await withApp(place, (app) =>
      Effect.gen(function*() {
        const session = yield* app.sessions.open({ settings: app.settings, attended: false })
        const all: Recorded[] = []
        session.listen((recorded) => void all.push(recorded))
        yield* said(session, "do it")
        return all
      })
    )
    const [done] = eventsOf(all, "PostToolsHookCompleted")
    expect(done).toMatchObject({ goOn: true, note: "<hook>\nplease look\n</hook>", tree: expect.any(String) })
    expect(readFileSync(join(place.work, "made"), "utf8")).toBe("formatted\n")
    expect(JSON.parse(place.read("seen"))).toMatchObject({
      hook_event_name: "PostToolUse",
      tool_name: "Write",
      tool_input: { file_path: join(place.work, "made"), content: "x" },
      tool_response: { success: true, status: "ok", content: expect.stringContaining("made") }
    })
  })

  test("continue: false ends the turn and says why", async () => {
    const place = placeWith(`[[hooks.PostToolUse]]\ncommand = '''echo '{"continue":false,"stopReason":"enough"}' '''`, [
      call("file_write", { path: "made", content: "x" }),
      words("never said")
    ])
    const all = await turn(place, "do it", "auto")
    expect(displayed(all)).toEqual(["stopped by a hook: enough"])
    expect(all.flatMap(({ step: { state } }) => (state.name === "WaitingForInput" ? [state.why] : []))).toEqual(["stopped-by-hook"])
  })

  test("one that hangs is killed at its time; the turn goes on and the report says which", async () => {
    const place = placeWith(`[[hooks.PostToolUse]]\ncommand = "sleep 600"\ntimeout = 0.2`, [call("file_write", { path: "made", content: "x" }), words("well")])
    const all = await turn(place, "do it", "auto")
    expect(displayed(all)).toEqual(["hook PostToolUse (sleep 600) took too long and was killed; give it more with timeout"])
    expect(all.flatMap(({ step: { state } }) => (state.name === "WaitingForInput" ? [state.why] : []))).toEqual(["completed"])
  })
})

describe("UserPromptSubmit, SessionStart and Stop (HOOK-8 to HOOK-10)", () => {
  test("what they print is gathered, the start once, the prompt each turn", async () => {
    const place = placeWith(
      `[[hooks.SessionStart]]\nmatcher = "startup"\ncommand = "echo begun"\n[[hooks.UserPromptSubmit]]\ncommand = "tr -d '\\n' | sed 's/.*\\"prompt\\":/said: /'"`,
      [words("one"), words("two")]
    )
    const gathered = await withApp(place, (app) =>
      Effect.gen(function*() {
        const session = yield* app.sessions.open({ settings: app.settings, attended: false })
        const all: Recorded[] = []
        session.listen((recorded) => void all.push(recorded))
        yield* said(session, "first")
        yield* said(session, "second")
        return eventsOf(all, "ContextGathered")
      })
    )
    expect(gathered.map(({ fragments }) => fragments.filter(({ source }) => source === "hooks").map(({ text }) => text))).toEqual([
      ['<hook>\nbegun\n\nsaid: "first"}\n</hook>'],
      ['<hook>\nsaid: "second"}\n</hook>']
    ])
  })

  test.each([
    ["exit code 2", "echo no keys in prompts >&2; exit 2"],
    ["continue: false", `echo '{"continue":false,"stopReason":"no keys in prompts"}' `]
  ])("%s of a prompt ends the turn before the model is asked, and the next turn is told", async (_, command) => {
    const place = placeWith(`[[hooks.UserPromptSubmit]]\ncommand = '''grep -q sk- || exit 0; ${command}'''`, [words("never said")])
    const all = await turn(place, "use sk-123")
    expect(eventsOf(all, "LlmStarted")).toEqual([])
    expect(all.flatMap(({ step: { state } }) => (state.name === "WaitingForInput" ? [state.why] : []))).toEqual(["stopped-by-hook"])
    expect(displayed(all)).toEqual(["a hook blocks the message: no keys in prompts"])
    expect(slice((all.at(-1) as Recorded).step.state.session.transcript).at(-1)).toMatchObject({
      type: "note",
      source: "hook",
      text: "<hook>\nA hook of the person blocked the message before this; do nothing of what it asks: no keys in prompts\n</hook>"
    })
  })

  test("a Stop hook is told when the turn ends, may take its time until the session is closed, and what it says against it is told", async () => {
    const place = placeWith(`[[hooks.Stop]]\ncommand = "cat > '$HERE/seen'; sleep 0.3; echo tests fail >&2; exit 2"`, [words("done")])
    const all = await turn(place)
    expect(JSON.parse(place.read("seen"))).toMatchObject({ hook_event_name: "Stop", stop_hook_active: false, loom_why: "completed" })
    expect(displayed(all)).toEqual(["a hook is not content with the end of the turn: tests fail"])
    expect(eventsOf(all, "ShutdownCompleted")).toEqual([expect.objectContaining({ reports: ["a hook is not content with the end of the turn: tests fail"] })])
  })

  test("an interrupt ends a hook that hangs, and the turn with it", async () => {
    const place = placeWith(`[[hooks.UserPromptSubmit]]\ncommand = "echo $$ > '$HERE/pid'; exec sleep 600"`, [words("never said")])
    await withApp(place, (app) =>
      Effect.gen(function*() {
        const session = yield* app.sessions.open({ settings: app.settings, attended: false })
        yield* session.say({ type: "UserInput", parts: [{ type: "text", text: "go" }] })
        yield* Effect.promise(async () => {
          while (!existsSync(join(place.work, "../pid")) || place.read("pid") === "") await new Promise((resolve) => setTimeout(resolve, 5))
        })
        yield* session.say({ type: "InterruptRequested" })
        expect(session.state()).toMatchObject({ name: "WaitingForInput", why: "interrupted" })
        expect(() => process.kill(Number(place.read("pid")), 0)).toThrow("ESRCH")
      })
    )
  })

  test("a session that is taken up starts as one, and ends no turn that it did not begin", async () => {
    const place = placeWith(
      `[[hooks.SessionStart]]\nmatcher = "resume"\ncommand = "echo again"\n[[hooks.Stop]]\ncommand = "echo stopped >> '$HERE/stops'"`,
      [words("one"), words("two")]
    )
    const id = await withApp(place, (app) =>
      Effect.gen(function*() {
        const session = yield* app.sessions.open({ settings: app.settings, attended: false })
        yield* said(session, "first")
        yield* Effect.promise(async () => {
          while (!existsSync(join(place.work, "../stops")) || place.read("stops") === "") await new Promise((resolve) => setTimeout(resolve, 5))
        })
        return session.id
      })
    )
    const gathered = await withApp(place, (app) =>
      Effect.gen(function*() {
        const session = yield* app.sessions.resume(id, { settings: app.settings, attended: false })
        const all: Recorded[] = []
        session.listen((recorded) => void all.push(recorded))
        yield* said(session, "more")
        yield* session.say({ type: "ShutdownRequested" })
        yield* session.ended
        return eventsOf(all, "ContextGathered")
      })
    )
    expect(gathered.flatMap(({ fragments }) => fragments.flatMap(({ source, text }) => (source === "hooks" ? [text] : [])))).toEqual(["<hook>\nagain\n</hook>"])
    expect(place.read("stops")).toBe("stopped\nstopped\n")
  })
})

describe("where hooks stand (HOOK-1)", () => {
  const from = (app: App): readonly (readonly [string, string])[] => app.settings.hooks.map(({ source, command }) => [source.replace(/.*home/, "home"), command])

  test("a workspace's own run only where it is trusted, after the person's", async () => {
    const place = placeWith(`[[hooks.Stop]]\ncommand = "mine"`, [])
    mkdirSync(join(place.work, ".loom"))
    writeFileSync(join(place.work, ".loom/config.toml"), `[[hooks.Stop]]\ncommand = "theirs"`)
    const read = (trusted: boolean) =>
      Effect.runPromise(Effect.scoped(Effect.map(openApp({ environment: place.environment, cwd: place.work, flagsLayer: {}, trusted }), from)))
    expect(await read(false)).toEqual([["home/config.toml", "mine"]])
    expect(await read(true)).toEqual([["home/config.toml", "mine"], [".loom/config.toml", "theirs"]])
  })
})
