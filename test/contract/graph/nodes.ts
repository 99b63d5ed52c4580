import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { expect } from "vitest"
import { emptyContent } from "../../../src/effects/graph/joined.ts"
import type { NodeKind } from "../../../src/effects/graph/node.ts"
import type { NodeWish } from "../../../src/effects/graph/wish.ts"
import { type Promised } from "./sketch.ts"

/** What a graph promises of its nodes. */
export const nodePromises = (promised: Promised): void => {

  promised("a node is there as it was said, with what nobody said left empty (GRAPH-1)", (graph) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(5000)
      const { node, ...rest } = yield* graph.add({ kind: "goal", title: "  ship\n it  ", files: ["b", "a", "b"], session: "s1", event: 7 })
      expect(node).toEqual({
        id: node.id,
        kind: "goal",
        title: "ship it",
        description: "",
        status: "active",
        confidence: null,
        origin: "said",
        uncertain: [],
        author: null,
        session: "s1",
        event: 7,
        files: ["a", "b"],
        commit: null,
        branch: null,
        keeper: null,
        createdAt: 5000,
        changedAt: 5000
      })
      expect(rest).toEqual({ isNew: true, edges: [], marked: [], discovered: [] })
      expect(yield* graph.get(node.id)).toEqual(node)
      expect(yield* graph.get("nothing")).toBe(null)
    }))

  promised("ids sort by time, also when the clock goes back (GRAPH-1)", (graph) =>
    Effect.gen(function*() {
      const ids: string[] = []
      for (const at of [9_000, 9_000, 2_000, 9_000, 9_001]) {
        yield* TestClock.setTime(at)
        ids.push((yield* graph.add({ kind: "goal", title: "g" })).node.id)
      }
      expect(ids).toEqual(ids.toSorted())
      expect(new Set(ids).size).toBe(5)
    }))

  promised("what cannot be a node is refused, and says why (GRAPH-1)", (graph) =>
    Effect.gen(function*() {
      const why = (wish: Partial<NodeWish>) => Effect.map(Effect.flip(graph.add({ kind: "goal", title: "g", ...wish } as NodeWish)), ({ message }: Error) => message)
      expect(yield* why({ title: " \n " })).toBe("add a goal: it has no title; say in a line what it is")
      expect(yield* why({ title: "x".repeat(301) })).toBe("add a goal: its title has 301 characters, 300 at most; put the rest into the description")
      expect(yield* why({ confidence: 101 })).toBe("add a goal: its confidence is 101; give a whole number from 0 to 100")
      expect(yield* why({ confidence: 49.5 })).toContain("49.5")
      expect(yield* why({ kind: "idea" as NodeKind })).toContain('"idea"; there are goal, decision')
      expect(yield* why({ status: "done" as "active" })).toContain("there are active, superseded, abandoned")
      expect(yield* why({ id: "a b" })).toContain("an id has letters, digits")
      expect(yield* why({ at: -1 })).toContain("milliseconds")
      expect(yield* graph.content).toEqual(emptyContent)
    }))

  promised("one that is said twice with its own id is there once, as it was (GRAPH-2)", (graph) =>
    Effect.gen(function*() {
      const first = yield* graph.add({ id: "s1:7", kind: "action", title: "a" })
      const again = yield* graph.add({ id: "s1:7", kind: "outcome", title: "b" })
      expect(again).toEqual({ ...first, isNew: false })
      yield* graph.remove("s1:7")
      expect((yield* Effect.flip(graph.add({ id: "s1:7", kind: "action", title: "a" }))).message).toBe("add an action: s1:7 was removed; give another id")
    }))

  promised("a change changes what it names, and its time always grows (GRAPH-3)", (graph) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(5000)
      const { node } = yield* graph.add({ kind: "decision", title: "d", confidence: 70, author: "ann" })
      yield* TestClock.setTime(1000)
      const { node: next } = yield* graph.update(node.id, { status: "abandoned", confidence: null, files: ["x"] })
      expect(next).toEqual({ ...node, status: "abandoned", confidence: null, files: ["x"], changedAt: 5001 })
      expect((yield* graph.update(node.id, { status: "abandoned" })).node.changedAt).toBe(5001)
      expect(yield* graph.get(node.id)).toEqual(next)
      expect((yield* Effect.flip(graph.update("gone", {}))).message).toContain("change gone: there is no node gone")
      expect((yield* Effect.flip(graph.update(node.id, { title: "" }))).message).toContain("it has no title")
    }))

  promised("any text comes back as it was, but for halves of characters and NUL (GRAPH-1)", (graph) =>
    Effect.gen(function*() {
      const text = "größe 😀 \u202e \"'%_*;-- \\ \n\t</x> \u0000 \ud800"
      const { node } = yield* graph.add({ kind: "goal", title: "t", description: text, author: text })
      const kept = text.replace("\u0000", "").replace("\ud800", "\ufffd")
      expect([node.description, node.author]).toEqual([kept, kept])
      expect(yield* graph.get(node.id)).toEqual(node)
    }))
}
