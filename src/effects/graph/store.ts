import type * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Problem } from "../os/problem.ts"
import type { EdgeType, GraphContent, GraphEdge, GraphNode } from "./node.ts"

export type StoreError = SqlError | Problem

/** Down goes along the arrows, up against them. */
export type Way = "down" | "up"

/** What one project's graph needs of a database. Its nodes say nothing of what makes them uncertain: that is worked out above. */
export interface GraphStore {
  /** All that the effect writes, or nothing; nobody else writes meanwhile. */
  readonly atomically: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E | StoreError>
  /** Those that there are, in order of their ids. */
  readonly nodes: (ids: readonly string[]) => Effect.Effect<readonly GraphNode[], StoreError>
  readonly putNode: (node: GraphNode) => Effect.Effect<void, StoreError>
  /** The edges that leave these nodes, or arrive at them, the oldest first. */
  readonly edges: (ids: readonly string[], way: Way, types: readonly EdgeType[]) => Effect.Effect<readonly GraphEdge[], StoreError>
  /** False, and nothing is written, where it would close a cycle. Both ends are there, and there is none of its id. */
  readonly putEdge: (edge: GraphEdge) => Effect.Effect<boolean, StoreError>
  readonly content: Effect.Effect<GraphContent, StoreError>
}
