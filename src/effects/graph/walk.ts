import * as Effect from "effect/Effect"
import { EDGE_TYPES, type EdgeType, type GraphEdge } from "./node.ts"
import type { GraphStore, StoreError, Way } from "./store.ts"

/** A node that was come to, by which edge first, and how many edges away from where the walk began. */
export interface Step {
  readonly id: string
  readonly depth: number
  readonly edge: GraphEdge
}

export interface WalkWish {
  readonly types?: readonly EdgeType[]
  readonly depthMax?: number
  /** No more nodes than this. */
  readonly countMax?: number
}

export interface Walk {
  /** Nearest first; of those equally far, in the order of the edges' age. */
  readonly steps: readonly Step[]
  /** False where `countMax` ended it. */
  readonly isWhole: boolean
}

export const DEPTH_MAX = 5
export const STEPS_MAX = 500

/** Goes through the graph in breadth, a layer at a time: a node's depth is the shortest way to it. */
export const walkFrom = Effect.fnUntraced(function*(
  store: Pick<GraphStore, "edges">,
  starts: readonly string[],
  way: Way,
  { types = EDGE_TYPES, depthMax = DEPTH_MAX, countMax = STEPS_MAX }: WalkWish
): Effect.fn.Return<Walk, StoreError> {
  const steps: Step[] = []
  const seen = new Set(starts)
  let frontier = starts
  for (let depth = 1; depth <= depthMax && frontier.length > 0; depth++) {
    const next: string[] = []
    for (const edge of yield* store.edges(frontier, way, types)) {
      const id = way === "down" ? edge.to : edge.from
      if (seen.has(id)) continue
      if (steps.length === countMax) return { steps, isWhole: false }
      seen.add(id)
      next.push(id)
      steps.push({ id, depth, edge })
    }
    frontier = next
  }
  return { steps, isWhole: true }
})
