import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import type { ScriptedAnswer } from "../../../src/effects/llm/script.ts"
import { sayAndRest, shutDown, words } from "../../../src/interfaces/cli/rest.ts"
import type { App } from "../../../src/runtime/app.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { loadSession } from "../../../src/runtime/replay/log-source.ts"
import { rerun, type RerunOptions } from "../../../src/runtime/replay/rerun.ts"
import { masking, translation } from "../../../src/runtime/replay/rerun-words.ts"
import { undoIn } from "../../../src/runtime/replay/undo.ts"
import type { Session } from "../../../src/runtime/session.ts"
import { hashOfNothing, keepTrust } from "../../../src/runtime/workspace/trust.ts"
import { emptyDirectory, filesOf } from "../../effects/git/place.ts"
import { fake } from "../../effects/lsp/bench.ts"
import type { ServerManner } from "../../support/language-server.ts"
import { ANSWERS, newPlace, says, shell, tool, withApp, type Place } from "./support/worked-session.ts"

const LIVE: RerunOptions = { tools: "live", directory: null, model: "scripted:none", unheld: true, exact: false }

const load = (app: App, id: string) => Effect.provideService(loadSession(id), EventLog, app.log)

const again = (app: App, place: Place, id: string, options: Partial<RerunOptions> = {}) =>
  Effect.scoped(Effect.flatMap(load(app, id), (log) => rerun(app, { log, file: null, dataDirectory: place.data }, { ...LIVE, ...options })))

/** Holds a session and gives its id; `hold` is what a person does. */
const held = <E>(app: App, hold: (session: Session) => Effect.Effect<unknown, E>, attended = false, settings = app.settings) =>
  Effect.scoped(
    Effect.gen(function*() {
      const session = yield* app.sessions.open({ settings, attended })
      yield* hold(session)
      yield* shutDown(session)
      return session.id
    })
  )

const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith("loom-rerun-"))

test("a session of many tools is the same once more, in a copy that goes when nothing differs; the workspace is not touched", () => {
  const place = newPlace(ANSWERS.filter((_, index) => index !== 15))
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const id = yield* held(app, (session) => Effect.forEach(["work", "look", "go on"], (said) => sayAndRest(session, words(said))))
      const [files, before] = [filesOf(place.root), copies()]
      const reran = yield* again(app, place, id)
      expect(reran).toMatchObject({
        equal: true,
        root: null,
        error: null,
        first: null,
        resultDifferences: [],
        unrecorded: [],
        requests: { recorded: 19, now: 19, differing: 0 },
        results: { recorded: 16, now: 16, differing: 0 }
      })
      expect(reran.session).not.toBe(id)
      expect([filesOf(place.root), copies()]).toEqual([files, before])
    })
  )
})

test("names of the workspace are those of the copy in what the model called, and no difference; the original is not written to", () => {
  const place = newPlace([])
  const answers: readonly ScriptedAnswer[] = [
    shell(`printf x > ${place.root}/made && cat ${place.root}/made && pwd`),
    tool("file_write", { path: join(place.root, "src/new.txt"), content: "new" }),
    says(`see ${place.root}.`)
  ]
  writeFileSync(join(place.folder, "script.json"), JSON.stringify({ chunkMs: 0, chunkBytes: 3, answers }))
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const id = yield* held(app, (session) => sayAndRest(session, words(`go to ${place.root}`)))
      writeFileSync(join(place.root, "made"), "a person's")
      expect(yield* again(app, place, id)).toMatchObject({ equal: true, requests: { now: 3 }, results: { now: 2 } })
      expect(filesOf(place.root)["made"]).toBe("- a person's")
    })
  )
})

test("what language servers said, unasked and asked, is that of the record; none is started", () => {
  const made = newPlace([tool("file_write", { path: "a.fake", content: "ERROR broken\n" }), tool("lsp_diagnostics", { path: "a.fake" }), says("so it is")])
  const place = { ...made, environment: { ...made.environment, LOOM_SANDBOX: "off" } }
  const [data, config] = [join(place.folder, "home", "data"), join(place.folder, "home", "config.toml")]
  mkdirSync(data, { recursive: true })
  const write = (manner: ServerManner): void => writeFileSync(config, `[lsp.fake]\ncommand = ${JSON.stringify(fake(manner).command)}\nfiles = [".fake"]\n`)
  write({})
  keepTrust(data, { root: place.root, hash: hashOfNothing(), trusted: true, at: 1 })
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const id = yield* held(app, (session) => sayAndRest(session, words("work")))
      write({ breaks: "at once" })
      expect((yield* load(app, id)).rows.flatMap(({ event }) => (event.type === "PostToolsHookCompleted" ? [event.note] : []))).toEqual([
        "<diagnostics>\na.fake:1:1 error broken [fake 7]\n</diagnostics>"
      ])
      expect(yield* again(app, place, id)).toMatchObject({
        equal: true,
        first: null,
        resultDifferences: [],
        results: { recorded: 2, now: 2, differing: 0 }
      })
    })
  )
})

test("where a tool says something else now, its result and the first request that holds it are shown, and the copy stays", () => {
  const place = newPlace([shell("cat input.txt"), shell("cat input.txt | wc -c"), says("done")])
  writeFileSync(join(place.root, "input.txt"), "one\ntwo\nthree\n")
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const id = yield* held(app, (session) => sayAndRest(session, words("go")))
      const directory = emptyDirectory("in")
      writeFileSync(join(directory, "input.txt"), "one\n2\nthree\n")
      const reran = yield* again(app, place, id, { directory })
      expect(reran).toMatchObject({
        equal: false,
        root: directory,
        how: "taken as it is",
        requests: { recorded: 3, now: 3, differing: 3 },
        results: { recorded: 2, now: 2, differing: 2 },
        first: {
          request: 1,
          place: expect.stringContaining("message 1 (user)"),
          diff: expect.stringContaining("-<git>git repository, branch main</git>\n+<git>not a git repository</git>")
        },
        resultDifferences: [
          { call: "call_1", name: "shell", recorded: { status: "ok" }, now: { status: "ok" }, diff: expect.stringContaining(" one\n-two\n+2\n three") },
          { call: "call_2", name: "shell", diff: expect.stringMatching(/-14\n\+12/) }
        ]
      })
    })
  )
})

test("what a person approved is approved likewise, what they denied is denied, and what was typed meanwhile comes at the same point", () => {
  const place = newPlace([shell("printf a > a"), shell("printf b > b"), says("half"), says("done")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const settings = { ...app.settings, mode: "default" as const }
      const id = yield* held(
        app,
        (session) => {
          session.listen(({ step }) => {
            for (const action of step.actions) {
              if (action.type !== "RequestApproval") continue
              const isFirst = action.call.arguments.includes("> a")
              if (isFirst) Effect.runFork(session.say(words("and hurry")))
              Effect.runFork(
                session.say(
                  isFirst
                    ? { type: "ApprovalAnswered", effect: action.effect, answer: "once" }
                    : { type: "ApprovalAnswered", effect: action.effect, answer: "no", words: "not b" }
                )
              )
            }
          })
          return sayAndRest(session, words("go"))
        },
        true,
        settings
      )
      const recorded = yield* load(app, id)
      expect(recorded.rows.filter(({ event }) => event.type === "ApprovalAnswered")).toHaveLength(2)
      const reran = yield* again(app, place, id)
      expect(reran).toMatchObject({ equal: true, results: { recorded: 2, now: 2, differing: 0 } })
    })
  )
})

test("a call that was broken off is broken off again at the same point, and the session goes on as it did", () => {
  const place = newPlace([shell("echo started; touch made; sleep 600"), says("done")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const id = yield* held(app, (session) =>
        Effect.gen(function*() {
          session.listen(({ event }) => void (event.type === "ToolProgress" && Effect.runFork(session.say({ type: "InterruptRequested" }))))
          yield* sayAndRest(session, words("go"))
          yield* sayAndRest(session, words("again"))
        })
      )
      expect(yield* again(app, place, id)).toMatchObject({ equal: true, requests: { recorded: 2, now: 2 }, results: { recorded: 1, now: 1 } })
    })
  )
})

test("an undo and a second process are gone through again, too: the files are put back at the same point", () => {
  const place = newPlace([shell("printf x > made; ls"), says("made"), shell("ls"), says("gone"), shell("printf y > more; ls"), says("done")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const id = yield* held(app, (session) => Effect.andThen(sayAndRest(session, words("go")), undoIn(app, session, { what: "turn", force: false })))
      yield* Effect.scoped(
        Effect.gen(function*() {
          const session = yield* app.sessions.resume(id, { settings: app.settings, attended: false })
          yield* sayAndRest(session, words("look"))
          yield* sayAndRest(session, words("more"))
          yield* shutDown(session)
        })
      )
      expect(yield* again(app, place, id)).toMatchObject({ equal: true, requests: { recorded: 6, now: 6 }, results: { recorded: 3, now: 3 } })
    })
  )
})

test("with recorded tools the model is asked: what it calls as it did is answered from the log, anything else is told that it was never recorded", () => {
  const place = newPlace([shell("printf first; printf x > made"), tool("file_read", { path: "README.md" }), says("done")])
  const live = join(place.folder, "live.json")
  writeFileSync(
    live,
    JSON.stringify({
      chunkMs: 0,
      answers: [shell("printf first; printf x > made"), shell("rm -rf src"), tool("file_read", { path: "README.md" }), says("as it was")]
    })
  )
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const id = yield* held(app, (session) => sayAndRest(session, words("go")))
      const files = filesOf(place.root)
      const reran = yield* again(app, place, id, { tools: "recorded", model: `scripted:${live}` })
      expect(reran).toMatchObject({
        equal: false,
        root: null,
        unrecorded: [{ name: "shell", arguments: '{"command":"rm -rf src"}' }],
        requests: { recorded: 3, now: 4, differing: 1 },
        first: { request: 3, place: "message 4 (assistant), call call_2" }
      })
      const told = yield* load(app, reran.session)
      const texts = told.rows.flatMap(({ event }) =>
        event.type === "ToolCompleted" ? event.parts.map((part) => (part.type === "text" ? part.text : "")) : []
      )
      expect(texts).toEqual([
        expect.stringContaining("first"),
        "shell: this call was never recorded, with these arguments or not so often; the record answers only what was called in it",
        expect.stringContaining("# a project")
      ])
      expect(filesOf(place.root)).toEqual(files)
      expect(existsSync(join(place.root, "src"))).toBe(true)
      writeFileSync(live, JSON.stringify({ chunkMs: 0, answers: [shell("printf first; printf x > made"), tool("file_read", { path: "README.md" }), says("in other words")] }))
      expect(yield* again(app, place, id, { tools: "recorded", model: `scripted:${live}` })).toMatchObject({ equal: true, requests: { recorded: 3, now: 3 } })
    })
  )
})

test("one folder's name becomes another's wherever it is meant, and nowhere else", () => {
  const here = translation(["/srv/app"], ["/opt/copy/app"])
  expect(["cd /srv/app && ls /srv/app/src", "in /srv/app.", "/srv/app2 /srv/app-old /srv/app.bak"].map(here)).toEqual([
    "cd /opt/copy/app && ls /opt/copy/app/src",
    "in /opt/copy/app.",
    "/srv/app2 /srv/app-old /srv/app.bak"
  ])
  const mask = masking(["/opt", "/opt/copy/app"], ["id-1", "id-2"], false)
  expect(["/opt/copy/app/x", "id-1 and id-2", "<date>2026-01-02</date>", "ran in 12.5 ms", "[main 1a2b3c4] fix", "12 files"].map(mask)).toEqual([
    "<workspace>/x",
    "<session> and <session>",
    "<date><day></date>",
    "ran in <time> ms",
    "[main <commit>] fix",
    "12 files"
  ])
  expect(masking(["/opt"], [], true)("<date>2026-01-02</date> 3 ms")).toBe("<date>2026-01-02</date> 3 ms")
})
