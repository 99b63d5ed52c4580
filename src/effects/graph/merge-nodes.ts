import * as Effect from "effect/Effect"
import { problem } from "../os/problem.ts"
import { edgeIdOf } from "./change-id.ts"
import { EDGE_TYPES, type GraphEdge, type GraphNode } from "./node.ts"
import type { Merged } from "./project-graph.ts"
import type { GraphStore, StoreError } from "./store.ts"
import { linkNodes, nodeThere, removeNode, updateNode } from "./write.ts"
import type { NodeChange } from "./wish.ts"

/** The gone node's edges between the two vanish; those that the kept one has already stay as they are. */
export const mergeNodes = Effect.fnUntraced(function*(store: GraphStore, keptId: string, goneId: string): Effect.fn.Return<Merged, StoreError> {
  const what = `merge ${goneId} into ${keptId}`
  if (keptId === goneId) return yield* problem(`${what}: it is the same node; name another`)
  const kept = yield* nodeThere(store, what, keptId)
  const { node: gone, edges } = yield* Effect.flatMap(nodeThere(store, what, goneId), ({ id }) => removeNode(store, id))
  const known = new Set(
    [...(yield* store.edges([keptId], "up", EDGE_TYPES)), ...(yield* store.edges([keptId], "down", EDGE_TYPES))].map(({ id }) => id)
  )
  const moved = edges
    .map((edge) => turnedTo(edge, goneId, keptId))
    .filter(({ from, to, type }) => from !== to && !known.has(edgeIdOf(from, to, type)))
  const links = yield* Effect.forEach(moved, ({ from, to, type, reason }) => linkNodes(store, { from, to, type, reason }))
  const { node } = yield* updateNode(store, keptId, wordsOfBoth(kept, gone))
  return { node, edges: links }
})

const turnedTo = (edge: GraphEdge, goneId: string, keptId: string): GraphEdge => ({
  ...edge,
  from: edge.from === goneId ? keptId : edge.from,
  to: edge.to === goneId ? keptId : edge.to
})

/** What the kept node does not say itself, the other says for it. */
const wordsOfBoth = (kept: GraphNode, gone: GraphNode): NodeChange => {
  const said = [gone.title === kept.title ? "" : gone.title, gone.description === kept.description ? "" : gone.description].filter(
    (text) => text !== ""
  )
  return {
    description: [kept.description, ...said].filter((text) => text !== "").join("\n\n"),
    confidence: kept.confidence ?? gone.confidence,
    author: kept.author ?? gone.author,
    files: [...kept.files, ...gone.files],
    commit: kept.commit ?? gone.commit,
    branch: kept.branch ?? gone.branch,
    keeper: kept.keeper ?? gone.keeper
  }
}
