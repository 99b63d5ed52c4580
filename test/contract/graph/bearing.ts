import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { expect } from "vitest"
import { emptyContent } from "../../../src/effects/graph/joined.ts"
import type { NodeKind } from "../../../src/effects/graph/node.ts"
import type { NodeWish } from "../../../src/effects/graph/wish.ts"
import { chain, named, type Promised } from "./sketch.ts"

const DAY_MS = 86_400_000

/** What a graph promises to tell of itself: uncertainty, discoveries, its pulse. */
export const bearingPromises = (promised: Promised): void => {

  promised("low confidence marks what depends on it, five edges far, and recovering clears just that (GRAPH-16)", (graph) =>
    Effect.gen(function*() {
      const ids = yield* named(graph, ["a", "b", "c", "d", "e", "f", "g"])
      const [a, b] = ids
      yield* graph.link({ from: a, to: b, type: "leads_to" })
      yield* graph.link({ from: b, to: ids[2], type: "blocks" })
      yield* graph.link({ from: ids[3], to: ids[2], type: "requires" })
      yield* graph.link({ from: ids[3], to: ids[4], type: "enables" })
      yield* chain(graph, ids.slice(4))
      yield* graph.link({ from: a, to: ids[6], type: "chosen" })
      const shaky = yield* graph.update(a, { confidence: 49 })
      expect([shaky.marked.map(({ node, depth }) => [node.title, depth]), shaky.cleared]).toEqual([[["b", 1], ["c", 2], ["d", 3], ["e", 4], ["f", 5]], []])
      yield* graph.update(ids[3], { confidence: 0 })
      const marks = () => Effect.map(graph.content, ({ nodes }) => nodes.map(({ uncertain }) => uncertain.map((id) => "abcdefg"[ids.indexOf(id)]).join("")))
      expect(yield* marks()).toEqual(["", "a", "a", "a", "ad", "ad", "d"])
      expect((yield* graph.get(ids[4]))?.uncertain).toEqual([a, ids[3]].sort())
      const sure = yield* graph.update(a, { confidence: 50 })
      expect([sure.marked, sure.cleared.map(({ node }) => node.title)]).toEqual([[], ["b", "c", "d", "e", "f"]])
      expect(yield* marks()).toEqual(["", "", "", "", "d", "d", "d"])
      yield* graph.unlink({ from: ids[4], to: ids[5], type: "leads_to" })
      expect(yield* marks()).toEqual(["", "", "", "", "d", "", ""])
      yield* graph.update(ids[3], { status: "superseded" })
      expect(yield* marks()).toEqual(["", "", "", "", "", "", ""])
    }))

  promised("one that is unsure from its birth marks, too (GRAPH-16)", (graph) =>
    Effect.gen(function*() {
      const [a, b] = yield* named(graph, ["a", "b"])
      yield* graph.link({ from: a, to: b, type: "leads_to" })
      const { node, marked } = yield* graph.add({ kind: "option", title: "o", confidence: 10 }, [{ to: a, type: "enables" }])
      expect(marked.map(({ node: each, depth }) => [each.title, depth, each.uncertain])).toEqual([["a", 1, [node.id]], ["b", 2, [node.id]]])
    }))

  promised("an edge more goes on from what is uncertain already, and never past five edges (GRAPH-16)", (graph) =>
    Effect.gen(function*() {
      const ids = yield* named(graph, ["a", "b", "c", "d", "e", "f", "g", "h"])
      yield* graph.update(ids[0], { confidence: 1 })
      yield* chain(graph, ids)
      const marks = () => Effect.map(graph.content, ({ nodes }) => nodes.map(({ uncertain }) => uncertain.length).join(""))
      const read = () => Effect.map(Effect.forEach(ids, (id) => graph.get(id)), (nodes) => nodes.map((node) => node?.uncertain.length).join(""))
      expect([yield* marks(), yield* read()]).toEqual(["01111100", "01111100"])
      yield* graph.link({ from: ids[0], to: ids[4], type: "blocks" })
      expect([yield* marks(), yield* read()]).toEqual(["01111111", "01111111"])
      yield* graph.remove(ids[3])
      expect([yield* marks(), yield* graph.get(ids[7])].map((each) => (typeof each === "string" ? each : each?.uncertain))).toEqual(["0111111", [ids[0]]])
      yield* graph.unlink({ from: ids[0], to: ids[4], type: "blocks" })
      expect([yield* marks(), yield* read()]).toEqual(["0110000", "0110000"])
    }))

  promised("what is seen is told to whose goals it bears on, three edges up (GRAPH-17)", (graph) =>
    Effect.gen(function*() {
      const goal = (title: string, author: string | null, status = "active" as const) => Effect.map(graph.add({ kind: "goal", title, author, status }), ({ node }) => node.id)
      const far = yield* goal("far", "far")
      const [near, other, left] = [yield* goal("near", "ann"), yield* goal("other", null), yield* goal("left", "eve")]
      yield* graph.update(left, { status: "abandoned" })
      const { node: decision } = yield* graph.add({ kind: "decision", title: "d" }, [{ from: near, type: "leads_to" }, { from: left, type: "leads_to" }])
      const { node: action } = yield* graph.add({ kind: "action", title: "a" }, [{ from: decision.id, type: "enables" }, { from: other, type: "requires" }])
      yield* graph.link({ from: far, to: near, type: "leads_to" })
      const { node, discovered } = yield* graph.add({ kind: "observation", title: "o" }, [{ from: action.id, type: "leads_to" }])
      expect(discovered.map(({ goal: { title }, owner, depth }) => [title, owner, depth])).toEqual([["other", null, 2], ["near", "ann", 3]])
      expect(yield* graph.goalsAbove(node.id)).toEqual(discovered)
      expect((yield* graph.add({ kind: "action", title: "b" }, [{ from: near, type: "leads_to" }])).discovered).toEqual([])
    }))

  promised("the pulse counts, lists what is amiss, and scores what it lists (GRAPH-18)", (graph) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(100 * DAY_MS)
      const add = (kind: NodeKind, title: string, wish: Partial<NodeWish> = {}, from: readonly string[] = []) =>
        Effect.map(graph.add({ kind, title, at: 100 * DAY_MS, ...wish }, from.map((each) => ({ from: each, type: "leads_to" as const }))), ({ node }) => node.id)
      const g1 = yield* add("goal", "g1")
      const g2 = yield* add("goal", "g2", { at: 90 * DAY_MS, confidence: 80 })
      yield* add("goal", "done", { status: "abandoned" })
      const d1 = yield* add("decision", "d1", { confidence: 50 }, [g1])
      const chosen = yield* add("option", "o1", { confidence: 49 })
      yield* graph.link({ from: d1, to: chosen, type: "chosen" })
      const a1 = yield* add("action", "a1", {}, [chosen])
      yield* add("outcome", "r1", {}, [a1])
      yield* add("decision", "d2", { confidence: 0 }, [g2])
      yield* add("action", "a2", { confidence: 79 }, [g2])
      yield* add("observation", "lone")
      yield* add("action", "auto", { origin: "auto", at: 1 })
      const pulse = yield* graph.pulse
      expect({ ...pulse, found: Object.fromEntries(Object.entries(pulse.found).map(([name, { count, nodes }]) => [name, [count, ...nodes.map(({ title }) => title)]])) }).toEqual({
        nodes: 11,
        edges: 6,
        byKind: { goal: 3, decision: 2, option: 1, action: 3, outcome: 1, observation: 1, revisit: 0 },
        byStatus: { active: 10, superseded: 0, abandoned: 1 },
        byConfidence: { high: 1, medium: 2, low: 2, none: 5 },
        found: {
          "goal-without-options": [1, "g2"],
          "decision-without-actions": [1, "d2"],
          "action-without-outcomes": [1, "a2"],
          orphan: [1, "lone"],
          stale: [1, "g2"],
          "low-confidence": [2, "o1", "d2"]
        },
        health: 100 - 30 - 5 - 6
      })
    }))

  promised("an empty graph is healthy (GRAPH-18)", (graph) =>
    Effect.gen(function*() {
      const { nodes, edges, health } = yield* graph.pulse
      expect([nodes, edges, health]).toEqual([0, 0, 100])
      expect([yield* graph.content, yield* graph.activeGoals(), yield* graph.search("a")]).toEqual([emptyContent, [], []])
    }))
}
