import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { sayAndRest, shutDown, untilRest, words } from "../../../src/interfaces/cli/rest.ts"
import type { App } from "../../../src/runtime/app.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { fieldEdit, NO_EDITS, type FieldEdit } from "../../../src/runtime/replay/edits.ts"
import { filesAt } from "../../../src/runtime/replay/files-at.ts"
import { writeFilesOf } from "../../../src/runtime/replay/files-bundle.ts"
import type { ForkWish } from "../../../src/runtime/replay/fork.ts"
import { loadSession, type LoadedLog } from "../../../src/runtime/replay/log-source.ts"
import { stateOf } from "../../../src/runtime/replay/state.ts"
import { verifySession } from "../../../src/runtime/replay/verify.ts"
import { emptyDirectory, filesOf, git, put } from "../../effects/git/place.ts"
import { elsewhere, filesSince, says, withApp, workedSession, type Place } from "./support/worked-session.ts"

const worked = workedSession()
const AT_END: ForkWish = { n: null, into: null, edits: NO_EDITS, model: null }
const set = (text: string): FieldEdit => fieldEdit(text) as FieldEdit

/** `npm run soak` forks at each event; else at every so many, and at the last. */
const EVERY = process.env["LOOM_SOAK"] === undefined ? 11 : 1

/** What a fork must leave as it is in the person's repository: references, index, stash, settings, hooks, and every file of theirs. */
const repositoryPrint = ({ root }: Place): unknown => ({
  refs: git(root, "for-each-ref"),
  head: readFileSync(join(root, ".git/HEAD"), "utf8"),
  logs: readdirSync(join(root, ".git/logs"), { recursive: true, encoding: "utf8" }).sort(),
  stash: git(root, "stash", "list", "--format=%H"),
  index: createHash("sha256").update(readFileSync(join(root, ".git/index"))).digest("hex"),
  config: readFileSync(join(root, ".git/config"), "utf8"),
  hooks: readdirSync(join(root, ".git/hooks")),
  files: filesOf(root)
})

const forksIn = ({ data }: Place): readonly string[] => (existsSync(join(data, "forks")) ? readdirSync(join(data, "forks")) : [])

const isInBatch = ({ rows }: LoadedLog, n: number): boolean => {
  const begun = rows.findLastIndex((row) => row.n <= n && row.actions.some(({ type }) => type === "ExecuteTools"))
  return begun >= 0 && !rows.slice(begun, n).some(({ actions }) => actions.some(({ type }) => type === "SendLlmRequest"))
}

const textOf = (app: App, id: string) => Stream.runFold(app.log.text(id), () => "", (all, text) => all + text)
const verdictOn = (app: App, id: string) => Effect.provideService(verifySession(id), EventLog, app.log)
const sentence = (effect: Effect.Effect<unknown, { readonly message: string }>) => Effect.map(Effect.flip(effect), ({ message }) => message)

test("forked at each event, the files are byte by byte those of the checkpoint it names, the fork is exact, and the parent and the person's repository are as they were", async () => {
  const { place, id, log, filesByEvent } = await worked
  await withApp(place, (app) =>
    Effect.gen(function*() {
      const before = [repositoryPrint(place), yield* textOf(app, id)]
      for (let n = 1; n <= log.rows.length; n = n === log.rows.length ? n + 1 : Math.min(n + EVERY, log.rows.length)) {
        const forked = yield* app.fork({ ...AT_END, n }, id)
        expect({ n, files: filesOf(forked.root) }).toEqual({ n, files: filesSince(log, filesByEvent, forked.checkpoint!) })
        // Between batches nobody but the person changes files, so there the checkpoint is what stood at the event itself.
        if (!isInBatch(log, n) && filesByEvent.has(n)) expect({ n, files: filesOf(forked.root) }).toEqual({ n, files: filesByEvent.get(n) })
        expect([forked.parent, forked.place, forked.notes]).toEqual([{ session: id, n }, "worktree", []])
        const verdict = yield* verdictOn(app, forked.session)
        expect([n, verdict.verdict, verdict.events]).toEqual([n, "exact", n])
      }
      expect([repositoryPrint(place), yield* textOf(app, id)]).toEqual(before)
    })
  )
})

test("the worktree is at the commit that was HEAD, on no branch, and its status is what had changed since", async () => {
  const { place, id } = await worked
  const forked = await withApp(place, (app) => app.fork(AT_END, id))
  expect([git(forked.root, "rev-parse", "HEAD"), git(forked.root, "branch", "--show-current")]).toEqual([git(place.root, "rev-parse", "HEAD"), ""])
  const changed = (root: string) => git(root, "status", "--porcelain").split("\n").map((line) => line.trim().replace(/^\S+ +/, "")).sort()
  expect(changed(forked.root)).toEqual(changed(place.root))
})

test("a fork goes on with its own files and verifies exact, and a fork of the fork finds the checkpoints of both", async () => {
  const { place, id, filesByEvent, log } = await worked
  const theirs = filesOf(place.root)
  await withApp(place, (app) =>
    Effect.gen(function*() {
      const forked = yield* app.fork({ ...AT_END, n: 30 }, id)
      const state = yield* Effect.scoped(
        Effect.gen(function*() {
          const session = yield* app.sessions.resume(forked.session, { settings: app.settings, attended: false })
          yield* untilRest(session)
          yield* shutDown(session)
          return session.state()
        })
      )
      expect([state.name, state.session.turn, state.session.opened.roots]).toEqual(["ShuttingDown", 1, [forked.root]])
      expect((yield* verdictOn(app, forked.session)).verdict).toBe("exact")
      expect(filesOf(place.root)).toEqual(theirs)
      const own = yield* Effect.provideService(loadSession(forked.session), EventLog, app.log)
      expect(own.rows.find(({ n }) => n === 31)?.event.type).toBe("SessionResumed")
      const early = yield* app.fork({ ...AT_END, n: 14 }, forked.session)
      expect(filesOf(early.root)).toEqual(filesSince(log, filesByEvent, early.checkpoint!))
      const late = yield* app.fork(AT_END, forked.session)
      expect([late.parent, filesOf(late.root)]).toEqual([{ session: forked.session, n: own.rows.length }, filesOf(forked.root)])
    })
  )
})

test("another input changes what the machine does from there; what it took the meaning of is named; the fork is exact all the same", async () => {
  const { place, id, log } = await worked
  const vetted = log.rows.find(({ event }) => event.type === "ToolCallsVetted")!.n
  await withApp(place, (app) =>
    Effect.gen(function*() {
      const said = yield* app.fork({ ...AT_END, n: vetted + 1, edits: { sets: [set("2.text=another task")], drops: [] } }, id)
      expect([said.parent.changes, said.meaningless]).toEqual([["set 2.text"], []])
      const [, input] = (yield* Effect.provideService(loadSession(said.session), EventLog, app.log)).rows
      expect(input?.event).toMatchObject({ type: "UserInput", parts: [{ type: "text", text: "another task" }] })
      const dropped = yield* app.fork({ ...AT_END, n: vetted + 1, edits: { sets: [], drops: [vetted] } }, id)
      expect([dropped.parent.changes, dropped.meaningless]).toEqual([[`drop ${vetted}`], [{ n: vetted + 1, type: "ToolCompleted", outcome: "stale" }]])
      for (const { session } of [said, dropped]) expect((yield* verdictOn(app, session)).verdict).toBe("exact")
      expect(((yield* app.log.list).find((one) => one.id === dropped.session))?.parent).toEqual(dropped.parent)
    })
  )
})

test("another model is asked from the next request on: at rest, when it was closed, and where a request is under way", async () => {
  const { place, id, log } = await worked
  const other = join(place.folder, "other.json")
  writeFileSync(other, JSON.stringify({ chunkMs: 0, answers: [], fallback: says("the other one") }))
  const model = `scripted:${other}`
  const streaming = log.rows.find(({ event }) => event.type === "LlmStarted")!.n + 1
  const rests = log.rows.find(({ actions }) => actions.some(({ type }) => type === "WaitForInput") && actions.length > 1)!.n
  await withApp(place, (app) =>
    Effect.gen(function*() {
      for (const n of [streaming, rests, log.rows.length]) {
        const { session } = yield* app.fork({ ...AT_END, n, model }, id)
        const before = yield* stateOf(app.log, session)
        expect([n, before.session.settings.model, before.name === "CallingLlm" ? before.call.model : model]).toEqual([n, model, model])
        expect((yield* verdictOn(app, session)).verdict).toBe("exact")
      }
    })
  )
})

test("a log from a file is forked where neither its database nor its workspace is, if its bundle lies beside it; what its events name beside themselves comes along", async () => {
  const { place, id, log, filesByEvent } = await worked
  const file = join(emptyDirectory("file"), "log.jsonl")
  await withApp(place, (app) => app.log.exportTo(id, file))
  await Effect.runPromise(writeFilesOf({ log, file: null, dataDirectory: place.data }, file))
  const other = elsewhere(place)
  await withApp(other, (app) =>
    Effect.gen(function*() {
      const into = join(other.folder, "fork of it")
      const forked = yield* app.fork({ ...AT_END, n: 30, into }, { file })
      expect([forked.root, forked.checkpoint !== null, filesOf(into)]).toEqual([into, true, filesSince(log, filesByEvent, forked.checkpoint!)])
      expect((yield* verdictOn(app, forked.session)).verdict).toBe("exact")
      const whole = yield* app.fork({ ...AT_END, into: join(other.folder, "whole") }, { file })
      expect((yield* textOf(app, whole.session)).match(/^\{"blob":/gm)).toHaveLength(1)
      const again = yield* app.fork({ ...AT_END, n: 2 }, forked.session)
      expect(filesOf(again.root)).toEqual(filesSince(log, filesByEvent, again.checkpoint!))
    })
  )
})

test("without any checkpoint the sentence says what to do; a directory that is named will do, with the files that stand there", async () => {
  const { place, id } = await worked
  const file = join(emptyDirectory("file"), "log.jsonl")
  await withApp(place, (app) => app.log.exportTo(id, file))
  const other = elsewhere(place)
  const into = join(other.folder, "theirs")
  put(into, { "mine.txt": "mine" })
  await withApp(other, (app) =>
    Effect.gen(function*() {
      expect(yield* sentence(app.fork({ ...AT_END, n: 30 }, { file }))).toMatch(
        /^restore the files of event 30 as they were before the tools of event 30: checkpoint \w{12} is not on this machine; .*--with-files.*--in$/
      )
      expect(yield* app.log.list).toEqual([])
      const forked = yield* app.fork({ ...AT_END, n: 30, into }, { file })
      expect([forked.checkpoint, forked.root, filesOf(into)]).toEqual([null, into, { "mine.txt": "- mine" }])
    })
  )
  expect(existsSync(join(other.data, "forks"))).toBe(false)
})

test("what cannot be is refused with a sentence, and nothing is begun", async () => {
  const { place, id, log } = await worked
  const full = emptyDirectory("full")
  put(full, { "a.txt": "a" })
  const edits = (sets: readonly string[], drops: readonly number[] = []): ForkWish => ({ ...AT_END, n: 14, edits: { sets: sets.map(set), drops } })
  const wishes: readonly (readonly [ForkWish, string])[] = [
    [{ ...AT_END, n: 9999 }, `fork at event 9999: the log has events 1 to ${log.rows.length}`],
    [{ ...AT_END, n: 0 }, `fork at event 0: the log has events 1 to ${log.rows.length}`],
    [{ ...AT_END, into: full }, `fork into ${full}: it is not empty; name a directory that is, or that does not exist yet`],
    [{ ...AT_END, model: "nobody" }, "model nobody: no such provider; write PROVIDER:MODEL, where PROVIDER is anthropic, openai, openai-compatible"],
    [edits(["2.txet=x"]), "set 2.txet: it has no field txet; there are parts"],
    [edits(["2.parts[4].text=x"]), "set 2.parts[4].text: it is a list of 1; name a place in it, as [0]"],
    [edits(["2.at=5"]), "set 2.at: at cannot be set; what happened can be changed, not when or to whom"],
    [edits(["2.parts=5"]), 'set 2.parts: UserInput: Expected array at ["parts"]'],
    [edits(["15.text=x"]), "change 15.text: the fork has events 1 to 14"],
    [edits([], [1]), "drop 1: the first event opens the session and cannot be left out"],
    [edits(["2.text=x"], [2]), "set 2.text: event 2 is dropped, too; do one of the two"]
  ]
  await withApp(place, (app) =>
    Effect.gen(function*() {
      const before = [repositoryPrint(place), (yield* app.log.list).length, forksIn(place)]
      const said = yield* Effect.forEach(wishes, ([wish]) => sentence(app.fork(wish, id)))
      expect(said).toEqual(wishes.map(([, words]) => words))
      expect([repositoryPrint(place), (yield* app.log.list).length, forksIn(place)]).toEqual(before)
    })
  )
  expect(filesOf(full)).toEqual({ "a.txt": "- a" })
  expect(fieldEdit("two.text=x")).toBe("--set two.text=x: it is written N.FIELD=VALUE, as '12.text=another task' or '30.parts[0].text=…'")
})

test("a session that another process holds is forked; the holder goes on as if nothing had been", async () => {
  const { place } = await worked
  await withApp(place, (app) =>
    Effect.gen(function*() {
      const session = yield* app.sessions.open({ settings: app.settings, attended: false })
      yield* sayAndRest(session, words("work"))
      const forked = yield* Effect.promise(() => withApp(place, (other) => other.fork(AT_END, session.id)))
      yield* sayAndRest(session, words("look"))
      yield* shutDown(session)
      expect((yield* verdictOn(app, session.id)).verdict).toBe("exact")
      expect(forked.parent.session).toBe(session.id)
    })
  )
})

test("the files of an event in the midst of a batch that a killed process left are those before the batch; after it was taken up, those it found", async () => {
  const { place, log } = await worked
  const hook = log.rows.findIndex(({ event }) => event.type === "PostToolsHookCompleted")
  const batch = log.rows.findLast(({ n, actions }) => n <= hook && actions.some(({ type }) => type === "ExecuteTools"))!
  const killed = { ...log, rows: log.rows.slice(0, batch.n) }
  const into = emptyDirectory("into")
  const named = await Effect.runPromise(filesAt({ log: killed, file: null, dataDirectory: place.data }, batch.n, into))
  expect(named).toMatchObject({ why: "at the start of turn 1", from: 2 })
})
