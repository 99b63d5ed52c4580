import { isDeepStrictEqual as equals } from "node:util"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { findingsOf } from "../../../src/effects/graph/findings.ts"
import { Graph, layerGraphMemory, layerGraphSql, type ProjectGraph } from "../../../src/effects/graph/graph.ts"
import { contentOf, emptyContent, joined } from "../../../src/effects/graph/joined.ts"
import { EDGE_TYPES, NODE_KINDS, NODE_STATUSES, type GraphContent } from "../../../src/effects/graph/node.ts"
import { FINDINGS } from "../../../src/effects/graph/store.ts"
import type { NodeChange } from "../../../src/effects/graph/wish.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"
import { bareNode } from "../../support/graph.ts"
import { content, settings } from "./random/contents.ts"
import {
  modelAdd,
  modelImport,
  modelLink,
  modelMerge,
  modelRemove,
  modelSupersede,
  modelUnlink,
  modelUpdate,
  shown,
  type Link
} from "./random/model.ts"

/* Random operations on two projects at once, each compared with a model: what it answers, and all that is there afterwards. */

const id = fc.constantFrom("a", "b", "c", "d", "e", "f", "g")
const link: fc.Arbitrary<Link> = fc.record({
  from: id,
  to: id,
  type: fc.constantFrom(...EDGE_TYPES, "leads_to" as const, "leads_to" as const, "requires" as const)
})
const change: fc.Arbitrary<NodeChange> = fc.oneof(
  fc.record({ confidence: fc.constantFrom(null, 0, 49, 50, 100) }),
  fc.record({ status: fc.constantFrom(...NODE_STATUSES) }),
  fc.record({ title: fc.constantFrom("x", "y z"), description: fc.constantFrom("", "words") }),
  fc.record({ files: fc.subarray(["f1", "f2"]), commit: fc.constantFrom(null, "c0ffee") })
)

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      id,
      kind: fc.constantFrom(...NODE_KINDS),
      confidence: fc.constantFrom(null, 10, 90),
      links: fc.oneof(fc.constant<Link[]>([]), fc.array(link, { maxLength: 2 }))
    })
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("update" as const), id, change }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant("link" as const), link }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("unlink" as const), link, which: fc.option(fc.nat(9), { freq: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("supersede" as const), old: id, by: id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pivot" as const), old: id }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("merge" as const), kept: id, gone: id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("import" as const), content }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("import the other's" as const) }) }
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

/** Most of the nodes are there from the beginning: an operation on what is not there is soon tried. */
const SEVEN = contentOf(
  NODE_KINDS.map((kind, at) =>
    bareNode({
      id: "abcdefg"[at]!,
      kind,
      title: `title of ${"abcdefg"[at]}`,
      confidence: at % 3 === 0 ? 10 : null,
      createdAt: 0,
      changedAt: 0
    })
  ),
  [],
  []
)

const story = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.record({ project: fc.constantFrom<0 | 1>(0, 0, 1), atMs: fc.integer({ min: 0, max: 40 }), step }), {
      minLength: 1,
      maxLength: 40,
      size: "max"
    })
  )
  .map(([isEmpty, steps]) =>
    isEmpty
      ? steps
      : ([0, 1] as const)
          .map((project): (typeof steps)[number] => ({ project, atMs: 0, step: { do: "import", content: SEVEN } }))
          .concat(steps)
  )

/** What is done to the graph, as `null` where it is refused; and the same to the model. */
const done = (
  graph: ProjectGraph,
  { do: name, ...rest }: Step,
  nowMs: number,
  models: readonly [mine: GraphContent, other: GraphContent]
) =>
  Effect.gen(function*() {
    const wish = { do: name, ...rest } as Step
    const tried = <A,>(effect: Effect.Effect<A, unknown>) =>
      Effect.catch(
        Effect.map(effect, (): string | null => "done"),
        () => Effect.succeed(null)
      )
    const [mine, other] = models
    switch (wish.do) {
      case "add": {
        const links = wish.links.map((each) => ({ ...each, to: wish.id }))
        const title = `title of ${wish.id}`
        const births = links.map(({ from, type }) => ({ from, type }))
        return [
          yield* tried(graph.add({ id: wish.id, kind: wish.kind, title, confidence: wish.confidence }, births)),
          modelAdd(mine, { id: wish.id, kind: wish.kind, confidence: wish.confidence, title }, links, nowMs)
        ] as const
      }
      case "update":
        return [yield* tried(graph.update(wish.id, wish.change)), modelUpdate(mine, wish.id, wish.change, nowMs)] as const
      case "link":
        return [yield* tried(graph.link(wish.link)), modelLink(mine, wish.link, nowMs)] as const
      case "unlink": {
        const there = [...mine.edges, ...mine.aside]
        const gone = (wish.which === null ? undefined : there[wish.which % Math.max(1, there.length)]) ?? wish.link
        return [yield* tried(graph.unlink(gone)), modelUnlink(mine, gone, nowMs)] as const
      }
      case "remove":
        return [yield* tried(graph.remove(wish.id)), modelRemove(mine, wish.id, nowMs)] as const
      case "supersede":
        return [yield* tried(graph.supersede(wish)), modelSupersede(mine, wish.old, wish.by, nowMs)] as const
      case "merge":
        return [yield* tried(graph.merge(wish.kept, wish.gone)), modelMerge(mine, wish.kept, wish.gone, nowMs)] as const
      case "import":
        return [yield* tried(graph.import(wish.content)), modelImport(mine, wish.content)] as const
      case "import the other's":
        return [
          yield* tried(graph.import(shown(other))),
          modelImport(mine, { ...other, nodes: other.nodes.map((node) => ({ ...node, uncertain: [] })) })
        ] as const
      case "pivot": {
        const before = mine.nodes.find((node) => node.id === wish.old)
        const pivot = yield* Effect.catch(graph.pivot({ old: wish.old, observation: "seen", decision: "anew" }), () => Effect.succeed(null))
        if (pivot === null || before === undefined || before.status !== "active") return [pivot, null] as const
        const nodes = [pivot.observation, pivot.revisit, pivot.decision].map(({ id: each, kind, title }) =>
          bareNode({ id: each, kind, title, createdAt: nowMs, changedAt: nowMs })
        )
        const way = [wish.old, ...nodes.map((node) => node.id)]
        const linked = [
          ...way.slice(1).map((to, at): Link => ({ from: way[at]!, to, type: "leads_to" })),
          { from: way[3]!, to: wish.old, type: "supersedes" as const }
        ].reduce<GraphContent>((so, each) => modelLink(so, each, nowMs)!, { ...mine, nodes: [...mine.nodes, ...nodes] })
        const edges = linked.edges.map((edge) => (edge.from === way[3] && edge.type === "supersedes" ? { ...edge, reason: "seen" } : edge))
        return [pivot, modelUpdate({ ...linked, edges }, wish.old, { status: "superseded" }, nowMs)] as const
      }
    }
  })

const plays = (steps: typeof story extends fc.Arbitrary<infer A> ? A : never) =>
  Effect.gen(function*() {
    const graphs = yield* Graph
    const models = [emptyContent, emptyContent]
    const past: readonly GraphContent[][] = [[], []]
    for (const { project, atMs, step: each } of steps) {
      yield* TestClock.setTime(atMs)
      const mine = graphs.of(["/ws/zero", "/ws/one"][project]!)
      const before = yield* mine.bare
      const [answer, next] = yield* done(mine, each, atMs, [models[project]!, models[1 - project]!])
      expect([each.do, answer === null ? "refused" : "done"]).toEqual([each.do, next === null ? "refused" : "done"])
      models[project] = next ?? models[project]!
      past[project]!.push(models[project]!)
      const now = shown(models[project])
      const after = yield* mine.bare
      // Who has what it held at a change has what it holds, until the next.
      if (!equals(after.content, before.content)) expect(after.changes).toBeGreaterThan(before.changes)
      expect(yield* mine.content).toEqual(now)
      expect((yield* mine.timeline(null, 1000)).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(now.nodes)
      expect(yield* graphs.of(["/ws/one", "/ws/zero"][project]!).content).toEqual(shown(models[1 - project]!))
    }
    // What it held at any time, or took in, it need never take in again.
    for (const [at, states] of past.entries()) {
      const end = joined(emptyContent, models[at]!)
      for (const state of states) expect(joined(end, state)).toEqual(end)
    }
    const shownOnes = models.map(shown)
    for (const [at, path] of ["/ws/zero", "/ws/one"].entries()) {
      const { found } = yield* graphs.of(path).pulse
      expect(Object.fromEntries(FINDINGS.map((name) => [name, found[name].nodes.map(({ id: each }) => each)]))).toEqual(
        findingsOf(shownOnes[at]!.nodes, shownOnes[at]!.edges, -1)
      )
    }
  })

/** The database's own order: each edge that orders goes up in rank; no row of one project names another's. */
const isSound = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(
    sql`SELECT e.id FROM graph_edges e JOIN graph_nodes s ON s.key = e.source JOIN graph_nodes t ON t.key = e.target
      WHERE (e.ordering = 1 AND s.rank >= t.rank) OR s.project <> e.project OR t.project <> e.project OR e.ordering <> (e.type IN ('leads_to', 'requires', 'blocks', 'enables'))
      UNION ALL SELECT id FROM graph_edges WHERE source NOT IN (SELECT key FROM graph_nodes) OR target NOT IN (SELECT key FROM graph_nodes)`,
    (rows) => expect(rows).toEqual([])
  )
)

describe("random operations do what the model does, in this project, and nothing in the other (GRAPH-21)", () => {
  const holds = (run: (steps: Parameters<typeof plays>[0]) => Effect.Effect<unknown, unknown>) => () =>
    fc.assert(
      fc.asyncProperty(story, (steps) => Effect.runPromise(run(steps)).then(() => undefined)),
      settings(100)
    )

  test(
    "in memory",
    { timeout: 600_000 },
    holds((steps) => plays(steps).pipe(Effect.provide(layerGraphMemory), Effect.provide(TestClock.layer()), Effect.scoped))
  )

  test(
    "in the database",
    { timeout: 600_000 },
    holds((steps) =>
      Effect.andThen(plays(steps), isSound).pipe(
        Effect.provide(Layer.provideMerge(layerGraphSql, layerSqlite({ file: ":memory:" }))),
        Effect.provide(TestClock.layer()),
        Effect.scoped
      )
    )
  )
})
