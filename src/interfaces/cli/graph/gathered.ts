import * as Effect from "effect/Effect"
import type { GraphNode, Problem, ProjectGraph } from "../../../runtime/graph.ts"
import type { Drawn } from "../../view/graph/walk.ts"

/** A part of a graph, and whether it is all of it. */
export interface Part extends Drawn {
  readonly isWhole: boolean
}

/** A graph that is no larger is told whole. */
const NODES_MAX = 2_000
/** Of a larger one so many nodes that were said, and turns that recorded themselves. */
const TOLD_MAX = { said: 300, turns: 50 }
/** In a picture more are not readable. */
const DRAWN_MAX = { said: 90, turns: 10 }
const DEPTH_MAX = 40
/** Below one node, the nearest. */
const BELOW_MAX = 500

/** All there is, or of a large graph the newest. */
export const wholeOrNewest = Effect.fnUntraced(function*(graph: ProjectGraph, isPicture: boolean): Effect.fn.Return<Part, Problem> {
  const some = yield* graph.list({}, NODES_MAX + 1)
  if (some.length <= NODES_MAX) return { ...(yield* graph.content), isWhole: true }
  const { said, turns } = isPicture ? DRAWN_MAX : TOLD_MAX
  const nodes = [...(yield* graph.list({ auto: false }, said)), ...(yield* graph.list({ kinds: ["goal"], statuses: ["active"], auto: true }, turns))]
  return { ...(yield* joined(graph, nodes)), isWhole: false }
})

/** A node and what it leads to. */
export const below = Effect.fnUntraced(function*(graph: ProjectGraph, node: GraphNode): Effect.fn.Return<Part, Problem> {
  const { reached, isWhole } = yield* graph.walk(node.id, "down", { depthMax: DEPTH_MAX, countMax: BELOW_MAX })
  return { ...(yield* joined(graph, [node, ...reached.map((each) => each.node)])), isWhole }
})

/** So many nodes of several goals are told in all. */
const WRITTEN_MAX = 1_500

/** Each of these with what it leads to, as long as it is not too much for anybody to read. */
export const belowEach = Effect.fnUntraced(function*(graph: ProjectGraph, named: readonly GraphNode[]): Effect.fn.Return<readonly Part[], Problem> {
  const parts: Part[] = []
  let count = 0
  for (const node of named) {
    if (count >= WRITTEN_MAX) break
    const part = yield* below(graph, node)
    parts.push(part)
    count += part.nodes.length
  }
  return parts
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
const joined = (graph: ProjectGraph, nodes: readonly GraphNode[]): Effect.Effect<Drawn, Problem> =>
  Effect.map(graph.between(nodes.map(({ id }) => id)), (edges) => ({ nodes, edges }))
