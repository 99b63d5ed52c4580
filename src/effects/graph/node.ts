/** What a node of the decision graph is about. */
export const NODE_KINDS = ["goal", "decision", "option", "action", "outcome", "observation", "revisit"] as const
export type NodeKind = (typeof NODE_KINDS)[number]

export const NODE_STATUSES = ["active", "superseded", "abandoned"] as const
export type NodeStatus = (typeof NODE_STATUSES)[number]

export const EDGE_TYPES = ["leads_to", "chosen", "rejected", "requires", "blocks", "enables", "supersedes"] as const
export type EdgeType = (typeof EDGE_TYPES)[number]

/** The types over which the graph has no cycle. */
export const ORDERING_TYPES = ["leads_to", "requires", "blocks", "enables"] as const satisfies readonly EdgeType[]

/** Who wrote a node: somebody said it, Loom logged it, or it was read out of git's history. */
export const ORIGINS = ["said", "auto", "archaeology"] as const
export type Origin = (typeof ORIGINS)[number]

/** One thing that was wanted, weighed, done or seen. */
export interface GraphNode {
  /** Its change id: unique over machines, sorts by time. */
  readonly id: string
  readonly kind: NodeKind
  /** One line. */
  readonly title: string
  readonly description: string
  readonly status: NodeStatus
  /** A whole number, 0 to 100; `null`: nobody said. */
  readonly confidence: number | null
  readonly origin: Origin
  /** The ids of the nodes whose low confidence makes this one uncertain, sorted: a function of the graph. */
  readonly uncertain: readonly string[]
  readonly author: string | null
  readonly session: string | null
  /** The event of that session's log. */
  readonly event: number | null
  /** Sorted, none twice. */
  readonly files: readonly string[]
  readonly commit: string | null
  readonly branch: string | null
  /** The keeper that holds the talk it comes from. */
  readonly keeper: string | null
  /** Units: ms since the epoch, as `changedAt`. */
  readonly createdAt: number
  /** Grows with every change, whatever the clock does. */
  readonly changedAt: number
}

/** How one node bears on another. There is one of a type between two nodes at most, and none from a node to itself. */
export interface GraphEdge {
  /** Follows from its ends and its type, so that the same edge is the same on every machine. */
  readonly id: string
  readonly from: string
  readonly to: string
  readonly type: EdgeType
  /** Empty where nobody gave one. */
  readonly reason: string
  /** Units: ms since the epoch. */
  readonly createdAt: number
}

/** Says that a node or an edge was removed, so that another machine does not bring it back. */
export interface Tombstone {
  readonly id: string
  readonly of: "node" | "edge"
  /** Units: ms since the epoch. What is not newer stays removed. */
  readonly removedAt: number
}

/** One project's graph. */
export interface GraphContent {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** Edges that came from elsewhere and cannot stand here: an end of theirs is gone, or with older ones they form a cycle. */
  readonly aside: readonly GraphEdge[]
  readonly tombstones: readonly Tombstone[]
}

/** Whether cycles over edges of this type are refused. */
export const isOrdering = (type: EdgeType): boolean => (ORDERING_TYPES as readonly EdgeType[]).includes(type)
