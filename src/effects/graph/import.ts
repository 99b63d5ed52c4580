import * as Effect from "effect/Effect"
import { joined, newerEdge, newerNode, nodeWords } from "./joined.ts"
import type { GraphContent, Tombstone } from "./node.ts"
import type { Imported } from "./project-graph.ts"
import { byAge } from "./standing.ts"
import type { GraphStore, StoreError } from "./store.ts"

/** What is there afterwards is what is there before, joined with what comes. */
export const importContent = Effect.fnUntraced(function*(store: GraphStore, incoming: GraphContent): Effect.fn.Return<Imported, StoreError> {
  const before = yield* store.content
  const news = newsIn(before, incoming)
  if (news === null) return { ...NOTHING, aside: before.aside }
  const few = yield* importFew(store, before, news)
  if (few !== null) return few
  // Some of it may stand already: it is part of what is joined.
  const now = yield* store.content
  const after = joined(now, news)
  yield* store.replace(now, after)
  return importedOf(before, after)
})

/** So many nodes and edges are put in one by one. */
const FEW_MAX = 500

/**
 * Puts a few new things into a graph, each as if it was said here; `null` where that is not all there is to it, for then what stands has to be worked out anew:
 * something is removed or comes back, a known edge changes, an end is not there, or an edge would close a cycle, of which the oldest may be another.
 */
const importFew = Effect.fnUntraced(function*(
  store: GraphStore,
  before: GraphContent,
  { nodes, edges, tombstones }: GraphContent
): Effect.fn.Return<Imported | null, StoreError> {
  if (before.nodes.length === 0 || before.aside.length > 0 || tombstones.length > 0 || nodes.length + edges.length > FEW_MAX) return null
  const known = new Map(before.nodes.map((node) => [node.id, node]))
  const gone = new Set(before.tombstones.map(({ id }) => id))
  const [nodeIds, edgeIds] = [new Set(nodes.map(({ id }) => id)), new Set(edges.map(({ id }) => id))]
  const isThere = (id: string): boolean => known.has(id) || nodeIds.has(id)
  if (
    nodeIds.size < nodes.length
    || edgeIds.size < edges.length
    || nodes.some(({ id }) => gone.has(id))
    || before.edges.some(({ id }) => edgeIds.has(id))
    || !edges.every(({ from, to }) => isThere(from) && isThere(to))
  )
    return null
  yield* Effect.forEach(nodes, store.putNode, { discard: true })
  for (const edge of edges.toSorted(byAge)) if (!(yield* store.putEdge(edge))) return null
  const later = nodes.filter(({ id }) => known.has(id))
  return {
    ...NOTHING,
    added: nodes.length - later.length,
    changed: later.filter((node) => nodeWords(node) !== nodeWords(known.get(node.id)!)).length,
    edgesAdded: edges.length,
    aside: []
  }
})

/** What comes of joining a text that the graph holds already; `null` where it may not. */
export const knownText = (store: GraphStore, hash: string): Effect.Effect<Imported | null, StoreError> =>
  Effect.flatMap(store.holdsText(hash), (holds) => (holds ? Effect.map(store.aside, (aside) => ({ ...NOTHING, aside })) : Effect.succeed(null)))

export const importText = (store: GraphStore, hash: string, content: GraphContent): Effect.Effect<Imported, StoreError> =>
  Effect.tap(importContent(store, content), () => store.keepText(hash))

const NOTHING = { added: 0, changed: 0, removed: 0, edgesAdded: 0, edgesRemoved: 0 } as const

/** What of a content is not known already, or is newer; `null` where all of it is: most of what comes again is. */
const newsIn = (known: GraphContent, incoming: GraphContent): GraphContent | null => {
  const nodesById = new Map(known.nodes.map((node) => [node.id, node]))
  const edgesById = new Map([...known.edges, ...known.aside].map((edge) => [edge.id, edge]))
  const removedByKey = new Map(known.tombstones.map((each) => [`${each.of} ${each.id}`, each.removedAt]))
  const isGone = (of: Tombstone["of"], id: string, at: number): boolean => (removedByKey.get(`${of} ${id}`) ?? -1) >= at
  const nodes = incoming.nodes.filter((node) =>
    nodesById.has(node.id) ? newerNode(nodesById.get(node.id)!, node) === node : !isGone("node", node.id, node.changedAt)
  )
  const edges = [...incoming.edges, ...incoming.aside].filter((edge) =>
    edgesById.has(edge.id) ? newerEdge(edgesById.get(edge.id)!, edge) === edge : !isGone("edge", edge.id, edge.createdAt)
  )
  const tombstones = incoming.tombstones.filter(
    ({ of, id, removedAt }) =>
      !isGone(of, id, removedAt) && ((of === "node" ? nodesById.get(id)?.changedAt : edgesById.get(id)?.createdAt) ?? -1) <= removedAt
  )
  return nodes.length + edges.length + tombstones.length === 0 ? null : { nodes, edges, aside: [], tombstones }
}

const importedOf = (before: GraphContent, after: GraphContent): Imported => {
  const beforeById = new Map(before.nodes.map((node) => [node.id, node]))
  const known = after.nodes.filter(({ id }) => beforeById.has(id))
  const edgeIds = new Set(before.edges.map(({ id }) => id))
  const edgesKept = after.edges.filter(({ id }) => edgeIds.has(id)).length
  return {
    added: after.nodes.length - known.length,
    changed: known.filter((node) => nodeWords(node) !== nodeWords(beforeById.get(node.id)!)).length,
    removed: before.nodes.length - known.length,
    edgesAdded: after.edges.length - edgesKept,
    edgesRemoved: before.edges.length - edgesKept,
    aside: after.aside
  }
}
