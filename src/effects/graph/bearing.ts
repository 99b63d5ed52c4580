import * as Effect from "effect/Effect"
import type { EdgeType, GraphEdge, GraphNode } from "./node.ts"
import type { Dependent, Discovery } from "./project-graph.ts"
import type { GraphStore, StoreError } from "./store.ts"
import { bearing, BEARING_DOWN, BEARING_UP, CASCADE_DEPTH, marked, uncertainties } from "./uncertain.ts"
import { walkFrom } from "./walk.ts"

/** The nodes with what makes them uncertain: what bears on them is read, as far as it reaches. */
export const withMarks = Effect.fnUntraced(function*(store: GraphStore, nodes: readonly GraphNode[]): Effect.fn.Return<readonly GraphNode[], StoreError> {
  if (nodes.length === 0 || !(yield* store.hasWeak)) return nodes
  const seen = new Set(nodes.map(({ id }) => id))
  const edges: GraphEdge[] = []
  let frontier: readonly string[] = [...seen]
  for (let depth = 0; depth < CASCADE_DEPTH && frontier.length > 0; depth++) {
    const found = [...(yield* store.edges(frontier, "up", BEARING_DOWN)), ...(yield* store.edges(frontier, "down", BEARING_UP))]
    edges.push(...found)
    frontier = unseen(seen, found.map((edge) => bearing(edge)!.source))
  }
  return marked(nodes, uncertainties(yield* store.weak([...seen]), edges))
})

/** All that depends on a node, the nearest first. */
export const dependentsOf = Effect.fnUntraced(function*(store: GraphStore, id: string): Effect.fn.Return<readonly Dependent[], StoreError> {
  const depthById = new Map<string, number>()
  const seen = new Set([id])
  let frontier: readonly string[] = [id]
  for (let depth = 1; depth <= CASCADE_DEPTH && frontier.length > 0; depth++) {
    const found = [...(yield* store.edges(frontier, "down", BEARING_DOWN)), ...(yield* store.edges(frontier, "up", BEARING_UP))]
    frontier = unseen(seen, found.map((edge) => bearing(edge)!.dependent))
    for (const each of frontier) depthById.set(each, depth)
  }
  const nodes = yield* withMarks(store, yield* store.nodes([...depthById.keys()]))
  return nodes.map((node) => ({ node, depth: depthById.get(node.id)! })).sort((a, b) => a.depth - b.depth)
})

/** Those that were not seen before, each once; they are seen now. */
const unseen = (seen: Set<string>, ids: readonly string[]): readonly string[] =>
  ids.filter((id) => {
    if (seen.has(id)) return false
    seen.add(id)
    return true
  })

/** How far up a discovery is told. */
const DISCOVERY_DEPTH = 3
const DISCOVERY_TYPES = ["leads_to", "chosen", "enables", "requires", "blocks"] as const satisfies readonly EdgeType[]

/** The active goals above a node, the nearest first. */
export const goalsAbove = Effect.fnUntraced(function*(store: GraphStore, id: string): Effect.fn.Return<readonly Discovery[], StoreError> {
  const { steps } = yield* walkFrom(store, [id], "up", { types: DISCOVERY_TYPES, depthMax: DISCOVERY_DEPTH, countMax: Infinity })
  const depthById = new Map(steps.map((step) => [step.id, step.depth]))
  const nodes = yield* withMarks(store, yield* store.nodes(steps.map((step) => step.id)))
  return nodes
    .filter(({ kind, status }) => kind === "goal" && status === "active")
    .map((goal) => ({ goal, owner: goal.author, depth: depthById.get(goal.id)! }))
    .sort((a, b) => a.depth - b.depth)
})
