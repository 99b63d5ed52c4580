import { execFileSync } from "node:child_process"
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { sayAndRest, shutDown, words } from "../../../src/interfaces/cli/rest.ts"
import type { App } from "../../../src/runtime/app.ts"
import { undoIn, type Undone, type UndoWish } from "../../../src/runtime/replay/undo.ts"
import { verifySession } from "../../../src/runtime/replay/verify.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { filesOf, fingerprint } from "../../effects/git/place.ts"
import { ANSWERS, newPlace, says, shell, tool, withApp, type Place } from "./support/worked-session.ts"

const TURN: UndoWish = { what: "turn", force: false }
const STEP: UndoWish = { what: "step", force: false }
const REDO: UndoWish = { what: "redo", force: false }

const NOTHING_LEFT = expect.stringMatching(/^undo: the tools of session \S+ changed no files, or all of it is taken back already; `loom sessions` lists others$/)

/** What a person sees of it. */
const told = (undone: Undone) => {
  switch (undone.outcome) {
    case "done":
      return [undone.target.what, undone.target.turn, undone.files.map(({ path }) => path)]
    case "contested":
      return ["contested", undone.contested.map(({ path }) => path)]
    case "nothing":
    case "failed":
      return [undone.outcome, undone.message]
  }
}

/** Takes a session up as `loom undo` does. */
const undoOf = (app: App, id: string, wish: UndoWish) =>
  Effect.scoped(Effect.flatMap(app.sessions.hold(id), (session) => Effect.tap(undoIn(app, session, wish), () => shutDown(session))))

const rowsOf = (app: App, id: string) => Stream.runCollect(app.log.read(id))

const git = (place: Place, ...args: readonly string[]) => execFileSync("git", args, { cwd: place.root, encoding: "utf8" })

/** Runs the turns of a session one after the other; `between` is what a person does after each. Gives what stood there before each turn and after the last. */
const work = (app: App, place: Place, turns: number, between: (turn: number) => void = () => undefined) =>
  Effect.scoped(Effect.gen(function*() {
    const session = yield* app.sessions.open({ settings: app.settings, attended: false })
    const seen = [filesOf(place.root)]
    for (let turn = 1; turn <= turns; turn++) {
      yield* sayAndRest(session, words("go"))
      between(turn)
      seen.push(filesOf(place.root))
    }
    yield* shutDown(session)
    return { id: session.id, seen }
  }))

test("undo after undo goes back turn by turn, to the byte, the link and the mode; the person's git does not notice; redo goes the whole way again", () => {
  // The third turn commits by itself, as a person would: that is theirs, and stays.
  const place = newPlace(ANSWERS)
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const { id, seen } = yield* work(app, place, 3)
      const before = fingerprint(join(place.root, ".git"))
      expect(told(yield* undoOf(app, id, TURN)).slice(0, 2)).toEqual(["turn", 3])
      expect(filesOf(place.root)).toEqual(seen[2])
      expect(told(yield* undoOf(app, id, TURN)).slice(0, 2)).toEqual(["turn", 1])
      expect(filesOf(place.root)).toEqual(seen[0])
      expect(told(yield* undoOf(app, id, TURN))).toEqual(["nothing", NOTHING_LEFT])
      expect(told(yield* undoOf(app, id, REDO)).slice(0, 2)).toEqual(["redo", 1])
      expect(filesOf(place.root)).toEqual(seen[2])
      expect(told(yield* undoOf(app, id, REDO)).slice(0, 2)).toEqual(["redo", 3])
      expect(filesOf(place.root)).toEqual(seen[3])
      expect(told(yield* undoOf(app, id, REDO))).toEqual(["nothing", "redo: there is no undo to take back, or the agent has changed files since"])
      expect(fingerprint(join(place.root, ".git"))).toEqual(before)
      expect((yield* Effect.provideService(verifySession(id), EventLog, app.log)).verdict).toBe("exact")
    })
  )
})

test("step by step: each undo of a step takes back one batch of tools, and the undo of the turn then the rest of it", () => {
  const place = newPlace([shell("printf 1 > one"), shell("printf 2 > one"), shell("printf 3 > one; chmod +x README.md"), says("done")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const { id, seen } = yield* work(app, place, 1)
      expect(told(yield* undoOf(app, id, STEP))).toEqual(["step", 1, ["README.md", "one"]])
      expect(filesOf(place.root)).toEqual({ ...seen[0], one: "- 2" })
      expect(told(yield* undoOf(app, id, TURN))).toEqual(["turn", 1, ["one"]])
      expect(filesOf(place.root)).toEqual(seen[0])
      expect(told(yield* undoOf(app, id, REDO))).toEqual(["redo", 1, ["one"]])
      expect(filesOf(place.root)).toEqual({ ...seen[0], one: "- 2" })
    })
  )
})

test("tools that changed no file are passed over: the undo goes to the last turn that did", () => {
  const place = newPlace([shell("printf 1 > one"), says("done"), shell("sh -c 'exit 0'"), says("all is well")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const { id, seen } = yield* work(app, place, 2)
      expect(told(yield* undoOf(app, id, TURN))).toEqual(["turn", 1, ["one"]])
      expect(filesOf(place.root)).toEqual(seen[0])
    })
  )
})

test("what a person changed since is named and left alone; forced, it is kept for the redo; what the undo does not touch stays as it is", () => {
  const place = newPlace([shell("printf agent > made; printf agent > README.md; printf agent > kept"), says("done")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const { id } = yield* work(app, place, 1, () => {
        writeFileSync(join(place.root, "made"), "a person's")
        writeFileSync(join(place.root, "theirs"), "a person's own")
        rmSync(join(place.root, "README.md"))
      })
      const since = filesOf(place.root)
      const events = (yield* rowsOf(app, id)).length
      expect(told(yield* undoOf(app, id, TURN))).toEqual(["contested", ["README.md", "made"]])
      expect(filesOf(place.root)).toEqual(since)
      expect((yield* rowsOf(app, id)).slice(events).map(({ event }) => event.type)).toEqual(["SessionResumed", "ShutdownRequested", "ShutdownCompleted"])
      const undone = yield* undoOf(app, id, { ...TURN, force: true })
      expect([told(undone), undone.outcome === "done" && undone.overwritten]).toEqual([["turn", 1, ["README.md", "kept", "made"]], ["README.md", "made"]])
      const { made: _made, kept: _kept, ...others } = since
      expect(filesOf(place.root)).toEqual({ ...others, "README.md": "- # a project\n" })
      expect(told(yield* undoOf(app, id, REDO))).toEqual(["redo", 1, ["README.md", "kept", "made"]])
      expect(filesOf(place.root)).toEqual(since)
    })
  )
})

test("the model is told what was put back, in its next request, and an undo stands in the log with the checkpoints around it", () => {
  const place = newPlace([shell("printf x > made; rm README.md; printf changed > crlf.bat"), says("done"), says("I see")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const session = yield* app.sessions.open({ settings: app.settings, attended: false })
      yield* sayAndRest(session, words("go"))
      const undone = yield* undoIn(app, session, TURN)
      yield* sayAndRest(session, words("and now"))
      const rows = yield* rowsOf(app, session.id)
      const restored = rows.find(({ event }) => event.type === "WorkspaceRestored")?.event
      const started = rows.find(({ actions }) => actions.some(({ type }) => type === "ExecuteTools"))!.n
      expect(restored).toMatchObject({
        note: "The person took back what turn 1 did to the files: changed back crlf.bat; deleted made; there again README.md. Read a file again before you edit it.",
        undone: [started],
        ...(undone.outcome === "done" ? { tree: undone.tree, before: undone.before } : {})
      })
      expect(JSON.stringify(session.state())).toContain("The person took back what turn 1 did to the files")
      yield* shutDown(session)
    })
  )
})

test("the auto-commit of what is taken back stays in the history and is named; the index and the stash stay as they are", () => {
  const place = newPlace([tool("file_write", { path: "made.txt", content: "made" }), tool("file_write", { path: "two.txt", content: "2" }), says("done")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const settings = { ...app.settings, autoCommit: true }
      const session = yield* app.sessions.open({ settings, attended: false })
      yield* sayAndRest(session, words("go"))
      const commits = git(place, "log", "--format=%H", "-2").trim().split("\n")
      const before = fingerprint(join(place.root, ".git"))
      const undone = yield* undoIn(app, session, TURN)
      expect(undone.outcome === "done" && undone.commits).toEqual(commits)
      expect([existsSync(join(place.root, "made.txt")), existsSync(join(place.root, "two.txt"))]).toEqual([false, false])
      expect(fingerprint(join(place.root, ".git"))).toEqual(before)
      yield* shutDown(session)
    })
  )
})

test("a call that was broken off leaves changes nobody can tell from a person's: they are named, and forced they are put back", () => {
  const place = newPlace([shell("printf x > made; printf y > README.md; printf ready > ready; sleep 600"), says("never")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const session = yield* app.sessions.open({ settings: app.settings, attended: false })
      const before = filesOf(place.root)
      yield* Effect.forkChild(session.say(words("go")), { startImmediately: true })
      while (!existsSync(join(place.root, "ready"))) yield* Effect.sleep(10)
      yield* sayAndRest(session, { type: "InterruptRequested" })
      expect(told(yield* undoIn(app, session, TURN))).toEqual(["contested", ["README.md", "made", "ready"]])
      expect(told(yield* undoIn(app, session, { ...TURN, force: true }))).toEqual(["turn", 1, ["README.md", "made", "ready"]])
      expect(filesOf(place.root)).toEqual(before)
      yield* shutDown(session)
    })
  )
})

test("a file in the place of a folder, and a folder in the place of a file, are put back; what a person put in the way is named first", () => {
  const place = newPlace([shell("rm -r src && printf flat > src && rm README.md && mkdir README.md && printf in > README.md/in"), says("done")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const { id, seen } = yield* work(app, place, 1, () => writeFileSync(join(place.root, "README.md/theirs"), "a person's"))
      expect(told(yield* undoOf(app, id, TURN))).toEqual(["contested", ["README.md", "README.md/theirs"]])
      expect(told(yield* undoOf(app, id, { ...TURN, force: true }))).toEqual(["turn", 1, ["README.md", "README.md/in", "README.md/theirs", "src", "src/one.txt"]])
      expect(filesOf(place.root)).toEqual(seen[0])
      expect(told(yield* undoOf(app, id, REDO)).slice(0, 2)).toEqual(["redo", 1])
      expect(filesOf(place.root)).toEqual(seen[1])
    })
  )
})

test("a workspace that is gone, an agent at work, a session without checkpoints: each is told in a sentence, and nothing is done", () => {
  const place = newPlace([shell("printf x > made"), says("done")])
  return withApp(place, (app) =>
    Effect.gen(function*() {
      const { id } = yield* work(app, place, 1)
      const gone = `${place.root}-gone`
      renameSync(place.root, gone)
      expect(told(yield* undoOf(app, id, TURN))).toEqual(["failed", `undo in ${place.root}: the folder is not there any more; \`loom fork ${id}\` makes its files anew elsewhere`])
      renameSync(gone, place.root)
      const session = yield* app.sessions.open({ settings: app.settings, attended: false })
      expect(told(yield* undoIn(app, session, TURN))).toEqual(["nothing", NOTHING_LEFT])
      yield* shutDown(session)
      const shadows = join(place.data, "checkpoints")
      renameSync(shadows, `${shadows}-gone`)
      expect(told(yield* undoOf(app, id, TURN))).toEqual([
        "failed",
        expect.stringMatching(/^undo: checkpoint [0-9a-f]{12} is not on this machine: the session was held elsewhere$/)
      ])
    })
  )
})
