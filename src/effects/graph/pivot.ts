import * as Effect from "effect/Effect"
import { problem } from "../os/problem.ts"
import { edgeIdOf } from "./change-id.ts"
import type { GraphNode } from "./node.ts"
import type { Changed, Pivot, PivotWish, SupersedeWish } from "./project-graph.ts"
import type { GraphStore, StoreError } from "./store.ts"
import { addNode, linkNodes, nodeThere, updateNode, withItsMarks, type Desk } from "./write.ts"
import { TITLE_CHARACTERS_MAX } from "./wish.ts"

export const supersede = Effect.fnUntraced(function*(store: GraphStore, { old, by, reason }: SupersedeWish): Effect.fn.Return<Changed, StoreError> {
  yield* nodeThere(store, `supersede ${old}`, old)
  const known = yield* store.edges([by], "down", ["supersedes"])
  if (!known.some(({ id }) => id === edgeIdOf(by, old, "supersedes")))
    yield* linkNodes(store, { from: by, to: old, type: "supersedes", reason: reason ?? "" })
  return yield* updateNode(store, old, { status: "superseded" })
})

export const pivot = Effect.fnUntraced(function*(
  desk: Desk,
  { old: oldId, observation, decision, description, confidence, ...said }: PivotWish
): Effect.fn.Return<Pivot, StoreError> {
  const before = yield* nodeThere(desk.store, `pivot from ${oldId}`, oldId)
  if (before.status !== "active")
    return yield* problem(`pivot from "${before.title}" (${oldId}): it is ${before.status} already; pivot from what took its place`)
  const seen = yield* addNode(desk, { ...said, kind: "observation", title: observation }, [{ from: oldId, type: "leads_to" }])
  const again = yield* addNode(desk, { ...said, kind: "revisit", title: reconsidering(before) }, [{ from: seen.node.id, type: "leads_to" }])
  const anew = yield* addNode(
    desk,
    {
      ...said,
      kind: "decision",
      title: decision,
      ...(description === undefined ? {} : { description }),
      ...(confidence === undefined ? {} : { confidence })
    },
    [
      { from: again.node.id, type: "leads_to" },
      { to: oldId, type: "supersedes", reason: seen.node.title }
    ]
  )
  yield* updateNode(desk.store, oldId, { status: "superseded" })
  const final = (id: string) => Effect.flatMap(nodeThere(desk.store, "pivot", id), (node) => withItsMarks(desk.store, node))
  return {
    old: yield* final(oldId),
    observation: yield* final(seen.node.id),
    revisit: yield* final(again.node.id),
    decision: yield* final(anew.node.id),
    edges: [...seen.edges, ...again.edges, ...anew.edges]
  }
})

const reconsidering = ({ title }: GraphNode): string => {
  const words = `Reconsidering: ${title}`
  return words.length <= TITLE_CHARACTERS_MAX ? words : `${words.slice(0, TITLE_CHARACTERS_MAX - 1)}…`
}
