import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import { isOrdering, type Tombstone } from "./node.ts"
import { edgeOfRow, NODE_COLUMNS, nodeOfRow, rowOfNode, type EdgeRow, type NodeRow } from "./rows.ts"
import type { GraphStore } from "./store.ts"

/** Between the ranks of two nodes that are made one after the other: room for others to move in. */
const RANK_GAP = 65_536

/** The graph of one project in a SQL database whose tables are there. Every query names the project. */
export const makeSqlGraphStore = (sql: SqlClient.SqlClient, path: string): GraphStore => {
  const columns = sql.literal(NODE_COLUMNS)
  const project = sql`(SELECT key FROM graph_projects WHERE path = ${path})`
  const keyOf = (id: string) => sql`(SELECT key FROM graph_nodes WHERE project = ${project} AND id = ${id})`
  const ends = sql`FROM graph_edges e JOIN graph_nodes s ON s.key = e.source JOIN graph_nodes t ON t.key = e.target`

  const closesCycle = (from: string, to: string) =>
    Effect.map(
      sql`WITH RECURSIVE reached (key) AS (
        SELECT ${keyOf(to)} UNION SELECT e.target FROM reached r JOIN graph_edges e ON e.source = r.key AND e.ordering = 1
      ) SELECT 1 FROM reached WHERE key = ${keyOf(from)} LIMIT 1`,
      (rows) => rows.length > 0
    )

  return {
    atomically: (effect) => sql.withTransaction(effect),
    nodes: (ids) =>
      Effect.map(
        sql<NodeRow>`SELECT ${columns} FROM json_each(${JSON.stringify(ids)}) w JOIN graph_nodes n ON n.project = ${project} AND n.id = w.value GROUP BY n.key ORDER BY n.id`,
        (rows) => rows.map(nodeOfRow)
      ),
    putNode: (node) =>
      Effect.gen(function*() {
        yield* sql`INSERT INTO graph_projects (path) VALUES (${path}) ON CONFLICT (path) DO NOTHING`
        const row = rowOfNode(node)
        const changed = yield* sql`UPDATE graph_nodes SET ${sql.update({ ...row }, ["id"])} WHERE project = ${project} AND id = ${node.id} RETURNING key`
        if (changed.length > 0) return
        const names = sql.literal(Object.keys(row).map((name) => `"${name}"`).join(", "))
        yield* sql`INSERT INTO graph_nodes (project, rank, ${names}) SELECT ${project}, coalesce((SELECT max(key) FROM graph_nodes), 0) * ${RANK_GAP}, ${sql.csv(Object.values(row).map((value) => sql`${value}`))}`
      }),
    edges: (ids, way, types) =>
      Effect.map(
        sql<EdgeRow>`SELECT e.id, s.id AS source, t.id AS target, e.type, e.reason, e.created ${ends}
          WHERE ${way === "down" ? sql`e.source` : sql`e.target`} IN (SELECT key FROM graph_nodes WHERE project = ${project} AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)})))
          AND e.type IN (SELECT value FROM json_each(${JSON.stringify(types)})) ORDER BY e.created, e.id`,
        (rows) => rows.map(edgeOfRow)
      ),
    putEdge: (edge) =>
      Effect.gen(function*() {
        const ordering = isOrdering(edge.type)
        if (ordering && (yield* closesCycle(edge.from, edge.to))) return false
        yield* sql`INSERT INTO graph_edges (project, id, source, target, type, ordering, reason, created)
          SELECT ${project}, ${edge.id}, ${keyOf(edge.from)}, ${keyOf(edge.to)}, ${edge.type}, ${Number(ordering)}, ${edge.reason}, ${edge.createdAt}`
        return true
      }),
    content: Effect.gen(function*() {
      const nodes = yield* sql<NodeRow>`SELECT ${columns} FROM graph_nodes n WHERE n.project = ${project} ORDER BY n.id`
      const edges = yield* sql<EdgeRow>`SELECT e.id, s.id AS source, t.id AS target, e.type, e.reason, e.created ${ends} WHERE e.project = ${project} ORDER BY e.id`
      const aside = yield* sql<EdgeRow>`SELECT id, source, target, type, reason, created FROM graph_aside WHERE project = ${project} ORDER BY id`
      const tombstones = yield* sql<Tombstone>`SELECT id, "of", removed AS removedAt FROM graph_tombstones WHERE project = ${project} ORDER BY "of", id`
      return { nodes: nodes.map(nodeOfRow), edges: edges.map(edgeOfRow), aside: aside.map(edgeOfRow), tombstones: tombstones.map((row) => ({ ...row })) }
    })
  }
}

