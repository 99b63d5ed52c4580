import * as Effect from "effect/Effect"
import { joined, nodeWords } from "./joined.ts"
import type { GraphContent } from "./node.ts"
import type { Imported } from "./project-graph.ts"
import type { GraphStore, StoreError } from "./store.ts"

/** What is there afterwards is what is there before, joined with what comes. */
export const importContent = Effect.fnUntraced(function*(store: GraphStore, incoming: GraphContent): Effect.fn.Return<Imported, StoreError> {
  const before = yield* store.content
  const after = joined(before, incoming)
  yield* store.replace(before, after)
  return importedOf(before, after)
})

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
