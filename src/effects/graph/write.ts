import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { attempt, problem } from "../os/problem.ts"
import { dependentsOf, goalsAbove, withMarks } from "./bearing.ts"
import { edgeIdOf } from "./change-id.ts"
import { contentOf } from "./joined.ts"
import { EDGE_TYPES, ORDERING_TYPES, type GraphEdge, type GraphNode, type Tombstone } from "./node.ts"
import { shortest } from "./path.ts"
import type { Added, Changed, Dependent, Removed } from "./project-graph.ts"
import type { GraphStore, StoreError } from "./store.ts"
import { isWeak } from "./uncertain.ts"
import { adding, changed, edgeOf, nodeOf, type BirthLink, type LinkWish, type NodeChange, type NodeWish } from "./wish.ts"

/** Where the writing operations work: each is run as one transaction by who calls it. */
export interface Desk {
  readonly store: GraphStore
  readonly newId: (atMs: number) => string
}

export const addNode = Effect.fnUntraced(function*(
  { store, newId }: Desk,
  wish: NodeWish,
  links: readonly BirthLink[]
): Effect.fn.Return<Added, StoreError> {
  const nowMs = yield* Clock.currentTimeMillis
  const what = adding(wish)
  const node = yield* attempt(what, () => nodeOf(wish, wish.id ?? newId(wish.at ?? nowMs), nowMs))
  if (wish.id !== undefined) {
    const [known] = yield* store.nodes([node.id])
    if (known !== undefined) return { node: yield* withItsMarks(store, known), isNew: false, edges: [], marked: [], discovered: [] }
    if ((yield* store.tombstone("node", node.id)) !== null) return yield* problem(`${what}: ${node.id} was removed; give another id`)
  }
  yield* store.putNode(node)
  const edges = yield* Effect.forEach(links, (each) => linkNodes(store, { from: node.id, to: node.id, ...each }, wish.at ?? nowMs))
  if (wish.id !== undefined) yield* resettle(store)
  return {
    node: yield* withItsMarks(store, node),
    isNew: true,
    edges,
    marked: isWeak(node) ? yield* dependentsOf(store, node.id) : [],
    discovered: node.kind === "observation" || node.kind === "outcome" ? yield* goalsAbove(store, node.id) : []
  }
})

export const updateNode = Effect.fnUntraced(function*(store: GraphStore, id: string, change: NodeChange): Effect.fn.Return<Changed, StoreError> {
  const nowMs = yield* Clock.currentTimeMillis
  const before = yield* nodeThere(store, `change ${id}`, id)
  const node = yield* attempt(`change ${id}`, () => changed(before, change, nowMs))
  if (node === before) return { node: yield* withItsMarks(store, node), marked: [], cleared: [] }
  const isOther = isWeak(before) !== isWeak(node)
  const cleared = isOther && isWeak(before) ? yield* dependentsOf(store, id) : []
  yield* store.putNode(node)
  const marked = isOther && isWeak(node) ? yield* dependentsOf(store, id) : []
  return { node: yield* withItsMarks(store, node), marked, cleared: yield* again(store, cleared) }
})

/** As they are now. */
const again = (store: GraphStore, dependents: readonly Dependent[]): Effect.Effect<readonly Dependent[], StoreError> =>
  Effect.map(store.marks(dependents.map(({ node }) => node.id)), (sourcesById) =>
    dependents.map(({ node, depth }) => ({ node: { ...node, uncertain: sourcesById.get(node.id) ?? [] }, depth }))
  )

/** An edge of now, or of when the node was that is born with it. */
export const linkNodes = Effect.fnUntraced(function*(store: GraphStore, wish: LinkWish, atMs?: number): Effect.fn.Return<GraphEdge, StoreError> {
  const nowMs = atMs ?? (yield* Clock.currentTimeMillis)
  const what = `link ${wish.from} to ${wish.to}`
  const edge = yield* attempt(what, () => edgeOf(wish, nowMs))
  const from = yield* nodeThere(store, what, edge.from)
  const to = yield* nodeThere(store, what, edge.to)
  const known = yield* store.edges([edge.from], "down", [edge.type])
  if (known.some(({ id }) => id === edge.id)) return yield* problem(`${what}: ${nameOf(from)} ${edge.type} ${nameOf(to)} is there already`)
  const removed = yield* store.tombstone("edge", edge.id)
  const newest = removed === null ? edge : { ...edge, createdAt: Math.max(edge.createdAt, removed.removedAt + 1) }
  return (yield* store.putEdge(newest)) ? newest : yield* closing(store, what, newest)
})

export const unlinkNodes = Effect.fnUntraced(function*(
  store: GraphStore,
  { from, to, type }: Omit<LinkWish, "reason">
): Effect.fn.Return<GraphEdge, StoreError> {
  const id = edgeIdOf(from, to, type)
  const edge = [...(yield* store.edges([from], "down", [type])), ...(yield* store.aside)].find((each) => each.id === id)
  if (edge === undefined) return yield* problem(`unlink ${from} from ${to}: no edge ${type} joins them`)
  yield* store.remove([{ id, of: "edge", removedAt: Math.max(yield* Clock.currentTimeMillis, edge.createdAt) }])
  yield* resettle(store)
  return edge
})

export const removeNode = Effect.fnUntraced(function*(store: GraphStore, id: string): Effect.fn.Return<Removed, StoreError> {
  const node = yield* withItsMarks(store, yield* nodeThere(store, `remove ${id}`, id))
  const edges = [...(yield* store.edges([id], "up", EDGE_TYPES)), ...(yield* store.edges([id], "down", EDGE_TYPES))]
  const aside = (yield* store.aside).filter(({ from, to }) => from === id || to === id)
  // All at one moment, by which a merge knows what went together.
  const removedAt = [...edges, ...aside].reduce(
    (latest, { createdAt }) => Math.max(latest, createdAt),
    Math.max(yield* Clock.currentTimeMillis, node.changedAt)
  )
  yield* store.remove([
    { id, of: "node", removedAt },
    ...[...edges, ...aside].map((edge): Tombstone => ({ id: edge.id, of: "edge", removedAt }))
  ])
  yield* resettle(store)
  return { node, edges }
})

/** Whatever was kept aside may stand now. */
export const resettle = Effect.fnUntraced(function*(store: GraphStore): Effect.fn.Return<void, StoreError> {
  if ((yield* store.aside).length === 0) return
  const before = yield* store.content
  yield* store.replace(before, contentOf(before.nodes, [...before.edges, ...before.aside], before.tombstones))
})

export const withItsMarks = (store: GraphStore, node: GraphNode): Effect.Effect<GraphNode, StoreError> =>
  Effect.map(withMarks(store, [node]), ([same]) => same!)

export const nodeThere = (store: GraphStore, what: string, id: string): Effect.Effect<GraphNode, StoreError> =>
  Effect.flatMap(store.nodes([id]), ([node]) =>
    node === undefined
      ? Effect.fail(problem(`${what}: there is no node ${id}; \`loom graph search\` finds one by its words`))
      : Effect.succeed(node)
  )

// ── why not ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Says by which nodes one comes from the edge's end to its beginning already. */
const closing = Effect.fnUntraced(function*(store: GraphStore, what: string, edge: GraphEdge): Effect.fn.Return<never, StoreError> {
  return yield* problem(
    `${what}: ${edge.type} would close a cycle, as ${yield* wayBack(store, edge)}; take one of these edges away first, or link the other way round`
  )
})

/** Why an edge cannot stand. */
export const whyAside = Effect.fnUntraced(function*(store: GraphStore, edge: GraphEdge): Effect.fn.Return<string, StoreError> {
  const there = new Set((yield* store.nodes([edge.from, edge.to])).map(({ id }) => id))
  const gone = [edge.from, edge.to].filter((id) => !there.has(id))
  if (gone.length > 0) return `${gone.join(" and ")} ${gone.length === 1 ? "is" : "are"} gone`
  return `it would close a cycle${yield* Effect.map(wayBack(store, edge), (words) => (words === "" ? "" : `, as ${words}`))}`
})

/** Empty where there is no way. */
const wayBack = Effect.fnUntraced(function*(store: GraphStore, { from, to }: GraphEdge): Effect.fn.Return<string, StoreError> {
  const path = yield* shortest(store, to, from, "down", ORDERING_TYPES)
  if (path === null) return ""
  const nodesById = new Map((yield* store.nodes([to, ...path.map((edge) => edge.to)])).map((node) => [node.id, node]))
  const words = path.map((edge) => `${edge.type} ${nameOf(nodesById.get(edge.to)!)}`)
  const shown =
    words.length <= SHOWN_MAX
      ? words
      : [...words.slice(0, SHOWN_MAX / 2), `… ${words.length - SHOWN_MAX} more …`, ...words.slice(-SHOWN_MAX / 2)]
  return [nameOf(nodesById.get(to)!), ...shown].join(" ")
})

const SHOWN_MAX = 8

const nameOf = ({ id, title }: GraphNode): string => `"${title}" (${id})`
