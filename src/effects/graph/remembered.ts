import * as Effect from "effect/Effect"
import type { Problem } from "../os/problem.ts"
import type { GraphNode, NodeKind } from "./node.ts"
import type { ProjectGraph } from "./project-graph.ts"
import type { Remembered, Tried } from "./remembered-text.ts"

export { rememberedText } from "./remembered-text.ts"

const GOALS_MAX = 8
const DECISIONS_MAX = 5
const TRIED_MAX = 6
const UNFINISHED_MAX = 3
const TIMELINE_MAX = 12

const LATEST_MAX = 48

/** What came about; what was wanted, decided and thought over stands above it. */
const HAPPENED: ReadonlySet<NodeKind> = new Set(["observation", "outcome", "action"])

/** What a session should know of its project's graph. What the session itself recorded it has before its eyes already. */
export const rememberedIn = Effect.fnUntraced(function*(graph: ProjectGraph, session: string): Effect.fn.Return<Remembered, Problem> {
  const goals = yield* graph.list({ kinds: ["goal"], statuses: ["active"], auto: false }, GOALS_MAX)
  const decisions = yield* graph.list({ kinds: ["decision"], statuses: ["active"], auto: false }, DECISIONS_MAX)
  const tried = yield* graph.priorAttempts(TRIED_MAX)
  const latest = yield* graph.list({ statuses: ["active"], auto: false }, LATEST_MAX)
  return {
    goals,
    decisions: yield* Effect.forEach(decisions, (node) => Effect.map(waysOf(graph, node), (ways) => ({ node, ways }))),
    tried: [...(yield* Effect.forEach(tried, (node) => triedOf(graph, node))), ...(yield* unfinished(graph, session))],
    timeline: latest.filter(({ kind }) => HAPPENED.has(kind)).slice(0, TIMELINE_MAX)
  }
})

/** The options that a decision took and left. */
const waysOf = Effect.fnUntraced(function*(
  graph: ProjectGraph,
  { id }: GraphNode
): Effect.fn.Return<Remembered["decisions"][number]["ways"], Problem> {
  const { leaving } = yield* graph.edges(id)
  const chosen = leaving.filter(({ type }) => type === "chosen" || type === "rejected")
  const ways = yield* Effect.forEach(chosen, (edge) => Effect.map(graph.get(edge.to), (node) => (node === null ? [] : [{ edge, node }])))
  return ways.flat()
})

const triedOf = Effect.fnUntraced(function*(graph: ProjectGraph, node: GraphNode): Effect.fn.Return<Tried, Problem> {
  const successor = node.status === "active" ? undefined : (yield* graph.edges(node.id)).arriving.find(({ type }) => type === "supersedes")
  const instead = successor === undefined ? null : yield* graph.get(successor.from)
  return { node, instead: instead === null ? null : { node: instead, reason: successor?.reason ?? "" }, ended: null }
})

/** What other sessions ended with that came to no good end, as far as it is among the latest. */
const unfinished = Effect.fnUntraced(function*(graph: ProjectGraph, session: string): Effect.fn.Return<readonly Tried[], Problem> {
  const ends = yield* graph.list({ kinds: ["outcome"], statuses: ["active"], auto: true }, LATEST)
  const last = ends.filter((end, index) => end.session !== session && ends.findIndex((other) => other.session === end.session) === index)
  const bad = last.filter(({ title }) => !/: (completed|stopped-by-hook)$/.test(title)).slice(0, UNFINISHED_MAX)
  const told = yield* Effect.forEach(bad, (end) =>
    Effect.gen(function*() {
      const above = (yield* graph.edges(end.id)).arriving[0]
      const goal = above === undefined ? null : yield* graph.get(above.from)
      return goal === null || goal.kind !== "goal" ? [] : [{ node: goal, instead: null, ended: end.title.replace(/^turn \d+:? /, "") }]
    })
  )
  return told.flat()
})

/** So many ends of turns are looked at: what was broken off long ago is of no use any more. */
const LATEST = 12
