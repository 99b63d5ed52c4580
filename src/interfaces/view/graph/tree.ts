import type { GraphEdge, GraphNode } from "../../../runtime/graph.ts"
import { edgesFrom, edgesInto, type Walkable } from "./walk.ts"

/** One line of a graph drawn as a tree. */
export interface TreeRow {
  readonly node: GraphNode
  /** The edge it hangs on; `null` for a root. */
  readonly edge: GraphEdge | null
  /** For each depth above whether more follows there. */
  readonly rails: readonly boolean[]
  readonly last: boolean
  /** It stands whole somewhere else: only named here. */
  readonly again: boolean
  /** What recorded itself below it and is folded away. */
  readonly folded: readonly GraphNode[]
}

export interface TreeWish {
  /** Where it begins; `null`: at whatever nothing leads to. */
  readonly roots: readonly string[] | null
  /** Whether what recorded itself is shown, too. */
  readonly auto: boolean
}

/** A graph as a tree: a node stands under the first that leads to it, and is named again under the others. */
export const treeOf = (graph: Walkable, { roots, auto }: TreeWish): readonly TreeRow[] => {
  const shown = auto ? () => true : keptBy(graph)
  const rows: TreeRow[] = []
  const placed = new Set<string>()
  const begin = roots ?? rootsOf(graph)
  const ahead: Ahead[] = begin
    .flatMap((id) => graph.nodesById.get(id) ?? [])
    .filter(({ id }) => shown(id))
    .map((node) => ({ node, edge: null, rails: [], last: true }))
    .reverse()
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { node } = next
    const again = placed.has(node.id)
    placed.add(node.id)
    const children = again
      ? []
      : edgesFrom(graph, node.id).flatMap((edge) => (shown(edge.to) ? [{ edge, node: graph.nodesById.get(edge.to) as GraphNode }] : []))
    const folded = again ? [] : edgesFrom(graph, node.id).flatMap(({ to }) => (shown(to) ? [] : (graph.nodesById.get(to) ?? [])))
    rows.push({ ...next, again, folded })
    const rails = next.edge === null ? [] : [...next.rails, !next.last]
    ahead.push(...children.map((child, index) => ({ ...child, rails, last: index === children.length - 1 })).reverse())
  }
  return rows
}

type Ahead = Pick<TreeRow, "node" | "edge" | "rails" | "last">

/** What nothing leads to, the oldest first; of a ring that nothing leads into, its oldest. */
export const rootsOf = (graph: Walkable): readonly string[] => {
  const roots = graph.nodes.filter(({ id }) => edgesInto(graph, id).length === 0).map(({ id }) => id)
  const seen = new Set<string>()
  const spread = (id: string): void => {
    const ahead = [id]
    for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      for (const { to } of edgesFrom(graph, next)) ahead.push(to)
    }
  }
  roots.forEach(spread)
  const rings = graph.nodes.flatMap(({ id }) => (seen.has(id) ? [] : (spread(id), [id])))
  return [...roots, ...rings]
}

/** What somebody said, all that leads to it, and the goals of turns: the rest recorded itself and is folded. */
const keptBy = (graph: Walkable): ((id: string) => boolean) => {
  const kept = new Set(graph.nodes.filter(({ origin }) => origin !== "auto").map(({ id }) => id))
  for (const id of kept) for (const { from } of edgesInto(graph, id)) kept.add(from)
  for (const { id, kind, origin } of graph.nodes) if (origin === "auto" && kind === "goal") kept.add(id)
  return (id) => kept.has(id)
}
