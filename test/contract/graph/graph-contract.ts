import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import { Graph, type GraphOf } from "../../../src/effects/graph/graph.ts"
import { bearingPromises } from "./bearing.ts"
import { changingPromises } from "./changing.ts"
import { edgePromises } from "./edges.ts"
import { joiningPromises } from "./joining.ts"
import { lookingPromises } from "./looking.ts"
import { nodePromises } from "./nodes.ts"
import type { Promised } from "./sketch.ts"

/** What every decision graph promises; each of its layers is held to it. */
export const graphContract = (name: string, layer: () => Layer.Layer<never, unknown>): void => {
  const inAll = <A>(use: (graphs: GraphOf) => Effect.Effect<A, unknown>): Promise<A> =>
    Effect.runPromise(
      Effect.gen(function*() {
        return yield* use(yield* Graph)
      }).pipe(Effect.provide(layer()), Effect.provide(TestClock.layer()), Effect.scoped)
    )
  const promised: Promised = (words, use) => test(`${name}: ${words}`, () => inAll((graphs) => use(graphs.of("/ws/one"))))
  for (const promises of [nodePromises, edgePromises, lookingPromises, changingPromises, bearingPromises, joiningPromises]) promises(promised)

  test(`${name}: nothing of one project is in another (GRAPH-21)`, () =>
    inAll((graphs) =>
      Effect.gen(function*() {
        const [one, two] = [graphs.of("/ws/one"), graphs.of("/ws/two")]
        const { node } = yield* one.add({ id: "same", kind: "goal", title: "one", confidence: 10 })
        const { node: other } = yield* two.add({ id: "same", kind: "goal", title: "two" })
        yield* one.add({ kind: "action", title: "act" }, [{ from: "same", type: "leads_to" }])
        expect([yield* one.get("same"), yield* two.get("same")]).toEqual([node, other])
        expect([(yield* two.search("one")).length, (yield* one.search("one")).length]).toEqual([0, 1])
        expect([(yield* two.pulse).nodes, (yield* two.timeline(null)).length, (yield* two.content).nodes]).toEqual([1, 1, [other]])
        yield* two.import(yield* one.content)
        yield* two.remove("same")
        expect(yield* one.get("same")).toEqual(node)
        expect((yield* one.walk("same", "down")).reached.length).toBe(1)
      })))
}
