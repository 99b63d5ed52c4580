import type { GraphContent, GraphEdge, GraphNode, Tombstone } from "./node.ts"
import { standing } from "./standing.ts"

export const emptyContent: GraphContent = { nodes: [], edges: [], aside: [], tombstones: [] }

/**
 * Two contents as one: of each node and each edge the newest that either knows, its removal if that is not older.
 * It does not matter which comes first, in what order several are joined, or how often.
 */
export const joined = (a: GraphContent, b: GraphContent): GraphContent => {
  const removedAt = latestRemovals([...a.tombstones, ...b.tombstones])
  const nodes = newest([...a.nodes, ...b.nodes], newerNode).filter(({ id, changedAt }) => !isRemoved(removedAt, "node", id, changedAt))
  const all = newest([...a.edges, ...a.aside, ...b.edges, ...b.aside], newerEdge).filter(
    ({ id, createdAt }) => !isRemoved(removedAt, "edge", id, createdAt)
  )
  return contentOf(nodes, all, [...removedAt.values()])
}

/** What these nodes, edges and tombstones come to: each in order, tombstones only of what is not there. */
export const contentOf = (nodes: readonly GraphNode[], all: readonly GraphEdge[], tombstones: readonly Tombstone[]): GraphContent => {
  const nodeIds = new Set(nodes.map(({ id }) => id))
  const edgeIds = new Set(all.map(({ id }) => id))
  const { edges, aside } = standing(nodeIds, all)
  return {
    nodes: nodes.toSorted(byId),
    edges: edges.toSorted(byId),
    aside: aside.toSorted(byId),
    tombstones: tombstones
      .filter((each) => !(each.of === "node" ? nodeIds : edgeIds).has(each.id))
      .sort((a, b) => (a.of === b.of ? byId(a, b) : a.of < b.of ? -1 : 1))
  }
}

/** By code unit, as keys are sorted. */
export const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The later change; of two at one moment that whose words come later, so that all machines choose the same. */
export const newerNode = (a: GraphNode, b: GraphNode): GraphNode => {
  if (a.changedAt !== b.changedAt) return a.changedAt > b.changedAt ? a : b
  return sameWords(a, b) || nodeWords(a) >= nodeWords(b) ? a : b
}

/** Nearly all that come together are the same: that is seen without writing them down. */
const sameWords = (a: GraphNode, b: GraphNode): boolean =>
  a.title === b.title
  && a.description === b.description
  && a.status === b.status
  && a.confidence === b.confidence
  && a.kind === b.kind
  && a.origin === b.origin
  && a.author === b.author
  && a.session === b.session
  && a.event === b.event
  && a.commit === b.commit
  && a.branch === b.branch
  && a.keeper === b.keeper
  && a.createdAt === b.createdAt
  && a.files.length === b.files.length
  && a.files.every((file, at) => file === b.files[at])

/** All that is said of a node, but when, and what only follows from the graph. */
export const nodeWords = (node: GraphNode): string =>
  JSON.stringify([
    node.kind,
    node.title,
    node.description,
    node.status,
    node.confidence,
    node.origin,
    node.author,
    node.session,
    node.event,
    node.files,
    node.commit,
    node.branch,
    node.keeper,
    node.createdAt
  ])

export const newerEdge = (a: GraphEdge, b: GraphEdge): GraphEdge =>
  a.createdAt === b.createdAt ? (a.reason >= b.reason ? a : b) : a.createdAt > b.createdAt ? a : b

const newest = <A extends { readonly id: string }>(all: readonly A[], newer: (a: A, b: A) => A): readonly A[] => {
  const newestById = new Map<string, A>()
  for (const each of all) {
    const known = newestById.get(each.id)
    newestById.set(each.id, known === undefined ? each : newer(known, each))
  }
  return [...newestById.values()]
}

const keyOf = (of: Tombstone["of"], id: string): string => `${of} ${id}`

const latestRemovals = (tombstones: readonly Tombstone[]): ReadonlyMap<string, Tombstone> => {
  const latestByKey = new Map<string, Tombstone>()
  for (const each of tombstones) {
    const known = latestByKey.get(keyOf(each.of, each.id))
    if (known === undefined || each.removedAt > known.removedAt) latestByKey.set(keyOf(each.of, each.id), each)
  }
  return latestByKey
}

const isRemoved = (latestByKey: ReadonlyMap<string, Tombstone>, of: Tombstone["of"], id: string, at: number): boolean =>
  (latestByKey.get(keyOf(of, id))?.removedAt ?? -1) >= at
