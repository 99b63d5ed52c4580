import { edgeIdOf } from "../../../../src/effects/graph/change-id.ts"
import { contentOf, joined } from "../../../../src/effects/graph/joined.ts"
import { isOrdering, type EdgeType, type GraphContent, type GraphEdge, type GraphNode, type NodeKind, type Tombstone } from "../../../../src/effects/graph/node.ts"
import { bareNode } from "../../../support/graph.ts"
import type { NodeChange } from "../../../../src/effects/graph/wish.ts"

/* A decision graph in the plainest words: lists, and loops over all of them. `null`: it is refused, and all stays as it was. */

export interface Link {
  readonly from: string
  readonly to: string
  readonly type: EdgeType
  readonly reason?: string
}

export const modelAdd = (
  now: GraphContent,
  wish: { readonly id: string; readonly kind: NodeKind; readonly title: string; readonly confidence: number | null },
  links: readonly Link[],
  nowMs: number
): GraphContent | null => {
  if (now.nodes.some(({ id }) => id === wish.id)) return now
  if (now.tombstones.some(({ of, id }) => of === "node" && id === wish.id)) return null
  const born = { ...now, nodes: [...now.nodes, bareNode({ ...wish, createdAt: nowMs, changedAt: nowMs })] }
  return settled(links.reduce<GraphContent | null>((so, link) => so && modelLink(so, link, nowMs), born))
}

export const modelUpdate = (now: GraphContent, id: string, change: NodeChange, nowMs: number): GraphContent | null => {
  const before = now.nodes.find((node) => node.id === id)
  if (before === undefined) return null
  const after = { ...before, ...change } as GraphNode
  const isSame = Object.keys(change).every((name) => JSON.stringify(after[name as keyof GraphNode]) === JSON.stringify(before[name as keyof GraphNode]))
  return { ...now, nodes: now.nodes.map((node) => (node !== before || isSame ? node : { ...after, changedAt: Math.max(nowMs, before.changedAt + 1) })) }
}

export const modelLink = (now: GraphContent, { from, to, type, reason = "" }: Link, nowMs: number): GraphContent | null => {
  const id = edgeIdOf(from, to, type)
  const isThere = (end: string) => now.nodes.some((node) => node.id === end)
  if (from === to || !isThere(from) || !isThere(to) || now.edges.some((edge) => edge.id === id) || (isOrdering(type) && comesTo(now, to).has(from))) return null
  const removedAt = now.tombstones.find((each) => each.of === "edge" && each.id === id)?.removedAt ?? -1
  const edge: GraphEdge = { id, from, to, type, reason, createdAt: Math.max(nowMs, removedAt + 1) }
  return { ...now, edges: [...now.edges, edge], tombstones: now.tombstones.filter((each) => each.id !== id) }
}

/** Where one comes to over edges that order, the beginning included. */
export const comesTo = (now: GraphContent, start: string): ReadonlySet<string> => {
  const seen = new Set([start])
  for (let before = 0; before < seen.size; ) {
    before = seen.size
    for (const edge of now.edges) if (isOrdering(edge.type) && seen.has(edge.from)) seen.add(edge.to)
  }
  return seen
}

export const modelUnlink = (now: GraphContent, { from, to, type }: Link, nowMs: number): GraphContent | null => {
  const gone = [...now.edges, ...now.aside].find(({ id }) => id === edgeIdOf(from, to, type))
  return gone === undefined ? null : settled(without(now, [], [gone], Math.max(nowMs, gone.createdAt)))
}

export const modelRemove = (now: GraphContent, id: string, nowMs: number): GraphContent | null => {
  const gone = now.nodes.find((node) => node.id === id)
  if (gone === undefined) return null
  const edges = [...now.edges, ...now.aside].filter((edge) => edge.from === id || edge.to === id)
  return settled(without(now, [gone], edges, Math.max(nowMs, gone.changedAt, ...edges.map(({ createdAt }) => createdAt))))
}

const without = (now: GraphContent, nodes: readonly GraphNode[], edges: readonly GraphEdge[], removedAt: number): GraphContent => ({
  nodes: now.nodes.filter((node) => !nodes.includes(node)),
  edges: now.edges.filter((edge) => !edges.includes(edge)),
  aside: now.aside.filter((edge) => !edges.includes(edge)),
  tombstones: [...now.tombstones, ...nodes.map(({ id }): Tombstone => ({ id, of: "node", removedAt })), ...edges.map(({ id }): Tombstone => ({ id, of: "edge", removedAt }))]
})

const settled = (now: GraphContent | null): GraphContent | null => now && contentOf(now.nodes, [...now.edges, ...now.aside], now.tombstones)

export const modelSupersede = (now: GraphContent, old: string, by: string, nowMs: number): GraphContent | null => {
  const isSaid = now.edges.some(({ id }) => id === edgeIdOf(by, old, "supersedes"))
  const linked = isSaid ? now : modelLink(now, { from: by, to: old, type: "supersedes" }, nowMs)
  return linked && modelUpdate(linked, old, { status: "superseded" }, nowMs)
}

export const modelMerge = (now: GraphContent, keptId: string, goneId: string, nowMs: number): GraphContent | null => {
  const [kept, gone] = [keptId, goneId].map((id) => now.nodes.find((node) => node.id === id))
  if (kept === undefined || gone === undefined || kept === gone) return null
  const turned = (end: string) => (end === goneId ? keptId : end)
  const removed = modelRemove(now, goneId, nowMs)
  const moved = now.edges
    .filter(({ from, to }) => from === goneId || to === goneId)
    .map(({ from, to, type, reason }): Link => ({ from: turned(from), to: turned(to), type, reason }))
  const linked = moved.reduce<GraphContent | null>(
    (so, link) => so && (link.from === link.to || so.edges.some(({ id }) => id === edgeIdOf(link.from, link.to, link.type)) ? so : modelLink(so, link, nowMs)),
    removed
  )
  const words = [
    kept.description,
    gone.title === kept.title ? "" : gone.title,
    gone.description === kept.description ? "" : gone.description
  ].filter((text) => text !== "")
  return (
    linked
    && modelUpdate(
      linked,
      keptId,
      {
        description: words.join("\n\n"),
        confidence: kept.confidence ?? gone.confidence,
        commit: kept.commit ?? gone.commit,
        files: [...new Set([...kept.files, ...gone.files])].sort()
      },
      nowMs
    )
  )
}

export const modelImport = (now: GraphContent, incoming: GraphContent): GraphContent => joined(now, incoming)

/** The content as it is shown: sorted, and with what makes each node uncertain. */
export const shown = (now: GraphContent): GraphContent => {
  const { nodes, ...rest } = contentOf(now.nodes, [...now.edges, ...now.aside], now.tombstones)
  return {
    ...rest,
    nodes: nodes.map((node) => ({
      ...node,
      uncertain: nodes.filter((source) => source !== node && isLow(source) && reaches(now, source.id).has(node.id)).map(({ id }) => id)
    }))
  }
}

const isLow = ({ status, confidence }: GraphNode): boolean => status === "active" && confidence !== null && confidence < 50

/** What depends on a node by at most five edges: five times all edges. */
const reaches = (now: GraphContent, source: string): ReadonlySet<string> => {
  let seen = new Set([source])
  for (let round = 0; round < 5; round++) {
    const next = new Set(seen)
    for (const { from, to, type } of now.edges) {
      if (["leads_to", "blocks", "enables"].includes(type) && seen.has(from)) next.add(to)
      if (type === "requires" && seen.has(to)) next.add(from)
    }
    seen = next
  }
  return seen
}
