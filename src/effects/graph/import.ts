import * as Effect from "effect/Effect"
import { joined, newerEdge, newerNode, nodeWords } from "./joined.ts"
import type { GraphContent, Tombstone } from "./node.ts"
import type { Imported } from "./project-graph.ts"
import type { GraphStore, StoreError } from "./store.ts"

/** What is there afterwards is what is there before, joined with what comes. */
export const importContent = Effect.fnUntraced(function*(store: GraphStore, incoming: GraphContent): Effect.fn.Return<Imported, StoreError> {
  const before = yield* store.content
  const news = newsIn(before, incoming)
  if (news === null) return { ...NOTHING, aside: before.aside }
  const after = joined(before, news)
  yield* store.replace(before, after)
  return importedOf(before, after)
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
  const nodes = incoming.nodes.filter((node) => (nodesById.has(node.id) ? newerNode(nodesById.get(node.id)!, node) === node : !isGone("node", node.id, node.changedAt)))
  const edges = [...incoming.edges, ...incoming.aside].filter((edge) => (edgesById.has(edge.id) ? newerEdge(edgesById.get(edge.id)!, edge) === edge : !isGone("edge", edge.id, edge.createdAt)))
  const tombstones = incoming.tombstones.filter(({ of, id, removedAt }) => !isGone(of, id, removedAt) && ((of === "node" ? nodesById.get(id)?.changedAt : edgesById.get(id)?.createdAt) ?? -1) <= removedAt)
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
