import * as Effect from "effect/Effect"
import type { GraphEdge, GraphNode, Problem, ProjectGraph } from "../../../runtime/graph.ts"
import type { Drawn } from "../../view/graph/walk.ts"

/** A part of a graph, and whether it is all of it. */
export interface Part extends Drawn {
  readonly isWhole: boolean
}

/** A graph that is no larger is told whole. */
const NODES_MAX = 2_000
/** Of a larger one so many nodes that were said, and turns that recorded themselves. */
const SAID_MAX = 300
const TURNS_MAX = 50
const DEPTH_MAX = 40
/** Below one node, the nearest. */
const BELOW_MAX = 500

/** All there is, or of a large graph the newest. */
export const wholeOrNewest = Effect.fnUntraced(function*(graph: ProjectGraph): Effect.fn.Return<Part, Problem> {
  const some = yield* graph.list({}, NODES_MAX + 1)
  if (some.length <= NODES_MAX) return { ...(yield* graph.content), isWhole: true }
  const nodes = [...(yield* graph.list({ auto: false }, SAID_MAX)), ...(yield* graph.list({ kinds: ["goal"], statuses: ["active"], auto: true }, TURNS_MAX))]
  return { ...(yield* joined(graph, nodes)), isWhole: false }
})

/** A node and what it leads to. */
export const below = Effect.fnUntraced(function*(graph: ProjectGraph, node: GraphNode): Effect.fn.Return<Part, Problem> {
  const { reached, isWhole } = yield* graph.walk(node.id, "down", { depthMax: DEPTH_MAX, countMax: BELOW_MAX })
  return { ...(yield* joined(graph, [node, ...reached.map((each) => each.node)])), isWhole }
})

/** Nodes with their neighbours. */
export const around = Effect.fnUntraced(function*(graph: ProjectGraph, node: GraphNode): Effect.fn.Return<Drawn, Problem> {
  const { arriving, leaving } = yield* graph.edges(node.id)
  const edges = [...arriving, ...leaving]
  const ids = new Set([...edges.flatMap(({ from, to }) => [from, to]), ...node.uncertain].filter((id) => id !== node.id))
  const found = yield* Effect.forEach(ids, (id) => graph.get(id))
  return { nodes: [node, ...found.filter((other) => other !== null)], edges }
})

/** Nodes with the edges between them. */
const joined = Effect.fnUntraced(function*(graph: ProjectGraph, nodes: readonly GraphNode[]): Effect.fn.Return<Drawn, Problem> {
  const ids = new Set(nodes.map(({ id }) => id))
  const edges: GraphEdge[] = []
  for (const id of ids) edges.push(...(yield* graph.edges(id)).leaving.filter(({ to }) => ids.has(to)))
  return { nodes, edges }
})
