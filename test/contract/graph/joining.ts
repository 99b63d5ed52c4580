import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { expect } from "vitest"
import { edgeIdOf } from "../../../src/effects/graph/change-id.ts"
import { emptyContent } from "../../../src/effects/graph/joined.ts"
import type { GraphContent } from "../../../src/effects/graph/node.ts"
import type { WrittenFile } from "../../../src/effects/graph/store.ts"
import { named, type Promised } from "./sketch.ts"

/** What a graph promises of what comes from other machines. */
export const joiningPromises = (promised: Promised): void => {

  promised("importing is idempotent, and an older change never overwrites a newer one (GRAPH-19)", (graph) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(10)
      const { node } = yield* graph.add({ kind: "goal", title: "here" })
      const { node: b } = yield* graph.add({ kind: "action", title: "b" }, [{ from: node.id, type: "leads_to" }])
      const old = yield* graph.content
      yield* TestClock.setTime(20)
      yield* graph.update(node.id, { title: "newer" })
      yield* graph.remove(b.id)
      const now = yield* graph.content
      expect(yield* graph.import(old)).toEqual({ added: 0, changed: 0, removed: 0, edgesAdded: 0, edgesRemoved: 0, aside: [] })
      expect(yield* graph.content).toEqual(now)
      const later: GraphContent = { ...emptyContent, nodes: [{ ...node, title: "latest", changedAt: 30 }, { ...b, title: "back", changedAt: 30 }] }
      expect(yield* graph.import(later)).toEqual({ added: 1, changed: 1, removed: 0, edgesAdded: 0, edgesRemoved: 0, aside: [] })
      expect(yield* graph.import(later)).toEqual({ added: 0, changed: 0, removed: 0, edgesAdded: 0, edgesRemoved: 0, aside: [] })
      expect((yield* graph.content).nodes.map(({ title }) => title)).toEqual(["latest", "back"])
      expect((yield* graph.content).tombstones.filter(({ of }) => of === "node")).toEqual([])
      const edge = yield* graph.link({ from: node.id, to: b.id, type: "leads_to" })
      expect((yield* graph.import({ ...emptyContent, edges: [{ ...edge, reason: "why", createdAt: edge.createdAt + 1 }] })).edgesAdded).toBe(0)
      expect((yield* graph.edges(node.id)).leaving.map(({ reason }) => reason)).toEqual(["why"])
      expect((yield* graph.search("latest")).length).toBe(1)
      const gone: GraphContent = { ...emptyContent, tombstones: [{ id: node.id, of: "node", removedAt: 30 }] }
      expect((yield* graph.import(gone)).removed).toBe(1)
      expect((yield* graph.search("latest")).length).toBe(0)
    }))

  promised("an imported edge that would close a cycle is kept aside, and stands once it can (GRAPH-20)", (graph) =>
    Effect.gen(function*() {
      const [a, b, c] = yield* named(graph, ["a", "b", "c"])
      yield* TestClock.setTime(10)
      const ab = yield* graph.link({ from: a, to: b, type: "leads_to" })
      const other = { ...ab, ...(yield* graph.link({ from: b, to: a, type: "chosen" })), type: "leads_to" as const, id: edgeId(b, a), createdAt: 20 }
      const loose = { ...ab, from: c, to: "elsewhere", id: edgeId(c, "elsewhere") }
      expect((yield* graph.import({ ...emptyContent, edges: [other, loose] })).aside).toEqual([other, loose].sort((x, y) => (x.id < y.id ? -1 : 1)))
      expect([yield* graph.whyAside(other), yield* graph.whyAside(loose)]).toEqual([`it would close a cycle, as "a" (${a}) leads_to "b" (${b})`, "elsewhere is gone"])
      expect((yield* Effect.flip(graph.link({ from: b, to: a, type: "leads_to" }))).message).toContain("would close a cycle")
      yield* graph.unlink(ab)
      expect((yield* graph.content).aside).toEqual([loose])
      expect((yield* graph.edges(b)).leaving.map(({ id }) => id)).toContain(other.id)
      expect((yield* Effect.flip(graph.link({ from: a, to: b, type: "enables" }))).message).toContain("would close a cycle")
      yield* graph.add({ id: "elsewhere", kind: "goal", title: "it came" })
      expect((yield* graph.content).aside).toEqual([])
      expect((yield* graph.edges(c)).leaving).toEqual([loose])
    }))

  promised("a text that was joined, or written, is not read again, and a file is up to date until the graph changes (GRAPH-60)", (graph) =>
    Effect.gen(function*() {
      const [a, b] = yield* named(graph, ["a", "b"])
      const { content, changes } = yield* graph.bare
      const file: WrittenFile = { file: "/ws/graph.json", part: "all", changes, hash: "h1", bytes: 7, nodes: 2, edges: 0 }
      const unread = (): never => {
        throw new Error("nobody should read it")
      }
      const reads = { ...NOTHING, edgesAdded: 1 }
      expect([yield* graph.upToDate(file.file, "all"), (yield* Effect.flip(graph.importText("h1", unread))).message]).toEqual([null, "import a graph: nobody should read it"])
      yield* graph.keepWritten(file)
      expect([yield* graph.upToDate(file.file, "all"), yield* graph.upToDate(file.file, "shared"), yield* graph.upToDate("/ws/other.json", "all")]).toEqual([file, null, null])
      expect(yield* graph.importText("h1", unread)).toEqual(NOTHING)
      expect(yield* graph.upToDate(file.file, "all")).toEqual(file)
      const edge = { id: edgeId(a, b), from: a, to: b, type: "leads_to" as const, reason: "", createdAt: 0 }
      expect([yield* graph.importText("h2", () => ({ ...content, edges: [edge, edge] })), yield* graph.importText("h2", unread)]).toEqual([reads, NOTHING])
      expect(yield* graph.upToDate(file.file, "all")).toEqual(null)
      yield* graph.keepWritten({ ...file, changes: (yield* graph.bare).changes, hash: "h3" })
      yield* graph.unlink(edge)
      expect(yield* graph.upToDate(file.file, "all")).toEqual(null)
      expect([yield* graph.importText("h2", unread), (yield* graph.content).edges]).toEqual([NOTHING, []])
    }))

  promised("of two edges that close a cycle the older stands, whichever came first (GRAPH-20)", (graph) =>
    Effect.gen(function*() {
      const [a, b] = yield* named(graph, ["a", "b"])
      yield* TestClock.setTime(10)
      const ab = yield* graph.link({ from: a, to: b, type: "leads_to" })
      const ba = { ...ab, from: b, to: a, id: edgeId(b, a), createdAt: 9 }
      expect((yield* graph.import({ ...emptyContent, edges: [ba] })).aside).toEqual([ab])
      expect((yield* graph.content).edges).toEqual([ba])
    }))
}

const NOTHING = { added: 0, changed: 0, removed: 0, edgesAdded: 0, edgesRemoved: 0, aside: [] }

const edgeId = (from: string, to: string): string => edgeIdOf(from, to, "leads_to")
