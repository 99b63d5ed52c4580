import type { EdgeType, GraphEdge, GraphNode } from "./node.ts"

/** An active node that is less sure than this makes uncertain what depends on it. */
export const CONFIDENCE_MIN = 50
/** So many edges away. */
export const CASCADE_DEPTH = 5

/** What bears on the node at the arrow's end … */
export const BEARING_DOWN = ["leads_to", "blocks", "enables"] as const satisfies readonly EdgeType[]
/** … and on the one at its beginning. */
export const BEARING_UP = ["requires"] as const satisfies readonly EdgeType[]

export const isWeak = ({ status, confidence }: Pick<GraphNode, "status" | "confidence">): boolean =>
  status === "active" && confidence !== null && confidence < CONFIDENCE_MIN

/** Who depends on whom, by an edge: `null` where nobody does. */
export const bearing = ({ type, from, to }: GraphEdge): { readonly source: string; readonly dependent: string } | null => {
  if ((BEARING_DOWN as readonly EdgeType[]).includes(type)) return { source: from, dependent: to }
  return (BEARING_UP as readonly EdgeType[]).includes(type) ? { source: to, dependent: from } : null
}

/** For each node the weak ones that make it uncertain, sorted. Nothing else is ever uncertain: marks are a function of the graph. */
export const uncertainties = (weak: readonly string[], edges: readonly GraphEdge[]): ReadonlyMap<string, readonly string[]> => {
  const dependentsById = dependentsIn(weak.length === 0 ? [] : edges)
  const sourcesById = new Map<string, string[]>()
  for (const source of weak.toSorted()) {
    for (const id of depthsFrom(dependentsById, source).keys()) {
      const known = sourcesById.get(id)
      if (known === undefined) sourcesById.set(id, [source])
      else known.push(source)
    }
  }
  return sourcesById
}

/** Who depends on each node at once. */
export const dependentsIn = (edges: readonly GraphEdge[]): ReadonlyMap<string, readonly string[]> => {
  const dependentsById = new Map<string, string[]>()
  for (const edge of edges) {
    const found = bearing(edge)
    if (found === null) continue
    const known = dependentsById.get(found.source)
    if (known === undefined) dependentsById.set(found.source, [found.dependent])
    else known.push(found.dependent)
  }
  return dependentsById
}

/** All that depends on the source, but itself, and how far it is. */
export const depthsFrom = (dependentsById: ReadonlyMap<string, readonly string[]>, source: string): ReadonlyMap<string, number> => {
  const depthById = new Map([[source, 0]])
  let frontier: readonly string[] = [source]
  for (let depth = 1; depth <= CASCADE_DEPTH && frontier.length > 0; depth++) {
    const next: string[] = []
    for (const id of frontier) {
      for (const dependent of dependentsById.get(id) ?? []) {
        if (depthById.has(dependent)) continue
        depthById.set(dependent, depth)
        next.push(dependent)
      }
    }
    frontier = next
  }
  depthById.delete(source)
  return depthById
}

/** The nodes with what makes them uncertain. */
export const marked = (nodes: readonly GraphNode[], sourcesById: ReadonlyMap<string, readonly string[]>): readonly GraphNode[] =>
  sourcesById.size === 0 ? nodes : nodes.map((node) => (sourcesById.has(node.id) ? { ...node, uncertain: sourcesById.get(node.id)! } : node))
