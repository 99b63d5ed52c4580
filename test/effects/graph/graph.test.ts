import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { Graph, layerGraphSql, type ProjectGraph } from "../../../src/effects/graph/graph.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"

const inGraph = <A>(use: (graph: ProjectGraph) => Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(Effect.provide(Effect.flatMap(Effect.gen(function*() { return (yield* Graph).of("/w") }), use), Layer.provide(layerGraphSql, layerSqlite({ file: ":memory:" }))))
  )

test("what was added is there, with the edge it was born with", async () => {
  const [goal, action, content] = await inGraph((graph) =>
    Effect.gen(function*() {
      const goal = yield* graph.add({ kind: "goal", title: "ship it" })
      const action = yield* graph.add({ kind: "action", title: "build", files: ["b", "a", "b"], confidence: 80 }, [{ from: goal.node.id, type: "leads_to" }])
      yield* graph.update(goal.node.id, { status: "abandoned" })
      return [goal, action, yield* graph.content] as const
    })
  )
  expect(content.nodes.map(({ id, status, files }) => [id, status, files])).toEqual([[goal.node.id, "abandoned", []], [action.node.id, "active", ["a", "b"]]])
  expect(content.edges).toEqual(action.edges)
})

test("an edge that would close a cycle is refused", async () => {
  const refused = await inGraph((graph) =>
    Effect.gen(function*() {
      const a = yield* graph.add({ kind: "goal", title: "a" })
      const b = yield* graph.add({ kind: "action", title: "b" }, [{ from: a.node.id, type: "leads_to" }])
      return yield* Effect.flip(graph.link({ from: b.node.id, to: a.node.id, type: "requires" }))
    })
  )
  expect(refused.message).toContain("close a cycle")
})
