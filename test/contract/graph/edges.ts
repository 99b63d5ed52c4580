import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { expect } from "vitest"
import type { LinkWish } from "../../../src/effects/graph/wish.ts"
import { named, type Promised } from "./sketch.ts"

/** What a graph promises of its edges. */
export const edgePromises = (promised: Promised): void => {

  promised("an edge has its ends, its type and its reason; it can be taken away and put back (GRAPH-4)", (graph) =>
    Effect.gen(function*() {
      const [a, b] = yield* named(graph, ["a", "b"])
      const edge = yield* graph.link({ from: a, to: b, type: "chosen", reason: "fast" })
      expect(edge).toEqual({ id: edge.id, from: a, to: b, type: "chosen", reason: "fast", createdAt: 0 })
      expect(yield* graph.edges(a)).toEqual({ arriving: [], leaving: [edge] })
      expect(yield* graph.edges(b)).toEqual({ arriving: [edge], leaving: [] })
      expect(yield* graph.unlink(edge)).toEqual(edge)
      expect((yield* graph.content).tombstones).toEqual([{ id: edge.id, of: "edge", removedAt: 0 }])
      expect((yield* Effect.flip(graph.unlink(edge))).message).toBe(`unlink ${a} from ${b}: no edge chosen joins them`)
      expect((yield* graph.link({ from: a, to: b, type: "chosen" })).createdAt).toBe(1)
      expect((yield* graph.content).tombstones).toEqual([])
    }))

  promised("no edge from a node to itself, to nothing, or twice of a type (GRAPH-4)", (graph) =>
    Effect.gen(function*() {
      const [a, b] = yield* named(graph, ["a", "b"])
      yield* graph.link({ from: a, to: b, type: "leads_to" })
      const why = (wish: LinkWish) => Effect.map(Effect.flip(graph.link(wish)), ({ message }: Error) => message)
      expect(yield* why({ from: a, to: a, type: "chosen" })).toBe(`link ${a} to ${a}: an edge joins two nodes, and this is one; name another`)
      expect(yield* why({ from: a, to: b, type: "leads_to" })).toBe(`link ${a} to ${b}: "a" (${a}) leads_to "b" (${b}) is there already`)
      expect(yield* why({ from: a, to: "x", type: "leads_to" })).toContain("there is no node x")
      expect(yield* why({ from: a, to: b, type: "likes" as "chosen" })).toContain("there are leads_to, chosen")
      yield* graph.link({ from: a, to: b, type: "enables" })
      expect((yield* graph.content).edges).toHaveLength(2)
    }))

  promised("the edge that would close a cycle is refused, naming the path (GRAPH-5)", (graph) =>
    Effect.gen(function*() {
      const [a, b, c] = yield* named(graph, ["a", "b", "c"])
      yield* graph.link({ from: a, to: b, type: "leads_to" })
      yield* graph.link({ from: b, to: c, type: "requires" })
      expect((yield* Effect.flip(graph.link({ from: c, to: a, type: "blocks" }))).message).toBe(
        `link ${c} to ${a}: blocks would close a cycle, as "a" (${a}) leads_to "b" (${b}) requires "c" (${c}); take one of these edges away first, or link the other way round`
      )
      expect((yield* graph.content).edges).toHaveLength(2)
      for (const type of ["chosen", "rejected", "supersedes"] as const) yield* graph.link({ from: c, to: a, type })
      yield* graph.unlink({ from: a, to: b, type: "leads_to" })
      yield* graph.link({ from: c, to: a, type: "blocks" })
      expect((yield* Effect.flip(graph.link({ from: a, to: b, type: "enables" }))).message).toContain("requires")
    }))

  promised("a long way round is told by its beginning and its end (GRAPH-5)", (graph) =>
    Effect.gen(function*() {
      const ids = yield* named(graph, Array.from({ length: 40 }, (_, at) => `n${at}`))
      for (let at = 1; at < ids.length; at++) yield* graph.link({ from: ids[at - 1]!, to: ids[at]!, type: "leads_to" })
      const { message } = yield* Effect.flip(graph.link({ from: ids[39]!, to: ids[0]!, type: "leads_to" }))
      expect(message.match(/"n\d+"|… \d+ more …/g)).toEqual(['"n0"', '"n1"', '"n2"', '"n3"', '"n4"', "… 31 more …", '"n36"', '"n37"', '"n38"', '"n39"'])
    }))

  promised("a node is born with its edges, or not at all (GRAPH-6)", (graph) =>
    Effect.gen(function*() {
      const [a, b] = yield* named(graph, ["a", "b"])
      yield* graph.link({ from: a, to: b, type: "leads_to" })
      const before = yield* graph.content
      const failed = yield* Effect.flip(graph.add({ kind: "action", title: "c" }, [{ from: b, type: "leads_to" }, { to: a, type: "leads_to" }]))
      expect(failed.message).toContain("would close a cycle")
      expect(yield* graph.content).toEqual(before)
      const { node, edges } = yield* graph.add({ kind: "action", title: "c" }, [{ from: b, type: "leads_to", reason: "so" }, { to: a, type: "chosen" }])
      expect(edges.map(({ from, to, type, reason }) => [from, to, type, reason])).toEqual([[b, node.id, "leads_to", "so"], [node.id, a, "chosen", ""]])
    }))

  promised("what is removed goes with its edges, and leaves tombstones (GRAPH-7)", (graph) =>
    Effect.gen(function*() {
      const [a, b, c] = yield* named(graph, ["a", "b", "c"])
      const ab = yield* graph.link({ from: a, to: b, type: "leads_to" })
      const bc = yield* graph.link({ from: b, to: c, type: "leads_to" })
      yield* TestClock.setTime(50)
      const removed = yield* graph.remove(b)
      expect([removed.node.title, removed.edges]).toEqual(["b", [ab, bc]])
      const content = yield* graph.content
      expect([content.nodes.map(({ id }) => id), content.edges]).toEqual([[a, c], []])
      expect(content.tombstones).toEqual([...[ab.id, bc.id].sort().map((id) => ({ id, of: "edge", removedAt: 50 })), { id: b, of: "node", removedAt: 50 }])
      expect(yield* graph.search("b")).toEqual([])
      expect((yield* Effect.flip(graph.remove(b))).message).toContain("there is no node")
    }))
}
