import { execFileSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import type { Keeper } from "../../src/effects/context/keeper.ts"
import { Keepers } from "../../src/effects/context/keepers.ts"
import { Graph, layerGraphSql } from "../../src/effects/graph/graph.ts"
import { layer as layerSqlite } from "../../src/effects/os/sqlite.ts"
import * as Layer from "effect/Layer"
import { call, closed, contentOf, graphIn, makePlace, open, says, told, turn, type Place } from "./graph-place.ts"

const git = (cwd: string, ...words: readonly string[]): void => void execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...words], { cwd, stdio: "ignore" })

/** A repository with a folder and a second worktree. */
const repository = (place: Place): { readonly folder: string; readonly worktree: string } => {
  const [folder, worktree] = [join(place.work, "packages"), join(place.folder, "second")]
  mkdirSync(folder)
  writeFileSync(join(folder, "a.txt"), "a\n")
  git(place.work, "init")
  git(place.work, "add", ".")
  git(place.work, "commit", "-m", "begin")
  git(place.work, "worktree", "add", worktree)
  return { folder, worktree }
}

const keeper = (session: string, project: string, text: string): Keeper => ({
  name: `${session}/0-1`,
  session,
  project,
  from: 0,
  to: 1,
  topic: text,
  hash: "",
  at: 1,
  messages: [{ number: 0, speaker: "the person", text, words: "", repeats: false }]
})

/** Writes as a Loom did to which every folder was a project by itself. */
const writtenBefore = (place: Place, folders: readonly string[]) =>
  Effect.gen(function*() {
    mkdirSync(join(place.folder, "home", "data"), { recursive: true })
    const context = yield* Layer.build(Layer.mergeAll(layerGraphSql, Keepers.layerSql).pipe(Layer.provide(layerSqlite({ file: place.database }))))
    for (const [index, folder] of folders.entries()) {
      const graph = Context.get(context, Graph).of(folder)
      const { node } = yield* graph.add({ kind: "goal", title: `goal ${index}` })
      yield* graph.add({ kind: "decision", title: `weak ${index}`, confidence: 20 }, [{ from: node.id, type: "leads_to" }])
      yield* graph.add({ id: "0000000000000000000000same", kind: "observation", title: `seen ${index}`, at: 1 })
      yield* Context.get(context, Keepers).keep(keeper(`s${index}`, folder, `walrus ${index}`))
    }
  }).pipe(Effect.scoped, Effect.runPromise)

const words = (text: string) => (app: Parameters<Parameters<Place["within"]>[0]>[0]) =>
  Effect.map(app.kept.search(text, "walrus", 10, null), ({ hits }) => hits.map(({ excerpt }) => excerpt).toSorted())

test("what was remembered under a folder and a worktree becomes part of the project's, nothing lost and nothing twice (GRAPH-58, CONTEXT-8)", async () => {
  const place = makePlace()
  const { folder, worktree } = repository(place)
  const elsewhere = join(place.folder, "elsewhere")
  await writtenBefore(place, [place.work, folder, worktree, elsewhere])
  // Of what is of one age everywhere, one holds.
  const all = [
    "goal goal 0",
    "goal goal 1",
    "goal goal 2",
    "decision weak 0 < leads_to goal 0",
    "decision weak 1 < leads_to goal 1",
    "decision weak 2 < leads_to goal 2",
    "observation seen 2"
  ]
  const both = await place.within(
    (app) => Effect.all([contentOf(app, worktree), contentOf(app, place.work), words(folder)(app), words(place.work)(app)]),
    [],
    worktree
  )
  expect([told(both[0]).toSorted(), both[1], both[2], both[3]]).toEqual([
    all.toSorted(),
    both[0],
    ["walrus 0", "walrus 1", "walrus 2"],
    ["walrus 0", "walrus 1", "walrus 2"]
  ])
  const rows = new DatabaseSync(place.database)
  expect(
    ["graph_nodes", "graph_edges", "graph_marks"].map(
      (table) => rows.prepare(`SELECT count(*) AS lost FROM ${table} WHERE project NOT IN (SELECT key FROM graph_projects)`).get()?.["lost"]
    )
  ).toEqual([0, 0, 0])
  rows.close()
  // Once joined it stays so, also where the worktree is gone, and nobody else has any of it.
  rmSync(worktree, { recursive: true })
  expect([await graphIn(place, folder), await place.within(words(folder)), told(await graphIn(place, elsewhere)), await place.within(words(elsewhere))]).toEqual([
    both[0],
    ["walrus 0", "walrus 1", "walrus 2"],
    ["observation seen 3", "goal goal 3", "decision weak 3 < leads_to goal 3"],
    ["walrus 3"]
  ])
})

test("what is decided in a folder is gathered in a worktree, and files are named from the top (GRAPH-40, GRAPH-46)", async () => {
  const place = makePlace()
  const { folder, worktree } = repository(place)
  await writtenBefore(place, [folder])
  const inWorktree = async (): Promise<string> =>
    (await place.within((app) => app.sessions.gatherNext(null, app.settings), [], worktree)).fragments.find(
      ({ name }) => name === "decisions"
    )?.text ?? ""
  const before = await inWorktree()
  const logs = { blocks: [call("decision_log", { kind: "decision", title: "use sqlite" }), call("file_write", { path: "b.txt", content: "b" })] }
  await place.within((app) => Effect.flatMap(open(app), (session) => Effect.andThen(turn(session, "store it"), closed(session))), [logs, says("done")], folder)
  const after = await inWorktree()
  const { nodes } = await graphIn(place)
  const holds = (text: string): readonly boolean[] => ["goal 0", "use sqlite"].map((words) => text.includes(words))
  expect([holds(before), holds(after), nodes.find(({ kind }) => kind === "action")?.files]).toEqual([[true, false], [true, true], ["packages/b.txt"]])
})
