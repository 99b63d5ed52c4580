import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { chain, named, type Promised } from "./sketch.ts"

/** What a graph promises to those who change their minds. */
export const changingPromises = (promised: Promised): void => {

  promised("what supersedes another says so, and the other's status does (GRAPH-13)", (graph) =>
    Effect.gen(function*() {
      const [a, b] = yield* named(graph, ["a", "b"])
      expect((yield* graph.supersede({ old: a, by: b, reason: "slow" })).node.status).toBe("superseded")
      expect((yield* graph.edges(a)).arriving.map(({ from, type, reason }) => [from, type, reason])).toEqual([[b, "supersedes", "slow"]])
      const before = yield* graph.content
      yield* graph.supersede({ old: a, by: b })
      expect(yield* graph.content).toEqual(before)
      expect((yield* Effect.flip(graph.supersede({ old: b, by: b }))).message).toContain("an edge joins two nodes")
      expect((yield* graph.get(b))?.status).toBe("active")
    }))

  promised("a pivot is an observation, a second thought and another decision, all or nothing (GRAPH-14)", (graph) =>
    Effect.gen(function*() {
      const { node: old } = yield* graph.add({ kind: "decision", title: "cache in memory", confidence: 30 })
      const before = yield* graph.content
      expect((yield* Effect.flip(graph.pivot({ old: old.id, observation: "it leaks", decision: "" }))).message).toContain("it has no title")
      expect(yield* graph.content).toEqual(before)
      const done = yield* graph.pivot({ old: old.id, observation: "it leaks", decision: "cache on disk", description: "bounded", confidence: 80, session: "s", author: "ann" })
      const { observation, revisit, decision } = done
      expect([done.old.status, observation.title, revisit.title, decision.title, decision.description, decision.confidence]).toEqual([
        "superseded",
        "it leaks",
        "Reconsidering: cache in memory",
        "cache on disk",
        "bounded",
        80
      ])
      expect([observation, revisit, decision].map(({ kind, session, author, confidence }) => [kind, session, author, confidence])).toEqual([
        ["observation", "s", "ann", null],
        ["revisit", "s", "ann", null],
        ["decision", "s", "ann", 80]
      ])
      expect(done.edges.map(({ from, to, type }) => [from, type, to])).toEqual([
        [old.id, "leads_to", observation.id],
        [observation.id, "leads_to", revisit.id],
        [revisit.id, "leads_to", decision.id],
        [decision.id, "supersedes", old.id]
      ])
      expect([observation.uncertain, decision.uncertain]).toEqual([[], []])
      expect((yield* Effect.flip(graph.pivot({ old: old.id, observation: "x", decision: "y" }))).message).toBe(
        `pivot from "cache in memory" (${old.id}): it is superseded already; pivot from what took its place`
      )
    }))

  promised("two nodes that are one become one: edges, words and files are taken over (GRAPH-15)", (graph) =>
    Effect.gen(function*() {
      const [up, down] = yield* named(graph, ["up", "down"])
      const { node: kept } = yield* graph.add({ kind: "action", title: "kept", description: "k", files: ["a"] }, [{ from: up, type: "leads_to" }])
      const { node: gone } = yield* graph.add({ kind: "action", title: "gone", description: "g", files: ["b"], confidence: 60 }, [
        { from: up, type: "leads_to" },
        { to: down, type: "leads_to", reason: "why" },
        { from: kept.id, type: "enables" }
      ])
      const { node, edges } = yield* graph.merge(kept.id, gone.id)
      expect([node.title, node.description, node.files, node.confidence]).toEqual(["kept", "k\n\ngone\n\ng", ["a", "b"], 60])
      expect(edges.map(({ from, to, type, reason }) => [from, to, type, reason])).toEqual([[kept.id, down, "leads_to", "why"]])
      const content = yield* graph.content
      expect(content.nodes.map(({ title }) => title)).toEqual(["up", "down", "kept"])
      expect(content.edges.map(({ from, to }) => [from, to]).sort()).toEqual([[kept.id, down], [up, kept.id]].sort())
    }))

  promised("two nodes are not made one where that would close a cycle (GRAPH-15)", (graph) =>
    Effect.gen(function*() {
      const [a, b, c] = yield* named(graph, ["a", "b", "c"])
      yield* chain(graph, [a, b, c])
      const before = yield* graph.content
      expect((yield* Effect.flip(graph.merge(a, c))).message).toContain("would close a cycle")
      expect(yield* graph.content).toEqual(before)
      expect((yield* Effect.flip(graph.merge(a, a))).message).toContain("the same node")
    }))
}
