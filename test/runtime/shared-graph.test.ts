import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { graphText } from "../../src/effects/graph/graph-text.ts"
import { emptyContent } from "../../src/effects/graph/joined.ts"
import "../../src/runtime/owed-decisions.ts"
import "../../src/runtime/shared-graph.ts"
import { exportGraphFile } from "../../src/runtime/graph-files.ts"
import { hashOfNothing, keepTrust } from "../../src/runtime/workspace/trust.ts"
import { closed, contentOf, graphIn, makePlace, open, says, turn, type Place } from "./graph-place.ts"

const LONG_AGO = new Date("2026-01-02")

const makeTeam = (place: Place) => {
  const file = join(place.work, ".loom", "graph.json")
  mkdirSync(join(place.work, ".loom"))
  return {
    file,
    /** As a pull leaves it. */
    pulled: (text: string): void => {
      writeFileSync(file, text)
      utimesSync(file, LONG_AGO, LONG_AGO)
    },
    trust: (): void => keepTrust(join(place.folder, "home", "data"), { root: place.work, hash: hashOfNothing(), trusted: true, at: 1 })
  }
}

const goal = (id: string, title: string) => ({
  id,
  kind: "goal" as const,
  title,
  description: "",
  status: "active" as const,
  confidence: null,
  origin: "said" as const,
  uncertain: [],
  author: "Mina",
  session: null,
  event: null,
  files: [],
  commit: null,
  branch: null,
  keeper: null,
  createdAt: 1,
  changedAt: 1
})
const textOf = (...titles: readonly string[]): string => graphText({ ...emptyContent, nodes: titles.map((title, at) => goal(`n${at}`, title)) })

const titlesIn = async (place: Place): Promise<readonly string[]> => (await graphIn(place)).nodes.map(({ title }) => title)

test("what a pull brought is taken in once the workspace is trusted, and told once; before, it is only said that there is something (GRAPH-59)", async () => {
  const place = makePlace()
  const team = makeTeam(place)
  await place.within((app) => Effect.flatMap(app.graph(place.work), (graph) => exportGraphFile(graph, team.file, "shared")))
  expect([await titlesIn(place), place.told]).toEqual([[], []])
  team.pulled(textOf("ship it"))
  expect([await titlesIn(place), await titlesIn(place), place.told]).toEqual([
    [],
    [],
    [
      expect.stringMatching(
        /^\.loom\/graph\.json may hold decisions of others .*`loom graph import` takes them in, and `loom trust` has it done whenever they change$/
      )
    ]
  ])
  team.trust()
  expect([await titlesIn(place), await titlesIn(place), place.told.slice(1)]).toEqual([
    ["ship it"],
    ["ship it"],
    ["taken into the decision graph from .loom/graph.json: 1 node added"]
  ])
  team.pulled("<<<<<<< ours\n")
  expect([await titlesIn(place), await titlesIn(place), place.told.slice(2)]).toEqual([
    ["ship it"],
    ["ship it"],
    [
      expect.stringMatching(
        /^\.loom\/graph\.json was not taken into the decision graph: read .* it holds the marks of an unfinished merge; /
      )
    ]
  ])
})

test("a file that looks as it did is not read again; what this machine shared itself brings nothing (GRAPH-59)", async () => {
  const place = makePlace()
  const team = makeTeam(place)
  team.trust()
  team.pulled(textOf("one"))
  await titlesIn(place)
  const { ino } = statSync(team.file)
  team.pulled(readFileSync(team.file, "utf8").replace("one", "two"))
  expect([statSync(team.file).ino, await titlesIn(place)]).toEqual([ino, ["one"]])
  const shared = await place.within((app) =>
    Effect.gen(function*() {
      const graph = yield* app.graph(place.work)
      yield* graph.add({ id: "n1", kind: "goal", title: "mine" })
      yield* exportGraphFile(graph, team.file, "shared")
      return yield* (yield* app.graph(place.work)).content
    })
  )
  expect([shared.nodes.map(({ title }) => title), await titlesIn(place), place.told]).toEqual([
    ["one", "mine"],
    ["one", "mine"],
    ["taken into the decision graph from .loom/graph.json: 1 node added"]
  ])
})

test("a session takes it in beside itself (GRAPH-59)", async () => {
  const place = makePlace()
  const team = makeTeam(place)
  team.trust()
  team.pulled(textOf("ship it"))
  const seen = await place.within(
    (app) =>
      Effect.gen(function*() {
        const session = yield* open(app)
        yield* Effect.repeat(Effect.sleep(10), { until: () => place.told.length > 0 })
        yield* turn(session, "hello")
        yield* closed(session)
        return yield* contentOf(app, place.work)
      }),
    [says("hi")]
  )
  expect([seen.nodes.map(({ title }) => title).sort(), place.told]).toEqual([
    ["hello", "ship it", "turn 1: completed"],
    ["taken into the decision graph from .loom/graph.json: 1 node added"]
  ])
})
