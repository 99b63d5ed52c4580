import * as Effect from "effect/Effect"
import { EDGE_TYPES, type EdgeType, type GraphEdge } from "./node.ts"
import type { GraphStore, StoreError, Way } from "./store.ts"

/** The shortest way from one node to another. */
export interface Path {
  /** With the arrows, against all of them, or, where there is no such way, regardless of them. */
  readonly along: Way | "either"
  /** As they are passed. */
  readonly edges: readonly GraphEdge[]
}

/** `null` where nothing joins the two. */
export const pathBetween = Effect.fnUntraced(function*(
  store: Pick<GraphStore, "edges">,
  from: string,
  to: string
): Effect.fn.Return<Path | null, StoreError> {
  for (const along of ["down", "up", "either"] as const) {
    const edges = yield* shortest(store, from, to, along, EDGE_TYPES)
    if (edges !== null) return { along, edges }
  }
  return null
})

/** From both ends at once, each time a layer more on the side where fewer wait. */
export const shortest = Effect.fnUntraced(function*(
  store: Pick<GraphStore, "edges">,
  from: string,
  to: string,
  along: Path["along"],
  types: readonly EdgeType[]
): Effect.fn.Return<readonly GraphEdge[] | null, StoreError> {
  if (from === to) return []
  const sides = [sideOf(from), sideOf(to)] as const
  while (sides.every(({ frontier }) => frontier.length > 0)) {
    const [at, other] = sides[0].frontier.length <= sides[1].frontier.length ? ([0, 1] as const) : ([1, 0] as const)
    const here = sides[at]
    const next: string[] = []
    let meeting: string | null = null
    for (const { edge, near, far } of yield* stepsOf(store, here.frontier, at === 0 ? along : turned(along), types)) {
      if (here.edgeById.has(far)) continue
      here.edgeById.set(far, { edge, near })
      next.push(far)
      if (meeting === null && sides[other].edgeById.has(far)) meeting = far
    }
    if (meeting !== null) return [...wayTo(sides[0], meeting).reverse(), ...wayTo(sides[1], meeting)]
    here.frontier = next
  }
  return null
})

interface Side {
  /** By which edge, and from where, a node was come to; `null` at the start. */
  readonly edgeById: Map<string, { readonly edge: GraphEdge; readonly near: string } | null>
  frontier: readonly string[]
}

const sideOf = (start: string): Side => ({ edgeById: new Map([[start, null]]), frontier: [start] })

const turned = (along: Path["along"]): Path["along"] => (along === "either" ? along : along === "down" ? "up" : "down")

const stepsOf = (store: Pick<GraphStore, "edges">, ids: readonly string[], along: Path["along"], types: readonly EdgeType[]) =>
  Effect.map(
    Effect.all([
      along === "up" ? Effect.succeed([]) : store.edges(ids, "down", types),
      along === "down" ? Effect.succeed([]) : store.edges(ids, "up", types)
    ]),
    ([down, up]) => [
      ...down.map((edge) => ({ edge, near: edge.from, far: edge.to })),
      ...up.map((edge) => ({ edge, near: edge.to, far: edge.from }))
    ]
  )

/** From the meeting back to where the side began. */
const wayTo = (side: Side, meeting: string): GraphEdge[] => {
  const edges: GraphEdge[] = []
  for (let step = side.edgeById.get(meeting); step; step = side.edgeById.get(step.near)) edges.push(step.edge)
  return edges
}
