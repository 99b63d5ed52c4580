import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"

import * as Layer from "effect/Layer"
import fc from "fast-check"
import { expect, test } from "vitest"
import { findingsOf } from "../../../src/effects/graph/findings.ts"
import { Graph, layerGraphMemory, layerGraphSql, type ProjectGraph } from "../../../src/effects/graph/graph.ts"
import { FINDINGS } from "../../../src/effects/graph/store.ts"
import type { GraphContent } from "../../../src/effects/graph/node.ts"
import { healthOf, STALE_AFTER_MS } from "../../../src/effects/graph/pulse.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"
import { content, settings } from "./random/contents.ts"

/* Whatever is in a graph, the database reads of it what memory reads, and both what plain loops read. */

const IDS = ["a", "b", "c", "d", "e"]

/** Everything that can be asked. */
const answers = (graph: ProjectGraph, all: GraphContent) =>
  Effect.gen(function*() {
    yield* graph.import(all)
    yield* TestClock.setTime(STALE_AFTER_MS + 5)
    const there = all.nodes.map(({ id }) => id)
    const walks = yield* Effect.forEach(there, (id) =>
      Effect.all([
        graph.walk(id, "down"),
        graph.walk(id, "up", { types: ["leads_to", "requires"], depthMax: 2 }),
        graph.walk(id, "down", { countMax: 2 }),
        graph.edges(id),
        graph.goalsAbove(id)
      ])
    )
    const paths = yield* Effect.forEach(there, (from) => Effect.forEach(there, (to) => graph.path(from, to)))
    const lists = yield* Effect.all([
      graph.activeGoals(2),
      graph.recentDecisions(2),
      graph.priorAttempts(3),
      graph.timeline(null, 4),
      graph.list({ kinds: ["goal", "action"], statuses: ["active", "abandoned"] }),
      graph.search("x", { statuses: ["active"] }),
      graph.search("y")
    ])
    return { content: yield* graph.content, walks, paths, lists, pulse: yield* graph.pulse }
  })

const inLayer = (layer: Layer.Layer<never, unknown>, all: GraphContent) =>
  Effect.runPromise(
    Effect.gen(function*() {
      return yield* answers((yield* Graph).of("/ws"), all)
    }).pipe(Effect.provide(layer), Effect.provide(TestClock.layer()), Effect.scoped)
  )

test("the database and memory answer alike, whatever is in them", { timeout: 600_000 }, () =>
  fc.assert(
    fc.asyncProperty(content, async (all) => {
      const [memory, sql] = await Promise.all([inLayer(layerGraphMemory, all), inLayer(Layer.provide(layerGraphSql, layerSqlite({ file: ":memory:" })), all)])
      expect(sql).toEqual(memory)
      expect({ ...memory.content, nodes: memory.content.nodes.map((node) => ({ ...node, uncertain: [] })) }).toEqual(all)
      isInBreadth(all, memory.walks.map(([down]) => down.reached.map(({ node, depth }) => [node.id, depth] as const)))
      isShortest(all, memory.paths.map((row) => row.map((path) => (path === null ? null : [path.along, path.edges.length] as const))))
    }),
    settings(100)
  ))

const there = ({ nodes }: GraphContent): readonly string[] => nodes.map(({ id }) => id)

/** How far each node is, found by going over all edges again and again. */
const distances = ({ edges }: GraphContent, start: string, along: "down" | "up" | "either"): ReadonlyMap<string, number> => {
  const found = new Map([[start, 0]])
  for (let depth = 1; depth <= IDS.length; depth++) {
    for (const { from, to } of edges) {
      if (along !== "up" && found.get(from) === depth - 1 && !found.has(to)) found.set(to, depth)
      if (along !== "down" && found.get(to) === depth - 1 && !found.has(from)) found.set(from, depth)
    }
  }
  return found
}

const isInBreadth = (all: GraphContent, walks: readonly (readonly (readonly [id: string, depth: number])[])[]): void => {
  for (const [at, start] of there(all).entries()) {
    const expected = [...distances(all, start, "down")].filter(([id]) => id !== start)
    expect(walks[at]!.toSorted()).toEqual(expected.toSorted())
    expect(walks[at]!.map(([, depth]) => depth)).toEqual(walks[at]!.map(([, depth]) => depth).toSorted())
  }
}

const isShortest = (all: GraphContent, paths: readonly (readonly (readonly [along: string, length: number] | null)[])[]): void => {
  for (const [row, from] of there(all).entries()) {
    for (const [column, to] of there(all).entries()) {
      const ways = (["down", "up", "either"] as const).flatMap((along) => {
        const length = distances(all, from, along).get(to)
        return length === undefined ? [] : [[along, length] as const]
      })
      expect(paths[row]![column]).toEqual(ways[0] ?? null)
    }
  }
}

test("the pulse scores exactly what it lists (GRAPH-18)", { timeout: 600_000 }, () =>
  fc.assert(
    fc.asyncProperty(content, async (all) => {
      const { pulse } = await inLayer(Layer.provide(layerGraphSql, layerSqlite({ file: ":memory:" })), all)
      const listed = Object.fromEntries(FINDINGS.map((name) => [name, pulse.found[name].nodes.map(({ id }) => id)]))
      expect(listed).toEqual(findingsOf(all.nodes, all.edges, 5))
      expect(pulse.health).toBe(healthOf(Object.fromEntries(FINDINGS.map((name) => [name, { count: listed[name]!.length }])) as unknown as typeof pulse.found))
      expect(pulse.byConfidence.low).toBe(pulse.found["low-confidence"].count)
      expect(Object.values(pulse.byStatus).reduce((a, b) => a + b)).toBe(pulse.nodes)
    }),
    settings(60)
  ))

