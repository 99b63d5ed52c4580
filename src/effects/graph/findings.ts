import type { GraphEdge, GraphNode, NodeKind } from "./node.ts"
import type { Finding } from "./store.ts"
import { isWeak } from "./uncertain.ts"

/** What is amiss among these nodes; each list the oldest first. What Loom logged of itself lacks nothing that anybody should add. */
export const findingsOf = (
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  staleBeforeMs: number
): Readonly<Record<Finding, readonly string[]>> => {
  const kindById = new Map(nodes.map(({ id, kind }) => [id, kind]))
  const followersOf = (id: string, types: (edge: GraphEdge) => boolean = () => true): readonly string[] =>
    edges.flatMap((edge) => {
      if (edge.type === "supersedes" || !types(edge)) return []
      return edge.type === "requires" ? (edge.to === id ? [edge.from] : []) : edge.from === id ? [edge.to] : []
    })
  const isFollowed = (id: string, kind: NodeKind): boolean => followersOf(id).some((other) => kindById.get(other) === kind)
  const pointsAt = (id: string, kind: NodeKind, types: (edge: GraphEdge) => boolean): readonly string[] =>
    edges.flatMap((edge) => (edge.from === id && types(edge) && kindById.get(edge.to) === kind ? [edge.to] : []))

  const active = nodes.filter(({ status }) => status === "active").sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  const said = active.filter(({ origin }) => origin !== "auto")
  const lacking = (kind: NodeKind, has: (id: string) => boolean) => said.filter((node) => node.kind === kind && !has(node.id))
  const ids = (found: readonly GraphNode[]) => found.map(({ id }) => id)
  return {
    "goal-without-options": ids(
      lacking(
        "goal",
        (id) =>
          isFollowed(id, "option")
          || pointsAt(id, "decision", ({ type }) => type !== "requires" && type !== "supersedes").some((decision) =>
            isFollowed(decision, "option")
          )
      )
    ),
    "decision-without-actions": ids(
      lacking(
        "decision",
        (id) =>
          isFollowed(id, "action") || pointsAt(id, "option", ({ type }) => type === "chosen").some((option) => isFollowed(option, "action"))
      )
    ),
    "action-without-outcomes": ids(lacking("action", (id) => isFollowed(id, "outcome"))),
    orphan: ids(said.filter((node) => node.kind !== "goal" && !edges.some(({ from, to }) => from === node.id || to === node.id))),
    stale: ids(said.filter(({ changedAt }) => changedAt < staleBeforeMs)),
    "low-confidence": ids(active.filter(isWeak))
  }
}
