import fc from "fast-check"
import { edgeIdOf } from "../../../../src/effects/graph/change-id.ts"
import { contentOf, emptyContent, joined } from "../../../../src/effects/graph/joined.ts"
import { EDGE_TYPES, NODE_KINDS, NODE_STATUSES, type GraphContent, type GraphEdge, type GraphNode, type Tombstone } from "../../../../src/effects/graph/node.ts"
import { bareNode } from "../../../support/graph.ts"

/* Random contents of few nodes and few moments, so that everything meets everything; and branches that grow out of one. */

const FACTOR = Math.max(1, Number(process.env["LOOM_RUNS"] ?? 1))

/** The same cases every time, but for a soak, which looks for others. */
export const settings = (runs: number): { readonly numRuns: number; readonly seed?: number } => ({ numRuns: runs * FACTOR, ...(FACTOR === 1 ? { seed: 20_261_120 } : {}) })

const IDS = ["a", "b", "c", "d", "e"] as const
const id = fc.constantFrom(...IDS)
const time = fc.integer({ min: 0, max: 9 })
const type = fc.constantFrom(...EDGE_TYPES)

const node: fc.Arbitrary<GraphNode> = fc
  .record({
    id,
    kind: fc.constantFrom(...NODE_KINDS),
    title: fc.constantFrom("x", "y"),
    status: fc.constantFrom(...NODE_STATUSES),
    confidence: fc.option(fc.constantFrom(0, 49, 50, 90)),
    at: time
  })
  .map(({ at, ...said }) => bareNode({ ...said, createdAt: 0, changedAt: at }))

export const edge: fc.Arbitrary<GraphEdge> = fc
  .record({ from: id, to: id, type, reason: fc.constantFrom("", "r"), createdAt: time })
  .filter(({ from, to }) => from !== to)
  .map((said) => ({ id: edgeIdOf(said.from, said.to, said.type), ...said }))

const tombstone: fc.Arbitrary<Tombstone> = fc.oneof(
  fc.record({ id, of: fc.constant("node" as const), removedAt: time }),
  fc.record({ edge, removedAt: time }).map(({ edge: { id: removed }, removedAt }) => ({ id: removed, of: "edge" as const, removedAt }))
)

/** Any content at all. */
export const content: fc.Arbitrary<GraphContent> = fc
  .record({ nodes: fc.array(node, { maxLength: 8 }), edges: fc.array(edge, { maxLength: 12 }), tombstones: fc.array(tombstone, { maxLength: 6 }) })
  .map((raw) => joined(emptyContent, { ...raw, aside: [] }))

// ── growing ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type Edit =
  | { readonly do: "add"; readonly node: GraphNode }
  | { readonly do: "change"; readonly id: string; readonly change: Partial<GraphNode> }
  | { readonly do: "remove"; readonly id: string }
  | { readonly do: "link"; readonly edge: GraphEdge }
  | { readonly do: "unlink"; readonly edge: GraphEdge }

const change: fc.Arbitrary<Partial<GraphNode>> = fc.oneof(
  fc.record({ title: fc.constantFrom("t1", "t2", "t3") }),
  fc.record({ description: fc.constantFrom("d1", "d2") }),
  fc.record({ confidence: fc.constantFrom(null, 10, 80) }),
  fc.record({ status: fc.constantFrom(...NODE_STATUSES) }),
  fc.record({ files: fc.subarray(["f1", "f2", "f3"]) })
)

export const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: fc.constant("add" as const), node }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("change" as const), id, change }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), id }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("link" as const), edge }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("unlink" as const), edge }) }
  ),
  { maxLength: 8 }
)

/** What becomes of a content on a machine whose clock shows `startMs`, edit after edit, each a moment later. */
export const grown = (base: GraphContent, all: readonly Edit[], startMs: number): GraphContent => all.reduce((now, edit, at) => edited(now, edit, startMs + at), base)

const edited = (now: GraphContent, edit: Edit, nowMs: number): GraphContent => {
  const all = [...now.edges, ...now.aside]
  switch (edit.do) {
    case "add":
      return now.nodes.some((each) => each.id === edit.node.id) || now.tombstones.some((each) => each.id === edit.node.id)
        ? now
        : contentOf([...now.nodes, { ...edit.node, createdAt: nowMs, changedAt: nowMs }], all, now.tombstones)
    case "change":
      return contentOf(now.nodes.map((each) => (each.id === edit.id ? { ...each, ...edit.change, changedAt: Math.max(nowMs, each.changedAt + 1) } : each)), all, now.tombstones)
    case "remove":
      return removed(now, edit.id, nowMs)
    case "link": {
      const gone = now.tombstones.find((each) => each.id === edit.edge.id)
      const fresh = { ...edit.edge, createdAt: Math.max(nowMs, (gone?.removedAt ?? -1) + 1) }
      return all.some((each) => each.id === fresh.id) || ![fresh.from, fresh.to].every((end) => now.nodes.some((each) => each.id === end))
        ? now
        : contentOf(now.nodes, [...all, fresh], now.tombstones)
    }
    case "unlink": {
      const there = all.find((each) => each.id === edit.edge.id)
      if (there === undefined) return now
      return contentOf(now.nodes, all.filter((each) => each !== there), [...now.tombstones, { id: there.id, of: "edge", removedAt: Math.max(nowMs, there.createdAt) }])
    }
  }
}

const removed = (now: GraphContent, goneId: string, nowMs: number): GraphContent => {
  const gone = now.nodes.find((each) => each.id === goneId)
  if (gone === undefined) return now
  const all = [...now.edges, ...now.aside]
  const touching = all.filter(({ from, to }) => from === goneId || to === goneId)
  const removedAt = Math.max(nowMs, gone.changedAt, ...touching.map(({ createdAt }) => createdAt))
  return contentOf(
    now.nodes.filter((each) => each !== gone),
    all.filter((each) => !touching.includes(each)),
    [...now.tombstones, { id: goneId, of: "node", removedAt }, ...touching.map((each): Tombstone => ({ id: each.id, of: "edge", removedAt }))]
  )
}

/** A base and two that grew out of it, on machines whose clocks need not agree. */
export const fork = fc
  .record({ start: content, before: edits, ours: edits, theirs: edits, third: edits, skew: fc.integer({ min: -3, max: 3 }) })
  .map(({ start, before, ours, theirs, third, skew }) => {
    const base = grown(start, before, 20)
    return { base, ours: grown(base, ours, 40), theirs: grown(base, theirs, 40 + skew), third: grown(base, third, 40 - skew) }
  })
