import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { nodeWords } from "./joined.ts"
import { marksOfAll } from "./marks-sql.ts"
import { isOrdering, type GraphContent } from "./node.ts"
import { reranked } from "./rank.ts"
import { rowOfNode, type NodeRow } from "./rows.ts"

/** So many rows are written by one statement. */
const ROWS_MAX = 2000

/** Writes what of a project's content differs from before. What is to stand has no cycle: ranks follow. */
export const replaceIn = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, path: string, before: GraphContent, after: GraphContent): Effect.fn.Return<void, SqlError> {
  yield* sql`INSERT INTO graph_projects (path) VALUES (${path}) ON CONFLICT (path) DO NOTHING`
  const [{ key: project }] = (yield* sql<{ readonly key: number }>`SELECT key FROM graph_projects WHERE path = ${path}`) as unknown as readonly [{ readonly key: number }]
  const chunked = <A>(rows: readonly A[], write: (json: string) => Effect.Effect<unknown, SqlError>) =>
    Effect.forEach(Array.from({ length: Math.ceil(rows.length / ROWS_MAX) }, (_, at) => rows.slice(at * ROWS_MAX, (at + 1) * ROWS_MAX)), (chunk) => write(JSON.stringify(chunk)), { discard: true })

  const nodes = difference(before.nodes, after.nodes, (node) => nodeWords(node) + node.changedAt)
  const edges = difference(before.edges, after.edges, (edge) => edge.reason + edge.createdAt)
  yield* chunked(edges.gone, (ids) => sql`DELETE FROM graph_edges WHERE project = ${project} AND id IN (SELECT value FROM json_each(${ids}))`)
  yield* chunked(nodes.gone, (ids) => sql`DELETE FROM graph_nodes WHERE project = ${project} AND id IN (SELECT value FROM json_each(${ids}))`)
  yield* chunked(nodes.put.map(rowOfNode), (rows) => putNodes(sql, project, rows))
  yield* chunked(edges.put.map((edge) => ({ ...edge, ordering: Number(isOrdering(edge.type)) })), (rows) => putEdges(sql, project, rows))
  if (edges.put.some(({ type }) => isOrdering(type))) yield* setRanks(sql, project)

  yield* sql`DELETE FROM graph_aside WHERE project = ${project}`
  yield* chunked(after.aside, (rows) => putAside(sql, project, rows))
  yield* sql`DELETE FROM graph_marks WHERE project = ${project}`
  yield* sql.unsafe(marksOfAll("project = ?"), [project])
  yield* sql`DELETE FROM graph_tombstones WHERE project = ${project}`
  yield* chunked(after.tombstones, (rows) =>
    sql`INSERT INTO graph_tombstones (project, "of", id, removed) SELECT ${project}, value ->> 'of', value ->> 'id', value ->> 'removedAt' FROM json_each(${rows})`)
})

const difference = <A extends { readonly id: string }>(before: readonly A[], after: readonly A[], words: (a: A) => string): { readonly gone: readonly string[]; readonly put: readonly A[] } => {
  const beforeById = new Map(before.map((each) => [each.id, each]))
  const afterIds = new Set(after.map(({ id }) => id))
  return {
    gone: before.flatMap(({ id }) => (afterIds.has(id) ? [] : [id])),
    put: after.filter((each) => {
      const known = beforeById.get(each.id)
      return known === undefined || (known !== each && words(known) !== words(each))
    })
  }
}

const NODE_FIELDS = ["id", "kind", "title", "description", "status", "confidence", "origin", "author", "session", "event", "files", "commit", "branch", "keeper", "created", "changed"] as const satisfies readonly (keyof NodeRow)[]

/** A node that is new gets the rank its key says; one that is known keeps its own. */
const putNodes = (sql: SqlClient.SqlClient, project: number, rows: string) => {
  const names = NODE_FIELDS.map((name) => `"${name}"`)
  const values = NODE_FIELDS.map((name) => `value ->> '${name}'`)
  const changes = names.map((name) => `${name} = excluded.${name}`)
  return sql`INSERT INTO graph_nodes (project, rank, ${sql.literal(names.join(", "))})
    SELECT ${project}, (coalesce((SELECT max(key) FROM graph_nodes), 0) + row_number() OVER () - 1) * 65536, ${sql.literal(values.join(", "))} FROM json_each(${rows}) WHERE true
    ON CONFLICT (project, id) DO UPDATE SET ${sql.literal(changes.join(", "))}`
}

const putEdges = (sql: SqlClient.SqlClient, project: number, rows: string) =>
  sql`INSERT INTO graph_edges (project, id, source, target, type, ordering, reason, created)
    SELECT ${project}, value ->> 'id', (SELECT key FROM graph_nodes WHERE project = ${project} AND id = value ->> 'from'), (SELECT key FROM graph_nodes WHERE project = ${project} AND id = value ->> 'to'),
      value ->> 'type', value ->> 'ordering', value ->> 'reason', value ->> 'createdAt' FROM json_each(${rows}) WHERE true
    ON CONFLICT (project, id) DO UPDATE SET reason = excluded.reason, created = excluded.created`

const putAside = (sql: SqlClient.SqlClient, project: number, rows: string) =>
  sql`INSERT INTO graph_aside (project, id, source, target, type, reason, created)
    SELECT ${project}, value ->> 'id', value ->> 'from', value ->> 'to', value ->> 'type', value ->> 'reason', value ->> 'createdAt' FROM json_each(${rows})`

const setRanks = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, project: number): Effect.fn.Return<void, SqlError> {
  const ranks = yield* sql<{ readonly key: number; readonly rank: number }>`SELECT key, rank FROM graph_nodes WHERE project = ${project}`
  const arcs = yield* sql`SELECT source, target FROM graph_edges WHERE project = ${project} AND ordering = 1`.values
  const changed = reranked(new Map(ranks.map(({ key, rank }) => [key, rank])), arcs as unknown as readonly (readonly [number, number])[])
  yield* sql`UPDATE graph_nodes SET rank = w.rank FROM (SELECT value ->> 0 AS key, value ->> 1 AS rank FROM json_each(${JSON.stringify([...changed])})) w WHERE graph_nodes.key = w.key`
})

