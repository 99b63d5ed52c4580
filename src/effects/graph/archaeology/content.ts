import { edgeOf, nodeOf } from "../wish.ts"
import type { GraphContent, GraphEdge } from "../node.ts"
import type { Proposed } from "./proposal.ts"

/** A proposal as a graph, to be looked at or taken in: the same proposal is the same graph, so that taking it in twice changes nothing. */
export const proposedContent = (proposed: readonly Proposed[]): GraphContent => {
  const given = new Set(proposed.flatMap(({ supersedes }) => supersedes ?? []))
  const nodes = proposed.map(({ wish }) => nodeOf(given.has(wish.id) ? { ...wish, status: "superseded" } : wish, wish.id, wish.at ?? 0))
  const edges = proposed.flatMap(({ wish: { id, at = 0 }, links, supersedes }): readonly GraphEdge[] => [
    ...links.map((link) => edgeOf({ from: id, to: id, ...link }, at)),
    ...(supersedes === null ? [] : [edgeOf({ from: id, to: supersedes, type: "supersedes" }, at)])
  ])
  return { nodes, edges, aside: [], tombstones: [] }
}
