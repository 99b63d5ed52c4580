import type { GraphContent, GraphEdge, GraphNode } from "../../../runtime/graph.ts"

/** The part of a graph's content that is shown. */
export type Drawn = Pick<GraphContent, "nodes" | "edges">

/** A graph made ready to be walked; edges whose ends are not there are left out. */
export interface Walkable {
  /** The oldest first. */
  readonly nodes: readonly GraphNode[]
  readonly nodesById: ReadonlyMap<string, GraphNode>
  readonly outById: ReadonlyMap<string, readonly GraphEdge[]>
  readonly intoById: ReadonlyMap<string, readonly GraphEdge[]>
}

export const walkable = ({ nodes, edges }: Drawn): Walkable => {
  const sorted = [...nodes].sort(byAge)
  const nodesById = new Map(sorted.map((node) => [node.id, node]))
  const nodeOf = (id: string): GraphNode => nodesById.get(id) as GraphNode
  const sound = edges
    .filter(({ from, to }) => nodesById.has(from) && nodesById.has(to))
    .sort((a, b) => byAge(nodeOf(a.to), nodeOf(b.to)) || byAge(nodeOf(a.from), nodeOf(b.from)) || order(a.type, b.type))
  return { nodes: sorted, nodesById, outById: Map.groupBy(sound, ({ from }) => from), intoById: Map.groupBy(sound, ({ to }) => to) }
}

export const edgesFrom = ({ outById }: Walkable, id: string): readonly GraphEdge[] => outById.get(id) ?? []
export const edgesInto = ({ intoById }: Walkable, id: string): readonly GraphEdge[] => intoById.get(id) ?? []

/** The nodes that can be reached from these along the edges, themselves among them. */
export const reachable = (graph: Walkable, from: readonly string[], follow: (edge: GraphEdge) => boolean = () => true): ReadonlySet<string> => {
  const seen = new Set(from)
  // A set hands out what is added to it while it is gone through.
  for (const id of seen) for (const edge of edgesFrom(graph, id)) if (follow(edge)) seen.add(edge.to)
  return seen
}

/** The part of a graph that these nodes make up. */
export const partOf = ({ nodes, edges }: Drawn, ids: ReadonlySet<string>): Drawn => ({
  nodes: nodes.filter(({ id }) => ids.has(id)),
  edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to))
})

/** The oldest first; made in the same millisecond, by name, so that the order is always the same. */
export const byAge = (a: GraphNode, b: GraphNode): number => a.createdAt - b.createdAt || order(a.id, b.id)

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
