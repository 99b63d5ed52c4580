import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Graph, layerGraphSql, type ProjectGraph } from "../src/effects/graph/graph.ts"
import { graphText, parseGraph } from "../src/effects/graph/graph-text.ts"
import type { GraphContent } from "../src/effects/graph/node.ts"
import { layer as layerSqlite } from "../src/effects/os/sqlite.ts"
import { longStory } from "./graph-story.ts"
import { bestRatioOf, timedAsync, type Figure, type Measure, type Size } from "./measure.ts"

/** The decision graph: what does not grow with it, and what its operations take when it is large. */

const NODES = 100_000
const FEW_NODES = 1000
/** What any operation may take, and what a turn's recall may. Units: ms. */
const OPERATION_MS = 200
const RECALL_MS = 20

export const graph: Measure = (size) =>
  inFolder(async (folder) => {
    const few = longStory(size.count(FEW_NODES), Date.now())
    const many = longStory(size.count(NODES), Date.now())
    return withGraph(join(folder, "few.db"), few, (small) =>
      withGraph(join(folder, "many.db"), many, async (large) => {
        const { ratio, floor, measured } = await bestRatioOf(size.rounds(9), () => timedRun(recall(large)), () => timedRun(recall(small)))
        const what = `what a turn is told (goals, decisions, attempts, timeline) from ${many.nodes.length} nodes and ${many.edges.length} edges, against ${few.nodes.length}`
        return [{ name: "graph", ratio, floor, unit: "ms", limit: 3, what }, of("recall", measured, RECALL_MS), ...(await operations(large, many, size))]
      }))
  })

/** What stands before a model at the beginning of a turn. */
const recall = (of: ProjectGraph) => Effect.all([of.activeGoals(10), of.recentDecisions(5), of.priorAttempts(5), of.timeline(null, 20)])

const of = (name: string, ms: number, limitMs: number): Figure => ({ name: `· ${name}`, ratio: ms / limitMs, floor: limitMs, unit: "ms", limit: 1, what: `${ms.toFixed(1)} ms, the best of some, against ${limitMs} ms`, aside: true })

/** Each the best of some; those that write do it somewhere else each time. */
const operations = async (large: ProjectGraph, { nodes, edges }: GraphContent, size: Size): Promise<readonly Figure[]> => {
  let turn = 0
  const node = (place: number) => nodes[Math.floor(place) % nodes.length]!
  const at = (part: number): string => node(nodes.length * part + (turn % 7)).id
  const decisions = nodes.filter(({ kind, status }) => kind === "decision" && status === "active")
  const runs: Readonly<Record<string, () => Effect.Effect<unknown, unknown>>> = {
    get: () => large.get(at(0.5)),
    named: () => large.named(at(0.5)),
    "search, a rare word": () => large.search(`number${Math.floor(nodes.length / 2)}`),
    "search, a word of every fifth": () => large.search("cache"),
    "search, a letter": () => large.search("n"),
    "walk down": () => large.walk(at(0.5), "down"),
    "walk up": () => large.walk(at(0.5), "up"),
    path: () => large.path(at(0), at(0.99)),
    pulse: () => large.pulse,
    add: () => large.add({ kind: "observation", title: "seen" }, [{ from: at(0.5), type: "leads_to" }]),
    update: () => large.update(at(0.3), { confidence: turn % 2 === 0 ? 10 : 90 }),
    link: () => large.link({ from: at(0.2 + (turn % 40) / 100), to: at(0.7), type: "chosen" }),
    "link, refused for a cycle": () => Effect.flip(large.link({ from: at(0.99), to: at(0), type: "blocks" })),
    unlink: () => large.unlink(edges[Math.floor(edges.length / 2) + turn]!),
    pivot: () => large.pivot({ old: decisions[(Math.floor(decisions.length / 2) + turn) % decisions.length]!.id, observation: "seen", decision: "anew" }),
    remove: () => large.remove(node(nodes.length / 2 + 10 * turn).id)
  }
  const figures: Figure[] = []
  for (const [name, run] of Object.entries(runs)) {
    const took: number[] = []
    for (let round = 0; round < size.rounds(7); round++, turn++) took.push(await timedRun(Effect.ignore(run())))
    figures.push(of(name, Math.min(...took), OPERATION_MS))
  }
  return [...figures, ...(await wholes(large))]
}

/** What reads or writes all of the graph takes as long as the graph is large. */
const wholes = async (large: ProjectGraph): Promise<readonly Figure[]> => {
  const all = await Effect.runPromise(large.content)
  const text = graphText(all)
  const jsonMs = await timedAsync(async () => void JSON.parse(text))
  const against = (name: string, ms: number): Figure => ({ name: `· ${name}`, ratio: ms / jsonMs, floor: jsonMs, unit: "ms", limit: 40, what: `${ms.toFixed(0)} ms for all of it, against JSON.parse of its ${(text.length / 1e6).toFixed(0)} MB`, aside: true })
  return [
    against("content", await timedRun(large.content)),
    against("graph.json", await timedAsync(async () => void parseGraph(graphText(all), "graph.json"))),
    against("import, nothing new", await timedRun(large.import(all)))
  ]
}

const timedRun = (run: Effect.Effect<unknown, unknown>): Promise<number> => timedAsync(() => Effect.runPromise(run))

const withGraph = <A>(file: string, content: GraphContent, use: (graph: ProjectGraph) => Promise<A>): Promise<A> =>
  Effect.runPromise(
    Effect.gen(function*() {
      const made = (yield* Graph).of("/bench")
      yield* made.import(content)
      return yield* Effect.promise(() => use(made))
    }).pipe(Effect.provide(Layer.provide(layerGraphSql, layerSqlite({ file }))), Effect.scoped)
  )

const inFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "loom-bench-graph-"))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
