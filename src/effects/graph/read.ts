import * as Effect from "effect/Effect"
import { problem } from "../os/problem.ts"
import { withMarks } from "./bearing.ts"
import type { GraphContent, GraphNode } from "./node.ts"
import { pathBetween } from "./path.ts"
import type { Walked } from "./project-graph.ts"
import type { GraphStore, StoreError, Way } from "./store.ts"
import { isWeak, marked, uncertainties } from "./uncertain.ts"
import { walkFrom, type WalkWish } from "./walk.ts"
import { nodeThere } from "./write.ts"

const PART_CHARACTERS_MIN = 4
const NAMED_MAX = 6

export const nodeNamed = Effect.fnUntraced(function*(store: GraphStore, word: string): Effect.fn.Return<GraphNode, StoreError> {
  const [exact] = yield* store.nodes([word])
  const ids = exact !== undefined ? [exact.id] : word.length < PART_CHARACTERS_MIN ? [] : yield* store.idsLike(word, NAMED_MAX)
  const nodes = yield* withMarks(store, yield* store.nodes(ids))
  if (nodes.length === 1) return nodes[0]!
  if (nodes.length === 0)
    return yield* problem(`find node ${word}: no id is it, or begins or ends with it; \`loom graph search\` finds one by its words`)
  const shown = nodes.slice(0, NAMED_MAX - 1).map(({ id, title }) => `${id} "${title}"`)
  return yield* problem(
    `find node ${word}: several ids begin or end with it: ${shown.join(", ")}${nodes.length === NAMED_MAX ? ", …" : ""}; give more of it`
  )
})

export const priorAttempts = Effect.fnUntraced(function*(store: GraphStore, countMax: number): Effect.fn.Return<readonly GraphNode[], StoreError> {
  const lists = yield* Effect.all([
    store.list({ statuses: ["superseded"] }, countMax),
    store.list({ statuses: ["abandoned"] }, countMax),
    store.list({ kinds: ["revisit"], statuses: ["active"] }, countMax)
  ])
  return lists.flat().sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)).slice(0, countMax)
})

export const walked = Effect.fnUntraced(function*(store: GraphStore, id: string, way: Way, wish: WalkWish): Effect.fn.Return<Walked, StoreError> {
  yield* nodeThere(store, `walk ${way} from ${id}`, id)
  const { steps, isWhole } = yield* walkFrom(store, [id], way, wish)
  const nodes = yield* withMarks(store, yield* store.nodes(steps.map((step) => step.id)))
  const nodesById = new Map(nodes.map((node) => [node.id, node]))
  // Another process may have removed one meanwhile.
  const reached = steps.flatMap(({ id: each, depth, edge }) => (nodesById.has(each) ? [{ node: nodesById.get(each)!, depth, edge }] : []))
  return { reached, isWhole }
})

export const pathOf = Effect.fnUntraced(function*(store: GraphStore, from: string, to: string) {
  yield* Effect.forEach([from, to], (id) => nodeThere(store, `find the path from ${from} to ${to}`, id))
  const path = yield* pathBetween(store, from, to)
  if (path === null) return null
  const ids = [from]
  for (const edge of path.edges) ids.push(edge.from === ids.at(-1) ? edge.to : edge.from)
  const nodesById = new Map((yield* withMarks(store, yield* store.nodes(ids))).map((node) => [node.id, node]))
  return { along: path.along, nodes: ids.flatMap((id) => nodesById.get(id) ?? []), edges: path.edges }
})

export const markedContent = (content: GraphContent): GraphContent => ({
  ...content,
  nodes: marked(content.nodes, uncertainties(content.nodes.filter(isWeak).map(({ id }) => id), content.edges))
})
