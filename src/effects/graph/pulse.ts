import * as Effect from "effect/Effect"
import { withMarks } from "./bearing.ts"
import { NODE_KINDS, NODE_STATUSES, type GraphNode, type NodeKind, type NodeStatus } from "./node.ts"
import { BUCKETS, FINDINGS, type Bucket, type Counts, type Finding, type GraphStore, type StoreError } from "./store.ts"

/** How a project's graph is doing. */
export interface Pulse {
  readonly nodes: number
  readonly edges: number
  readonly byKind: Readonly<Record<NodeKind, number>>
  readonly byStatus: Readonly<Record<NodeStatus, number>>
  /** Active nodes, by how sure somebody is: from 80, from 50, below; nobody said. */
  readonly byConfidence: Readonly<Record<Bucket, number>>
  readonly found: Readonly<Record<Finding, Found>>
  /** 0 to 100. */
  readonly health: number
}

export interface Found {
  readonly count: number
  /** The first of them, the oldest first. */
  readonly nodes: readonly GraphNode[]
}

export const STALE_AFTER_MS = 7 * 24 * 60 * 60 * 1000
/** So many nodes of a finding are shown. */
export const SHOWN_MAX = 20

/** The lists are what is counted, and the count is what is scored. */
export const takePulse = Effect.fnUntraced(function*(store: GraphStore, nowMs: number): Effect.fn.Return<Pulse, StoreError> {
  const counts = yield* store.counts
  const idsByFinding = yield* store.findings(nowMs - STALE_AFTER_MS)
  const shown = yield* withMarks(store, yield* store.nodes(FINDINGS.flatMap((name) => idsByFinding[name].slice(0, SHOWN_MAX))))
  const nodesById = new Map(shown.map((node) => [node.id, node]))
  const foundOf = (ids: readonly string[]): Found => ({ count: ids.length, nodes: ids.slice(0, SHOWN_MAX).flatMap((id) => nodesById.get(id) ?? []) })
  const found = Object.fromEntries(FINDINGS.map((name) => [name, foundOf(idsByFinding[name])])) as unknown as Record<Finding, Found>
  return { ...countsOf(counts), found, health: healthOf(found) }
})

/** 100, less 10 for each gap, 5 for each orphan, 3 for each that is unsure: 50, 30 and 20 at most. */
export const healthOf = (found: Readonly<Record<Finding, Pick<Found, "count">>>): number => {
  const gaps = found["goal-without-options"].count + found["decision-without-actions"].count + found["action-without-outcomes"].count
  return 100 - Math.min(10 * gaps, 50) - Math.min(5 * found.orphan.count, 30) - Math.min(3 * found["low-confidence"].count, 20)
}

const countsOf = ({ nodes, edges }: Counts): Omit<Pulse, "found" | "health"> => {
  const sum = (of: (row: Counts["nodes"][number]) => boolean) => nodes.reduce((total, row) => total + (of(row) ? row.count : 0), 0)
  const table = <K extends string>(keys: readonly K[], of: (row: Counts["nodes"][number], key: K) => boolean) =>
    Object.fromEntries(keys.map((key) => [key, sum((row) => of(row, key))])) as Record<K, number>
  return {
    nodes: sum(() => true),
    edges,
    byKind: table(NODE_KINDS, ({ kind }, key) => kind === key),
    byStatus: table(NODE_STATUSES, ({ status }, key) => status === key),
    byConfidence: table(BUCKETS, ({ status, bucket }, key) => status === "active" && bucket === key)
  }
}
