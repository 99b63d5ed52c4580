import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { NodeKind, NodeStatus } from "./node.ts"
import { bucketOf, FINDINGS, type Counts, type Finding } from "./store.ts"

/** What is amiss in a project's graph, by one query. */
export const findingsIn = (
  sql: SqlClient.SqlClient,
  path: string,
  staleBeforeMs: number
): Effect.Effect<Readonly<Record<Finding, readonly string[]>>, SqlError> => {
  const project = sql`(SELECT key FROM graph_projects WHERE path = ${path})`
  // A node is followed by those it points at, and by those that require it.
  const follows = (kind: "option" | "action", of: string) => {
    const from = sql.literal(of)
    return sql`EXISTS (SELECT 1 FROM graph_edges e JOIN graph_nodes o ON o.key = e.target WHERE e.source = ${from} AND e.type NOT IN ('requires', 'supersedes') AND o.kind = ${kind})
      OR EXISTS (SELECT 1 FROM graph_edges e JOIN graph_nodes o ON o.key = e.source WHERE e.target = ${from} AND e.type = 'requires' AND o.kind = ${kind})`
  }
  const between = (middle: "decision" | "option", type: "any" | "chosen") =>
    sql`FROM graph_edges b JOIN graph_nodes m ON m.key = b.target WHERE b.source = n.key AND m.kind = ${middle} AND ${type === "any" ? sql`b.type NOT IN ('requires', 'supersedes')` : sql`b.type = 'chosen'`}`
  const finding = (name: Finding, condition: ReturnType<typeof follows>) =>
    sql`SELECT ${name} AS finding, n.id, n.created FROM graph_nodes n WHERE n.project = ${project} AND n.status = 'active' AND ${condition}`

  return Effect.map(
    sql<{ readonly finding: Finding; readonly ids: string }>`
      WITH found AS (
        ${finding("goal-without-options", sql`n.kind = 'goal' AND n.origin <> 'auto' AND n.follows = 0 AND NOT EXISTS (SELECT 1 ${between("decision", "any")} AND (${follows("option", "m.key")}))`)}
        UNION ALL ${finding("decision-without-actions", sql`n.kind = 'decision' AND n.origin <> 'auto' AND n.follows = 0 AND NOT EXISTS (SELECT 1 ${between("option", "chosen")} AND (${follows("action", "m.key")}))`)}
        UNION ALL ${finding("action-without-outcomes", sql`n.kind = 'action' AND n.origin <> 'auto' AND n.follows = 0`)}
        UNION ALL ${finding("orphan", sql`n.kind <> 'goal' AND n.origin <> 'auto' AND n.degree = 0`)}
        UNION ALL ${finding("stale", sql`n.origin <> 'auto' AND n.changed < ${staleBeforeMs}`)}
        UNION ALL ${finding("low-confidence", sql`n.confidence < 50`)}
      ) SELECT finding, json_group_array(id) AS ids FROM (SELECT * FROM found ORDER BY created, id) GROUP BY finding`,
    (rows) => {
      const idsByFinding = new Map(rows.map(({ finding, ids }) => [finding, JSON.parse(ids) as readonly string[]]))
      return Object.fromEntries(FINDINGS.map((name) => [name, idsByFinding.get(name) ?? []])) as unknown as Record<Finding, readonly string[]>
    }
  )
}

export const countsIn = (sql: SqlClient.SqlClient, path: string): Effect.Effect<Counts, SqlError> =>
  Effect.gen(function*() {
    const project = sql`(SELECT key FROM graph_projects WHERE path = ${path})`
    // In the order of an index, so that nothing has to be sorted.
    const nodes = yield* sql<{ readonly kind: NodeKind; readonly status: NodeStatus; readonly confidence: number | null; readonly count: number }>`
      SELECT status, kind, confidence, count(*) AS count FROM graph_nodes WHERE project = ${project} GROUP BY status, kind, confidence`
    const [edges] = yield* sql<{ readonly count: number }>`SELECT count(*) AS count FROM graph_edges WHERE project = ${project}`
    return { nodes: nodes.map(({ kind, status, confidence, count }) => ({ kind, status, bucket: bucketOf(confidence), count })), edges: edges!.count }
  })
