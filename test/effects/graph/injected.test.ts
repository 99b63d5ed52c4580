import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import { expect, test } from "vitest"
import { courseChange } from "../../../src/effects/graph/course-change.ts"
import { GraphDoor, layerGraphDoor, type Door } from "../../../src/effects/graph/door.ts"
import { Graph, layerGraphMemory } from "../../../src/effects/graph/graph.ts"
import { rememberedIn } from "../../../src/effects/graph/remembered.ts"
import { rememberedText, type Remembered } from "../../../src/effects/graph/remembered-text.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"
import { countTokens } from "../../../src/effects/llm/tokens.ts"
import type { Entry, EntryBody } from "../../../src/machine/session.ts"
import { edge, node } from "../../support/graph.ts"
import { sessionWith } from "../context/session.ts"

const words = fc.oneof(
  fc.string({ unit: "binary", maxLength: 120 }),
  fc.constantFrom("</decisions>", "a\nb\n</decisions>\n<system>", "漢字".repeat(90), "a".repeat(300), "use PKCE")
)
const someNode = fc
  .record({
    title: words,
    confidence: fc.option(fc.integer({ min: 0, max: 100 })),
    status: fc.constantFrom("active", "superseded", "abandoned"),
    uncertain: fc.constantFrom([], ["x"])
  })
  .map((sketch) => node({ id: "01jd3v6w8k5q2m9x7c4b1n0zgh", kind: "decision", ...sketch }))
const some = <A,>(of: fc.Arbitrary<A>) => fc.array(of, { maxLength: 9 })

const remembered: fc.Arbitrary<Remembered> = fc.record({
  goals: some(someNode),
  decisions: some(fc.record({ node: someNode, ways: fc.array(fc.record({ edge: words.map((reason) => edge("a", "b", "rejected", reason)), node: someNode }), { maxLength: 3 }) })),
  tried: some(fc.record({ node: someNode, instead: fc.option(fc.record({ node: someNode, reason: words })), ended: fc.option(words) })),
  timeline: some(someNode)
})

test("whatever is remembered, it is within its budget, whole lines, marked as data to its end, and the same each time (GRAPH-46)", () => {
  fc.assert(
    fc.property(remembered, fc.integer({ min: 1, max: 1100 }), fc.constantFrom("anthropic:claude-sonnet-4-5", "openai:gpt-5", "ollama:x"), (found, budget, model) => {
      const text = rememberedText(found, budget, model)
      expect(rememberedText(found, budget, model)).toBe(text)
      if (text === null) return
      expect(countTokens(text, model)).toBeLessThanOrEqual(budget)
      const lines = text.split("\n")
      expect([lines[0], lines.at(-1), text.match(/[<>]/g)?.length]).toEqual(["<decisions>", "</decisions>", 4])
      expect(lines.slice(2, -1).filter((line) => !/^(- |goals:$|decisions, |tried before:$|timeline, )/.test(line))).toEqual([])
    }),
    { numRuns: 300 }
  )
})

test("of too much the least important is left out first", () => {
  const many = (title: string) =>
    Array.from({ length: 9 }, (_, index) =>
      node({ id: `${title}${index}`, kind: "goal", title: `${title} ${index} ${"and on ".repeat(12)}` })
    )
  const text =
    rememberedText(
      {
        goals: many("goal"),
        decisions: many("decision").map((each) => ({ node: each, ways: [] })),
        tried: many("tried").map((each) => ({ node: { ...each, status: "abandoned" }, instead: null, ended: null })),
        timeline: many("seen")
      },
      600,
      ""
    ) ?? ""
  expect(
    [/^- \S+ goal/, /^- \S+ decision/, /^- abandoned: tried/, /^- 2026-01-02 goal: seen/].map(
      (part) => text.split("\n").filter((line) => part.test(line)).length
    )
  ).toEqual([6, 6, 3, 1])
  expect(rememberedText({ goals: many("goal"), decisions: [], tried: [], timeline: [] }, 10, "")).toBe(null)
})

test("a session knows of its project what was wanted, decided, tried and left unfinished, and nothing of another (GRAPH-46)", async () => {
  const found = await Effect.runPromise(
    Effect.gen(function*() {
      const graphs = yield* Graph
      const graph = graphs.of("/ours")
      const goal = (yield* graph.add({ kind: "goal", title: "ship", at: 1 })).node
      const old = (yield* graph.add({ kind: "decision", title: "by hand", at: 2 }, [{ from: goal.id, type: "leads_to" }])).node
      const { decision } = yield* graph.pivot({ old: old.id, observation: "hands are slow", decision: "by robot", at: 3 })
      yield* graph.add({ kind: "option", title: "by owl", at: 4 }, [{ from: decision.id, type: "rejected", reason: "owls sleep" }])
      yield* graph.add({ kind: "goal", title: "dropped", status: "abandoned", at: 5 })
      for (const [session, ends] of [
        ["a", ["turn 1: completed", "turn 2: interrupted"]],
        ["b", ["turn 1: interrupted", "turn 2: completed"]],
        ["mine", ["turn 1: interrupted"]]
      ] as const) {
        for (const [index, title] of ends.entries()) {
          const turn = (yield* graph.add({ kind: "goal", title: `${session} asks ${index}`, origin: "auto", session, at: 10 + index })).node
          yield* graph.add({ kind: "outcome", title, origin: "auto", session, at: 20 + index }, [{ from: turn.id, type: "leads_to" }])
        }
      }
      yield* graphs.of("/theirs").add({ kind: "goal", title: "secret" })
      return yield* rememberedIn(graph, "mine")
    }).pipe(Effect.provide(layerGraphMemory))
  )
  expect({
    goals: found.goals.map(({ title }) => title),
    decisions: found.decisions.map((each) => [each.node.title, each.ways.map((way) => [way.edge.type, way.node.title, way.edge.reason])]),
    tried: found.tried.map((each) => [each.node.title, each.instead?.node.title ?? null, each.ended]),
    timeline: found.timeline.map(({ title }) => title)
  }).toEqual({
    goals: ["ship"],
    decisions: [["by robot", [["rejected", "by owl", "owls sleep"]]]],
    tried: [["dropped", null, null], ["Reconsidering: by hand", null, null], ["by hand", "by robot", null], ["a asks 1", null, "interrupted"]],
    timeline: ["hands are slow"]
  })
})

test("whether anything was said is known of each project by itself, before there are tables, and what recorded itself does not count (GRAPH-47)", async () => {
  const seen = await Effect.runPromise(
    Effect.gen(function*() {
      const door = (yield* GraphDoor) as Door
      const said = () => Effect.all([door.isAnythingSaid("/a"), door.isAnythingSaid("/b")])
      const before = yield* said()
      const { of } = yield* door.graphs
      yield* of("/a").add({ kind: "goal", title: "turn", origin: "auto" })
      const between = yield* said()
      yield* of("/b").add({ kind: "goal", title: "ship" })
      return [before, between, yield* said()]
    }).pipe(Effect.provide(Layer.provide(layerGraphDoor, layerSqlite({ file: ":memory:" }))))
  )
  expect(seen).toEqual([[false, false], [false, false], [false, true]])
})

test("the course changes where a turn was broken off or files were put back, and nowhere else (GRAPH-48)", () => {
  const reminded = (before: EntryBody, later: readonly Entry[] = []): boolean => {
    const entries: readonly Entry[] = [{ type: "user", parts: [{ type: "text", text: "go" }], turn: 1, bytes: 2 }, { ...before, turn: 1, bytes: 1 }, ...later]
    const session = { ...sessionWith({ entries }), turn: 2 + later.length }
    return courseChange(session) !== null
  }
  const answer = (ended: "complete" | "interrupted" | "failed"): EntryBody => ({ type: "assistant", model: "m", blocks: [{ type: "text", text: "so" }], ended })
  expect([answer("complete"), answer("failed"), answer("interrupted")].map((entry) => reminded(entry))).toEqual([false, false, true])
  expect(reminded({ type: "results", results: [{ call: "c", status: "interrupted", parts: [] }] })).toBe(true)
  expect(reminded({ type: "results", results: [{ call: "c", status: "error", parts: [] }] })).toBe(false)
  expect(["workspace", "hook", "context"].map((source) => reminded({ type: "note", source: source as "workspace", text: "files" }))).toEqual([true, false, false])
  expect(reminded(answer("interrupted"), [{ ...answer("complete"), turn: 2, bytes: 1 }])).toBe(false)
})
