import type { EdgeType, GraphEdge, GraphNode, NodeKind, NodeStatus, Origin } from "./node.ts"

/** A node as a row of `graph_nodes`. */
export interface NodeRow {
  readonly id: string
  readonly kind: NodeKind
  readonly title: string
  readonly description: string
  readonly status: NodeStatus
  readonly confidence: number | null
  readonly origin: Origin
  readonly author: string | null
  readonly session: string | null
  readonly event: number | null
  /** JSON. */
  readonly files: string
  readonly commit: string | null
  readonly branch: string | null
  readonly keeper: string | null
  readonly created: number
  readonly changed: number
}

/** The columns of a `NodeRow`, of the table named `n`. */
export const NODE_COLUMNS =
  'n.id, n.kind, n.title, n.description, n.status, n.confidence, n.origin, n.author, n.session, n.event, n.files, n."commit", n.branch, n.keeper, n.created, n.changed'

export const nodeOfRow = ({ created, changed, files, ...row }: NodeRow): GraphNode => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  description: row.description,
  status: row.status,
  confidence: row.confidence,
  origin: row.origin,
  uncertain: [],
  author: row.author,
  session: row.session,
  event: row.event,
  files: files === "[]" ? [] : (JSON.parse(files) as readonly string[]),
  commit: row.commit,
  branch: row.branch,
  keeper: row.keeper,
  createdAt: created,
  changedAt: changed
})

/** A node as the columns of `NODE_COLUMNS`, in their order: of many that is quicker than one by their names. */
export type NodeValues = readonly [
  id: string,
  kind: NodeKind,
  title: string,
  description: string,
  status: NodeStatus,
  confidence: number | null,
  origin: Origin,
  author: string | null,
  session: string | null,
  event: number | null,
  files: string,
  commit: string | null,
  branch: string | null,
  keeper: string | null,
  created: number,
  changed: number
]

export const nodeOfValues = ([
  id,
  kind,
  title,
  description,
  status,
  confidence,
  origin,
  author,
  session,
  event,
  files,
  commit,
  branch,
  keeper,
  createdAt,
  changedAt
]: NodeValues): GraphNode => ({
  id,
  kind,
  title,
  description,
  status,
  confidence,
  origin,
  uncertain: [],
  author,
  session,
  event,
  files: files === "[]" ? [] : (JSON.parse(files) as readonly string[]),
  commit,
  branch,
  keeper,
  createdAt,
  changedAt
})

export const rowOfNode = ({ createdAt, changedAt, files, uncertain: _, ...node }: GraphNode): NodeRow => ({
  ...node,
  files: JSON.stringify(files),
  created: createdAt,
  changed: changedAt
})

/** An edge as `EDGE_COLUMNS` gives it. */
export interface EdgeRow {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly type: EdgeType
  readonly reason: string
  readonly created: number
}

export const edgeOfRow = ({ id, source, target, type, reason, created }: EdgeRow): GraphEdge => ({
  id,
  from: source,
  to: target,
  type,
  reason,
  createdAt: created
})
