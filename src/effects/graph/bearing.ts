import * as Effect from "effect/Effect"
import type { EdgeType, GraphNode } from "./node.ts"
import type { Dependent, Discovery } from "./project-graph.ts"
import type { GraphStore, StoreError } from "./store.ts"
import { marked } from "./uncertain.ts"
import { walkFrom } from "./walk.ts"

/** The nodes with what makes them uncertain. */
export const withMarks = (store: GraphStore, nodes: readonly GraphNode[]): Effect.Effect<readonly GraphNode[], StoreError> =>
  nodes.length === 0 ? Effect.succeed(nodes) : Effect.map(store.marks(nodes.map(({ id }) => id)), (sourcesById) => marked(nodes, sourcesById))

/** So many of those that became uncertain are told. */
const TOLD_MAX = 100

/** What a weak node makes uncertain, the nearest first. */
export const dependentsOf = Effect.fnUntraced(function*(store: GraphStore, id: string): Effect.fn.Return<readonly Dependent[], StoreError> {
  const found = yield* store.dependents(id, TOLD_MAX)
  const nodes = yield* withMarks(store, yield* store.nodes(found.map((each) => each.id)))
  const nodesById = new Map(nodes.map((node) => [node.id, node]))
  return found.flatMap((each) => (nodesById.has(each.id) ? [{ node: nodesById.get(each.id)!, depth: each.depth }] : []))
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
