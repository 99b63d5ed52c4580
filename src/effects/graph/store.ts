import type * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Problem } from "../os/problem.ts"
import type { EdgeType, GraphContent, GraphEdge, GraphNode, NodeKind, NodeStatus, Tombstone } from "./node.ts"
import type { Term } from "./search-words.ts"

export type StoreError = SqlError | Problem

/** Down goes along the arrows, up against them. */
export type Way = "down" | "up"

/** Which nodes are meant; what is left out does not matter. */
export interface NodeFilter {
  readonly kinds?: readonly NodeKind[]
  readonly statuses?: readonly NodeStatus[]
  readonly session?: string
  readonly commit?: string
  /** Only what recorded itself, or only what did not. */
  readonly auto?: boolean
}

/** What one project's graph needs of a database. Its nodes say nothing of what makes them uncertain: that is worked out above. */
export interface GraphStore {
  /** All that the effect writes, or nothing; nobody else writes meanwhile. */
  readonly atomically: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E | StoreError>
  /** Those that there are, in order of their ids. */
  readonly nodes: (ids: readonly string[]) => Effect.Effect<readonly GraphNode[], StoreError>
  /** The newest first. */
  readonly list: (filter: NodeFilter, countMax: number) => Effect.Effect<readonly GraphNode[], StoreError>
  /** Nodes that have all terms, the best first. */
  readonly search: (terms: readonly Term[], filter: NodeFilter, countMax: number) => Effect.Effect<readonly GraphNode[], StoreError>
  /** Ids that begin or end with this. */
  readonly idsLike: (part: string, countMax: number) => Effect.Effect<readonly string[], StoreError>
  readonly putNode: (node: GraphNode) => Effect.Effect<void, StoreError>
  /** The edges that leave these nodes, or arrive at them, the oldest first. */
  readonly edges: (ids: readonly string[], way: Way, types: readonly EdgeType[]) => Effect.Effect<readonly GraphEdge[], StoreError>
  /** False, and nothing is written, where it would close a cycle. Both ends are there, and there is none of its id. */
  readonly putEdge: (edge: GraphEdge) => Effect.Effect<boolean, StoreError>
  /** Takes away the node and its edges, or the edge, and leaves this where it was; those kept aside, too. */
  readonly remove: (tombstones: readonly Tombstone[]) => Effect.Effect<void, StoreError>
  readonly tombstone: (of: Tombstone["of"], id: string) => Effect.Effect<Tombstone | null, StoreError>
  readonly aside: Effect.Effect<readonly GraphEdge[], StoreError>
  /** What makes each of these nodes uncertain, sorted; those that nothing does are not in it. */
  readonly marks: (ids: readonly string[]) => Effect.Effect<ReadonlyMap<string, readonly string[]>, StoreError>
  /** What a node makes uncertain, the nearest first. */
  readonly dependents: (id: string, countMax: number) => Effect.Effect<readonly { readonly id: string; readonly depth: number }[], StoreError>
  readonly content: Effect.Effect<GraphContent, StoreError>
  /** Grows with everything that is written. */
  readonly changes: Effect.Effect<number, StoreError>
  /** Whether all of the text of this hash was in the graph once: then it still is, or what is newer, and joining it changes nothing. */
  readonly holdsText: (hash: string) => Effect.Effect<boolean, StoreError>
  readonly keepText: (hash: string) => Effect.Effect<void, StoreError>
  /** How a file looked when it was last looked into; `null`: it never was. */
  readonly looked: (file: string) => Effect.Effect<string | null, StoreError>
  readonly keepLooked: (file: string, mark: string) => Effect.Effect<void, StoreError>
  /** What was last written into a file. */
  readonly written: (file: string) => Effect.Effect<WrittenFile | null, StoreError>
  readonly keepWritten: (written: WrittenFile) => Effect.Effect<void, StoreError>
  /** Makes the content this, which says of itself what stands. */
  readonly replace: (before: GraphContent, after: GraphContent) => Effect.Effect<void, StoreError>
  readonly counts: Effect.Effect<Counts, StoreError>
  /** What is amiss: the ids of the nodes, each list the oldest first. Units: ms since the epoch. */
  readonly findings: (staleBeforeMs: number) => Effect.Effect<Readonly<Record<Finding, readonly string[]>>, StoreError>
}

/** What a file was given to hold. */
export interface WrittenFile {
  /** Its absolute path. */
  readonly file: string
  /** All of the graph, or what a team shares. */
  readonly part: "all" | "shared"
  /** The graph's `changes` then. */
  readonly changes: number
  /** SHA-256 of its text, in hexadecimal digits. */
  readonly hash: string
  readonly bytes: number
  readonly nodes: number
  readonly edges: number
}

/** So many texts are known again, the newest. */
export const TEXTS_MAX = 64

/** How many nodes there are of a kind, in a status, and how sure. */
export interface Counts {
  readonly nodes: readonly { readonly kind: NodeKind; readonly status: NodeStatus; readonly bucket: Bucket; readonly count: number }[]
  readonly edges: number
}

/** How sure somebody is: from 80, from 50, below; nobody said. */
export const BUCKETS = ["high", "medium", "low", "none"] as const
export type Bucket = (typeof BUCKETS)[number]

/** What can be amiss with a node. */
export const FINDINGS = ["goal-without-options", "decision-without-actions", "action-without-outcomes", "orphan", "stale", "low-confidence"] as const
export type Finding = (typeof FINDINGS)[number]

export const bucketOf = (confidence: number | null): Bucket => {
  if (confidence === null) return "none"
  return confidence >= 80 ? "high" : confidence >= 50 ? "medium" : "low"
}
