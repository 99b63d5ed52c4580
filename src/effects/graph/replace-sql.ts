import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { nodeWords } from "./joined.ts"
import { marksOfAll } from "./marks-sql.ts"
import { isOrdering, type GraphContent, type GraphEdge, type NodeKind } from "./node.ts"
import { reranked } from "./rank.ts"
import { rowOfNode, type NodeRow } from "./rows.ts"

/** So many rows are written by one statement. */
const ROWS_MAX = 2000

/** Writes what of a project's content differs from before. What is to stand has no cycle: ranks follow. */
export const replaceIn = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  path: string,
  before: GraphContent,
  after: GraphContent
): Effect.fn.Return<void, SqlError> {
  yield* sql`INSERT INTO graph_projects (path) VALUES (${path}) ON CONFLICT (path) DO NOTHING`
  const [{ key: project }] = (yield* sql<{
    readonly key: number
  }>`SELECT key FROM graph_projects WHERE path = ${path}`) as unknown as readonly [{ readonly key: number }]
  const chunked = <A,>(rows: readonly A[], write: (json: string) => Effect.Effect<unknown, SqlError>) =>
    Effect.forEach(
      Array.from({ length: Math.ceil(rows.length / ROWS_MAX) }, (_, at) => rows.slice(at * ROWS_MAX, (at + 1) * ROWS_MAX)),
      (chunk) => write(JSON.stringify(chunk)),
      { discard: true }
    )

  const nodes = difference(before.nodes, after.nodes, (node) => nodeWords(node) + node.changedAt)
  const edges = difference(before.edges, after.edges, (edge) => edge.reason + edge.createdAt)
  const isBulk = edges.put.length + edges.gone.length > BULK_MIN
  const triggers = isBulk ? yield* setAside(sql) : []
  yield* chunked(edges.gone, (ids) => sql`DELETE FROM graph_edges WHERE project = ${project} AND id IN (SELECT value FROM json_each(${ids}))`)
  yield* chunked(nodes.gone, (ids) => sql`DELETE FROM graph_nodes WHERE project = ${project} AND id IN (SELECT value FROM json_each(${ids}))`)
  yield* chunked(nodes.put.map(rowOfNode), (rows) => putNodes(sql, project, rows))
  if (isBulk) {
    const keyById = new Map((yield* standingNodes(sql, project)).map(({ id, key }) => [id, key]))
    yield* chunked(
      edges.put.map(({ id, from, to, type, reason, createdAt }) => [
        id,
        keyById.get(from),
        keyById.get(to),
        type,
        Number(isOrdering(type)),
        reason,
        createdAt
      ]),
      (rows) => putEdgesByKey(sql, project, rows)
    )
    yield* chunked(followed(yield* standingNodes(sql, project), after.edges), (rows) => setPlaces(sql, rows))
    yield* Effect.forEach(triggers, ({ sql: words }) => sql.unsafe(words), { discard: true })
    yield* sql.unsafe(`PRAGMA cache_size = ${CACHE_USUAL}`)
  } else {
    yield* chunked(edges.put.map((edge) => ({ ...edge, ordering: Number(isOrdering(edge.type)) })), (rows) => putEdges(sql, project, rows))
    if (edges.put.some(({ type }) => isOrdering(type))) yield* setRanks(sql, project)
  }

  yield* sql`DELETE FROM graph_aside WHERE project = ${project}`
  yield* chunked(after.aside, (rows) => putAside(sql, project, rows))
  yield* sql`DELETE FROM graph_marks WHERE project = ${project}`
  yield* sql.unsafe(marksOfAll("project = ?"), [project])
  yield* sql`DELETE FROM graph_tombstones WHERE project = ${project}`
  yield* chunked(
    after.tombstones,
    (rows) =>
      sql`INSERT INTO graph_tombstones (project, "of", id, removed) SELECT ${project}, value ->> 'of', value ->> 'id', value ->> 'removedAt' FROM json_each(${rows})`
  )
})

// ── very many edges ──────────────────────────────────────────────────────────────────────────────────────────────

/** From so many edges on, what follows from them is worked out once for all, and not by a trigger for each. */
const BULK_MIN = 2_000
/** Units: KiB, as SQLite has it: negative. */
const CACHE_BULK = -131_072
const CACHE_USUAL = -2_000

/** Takes the triggers of edges away, within the transaction: should that be rolled back, they were never gone. */
const setAside = Effect.fnUntraced(function*(sql: SqlClient.SqlClient): Effect.fn.Return<readonly { readonly sql: string }[], SqlError> {
  yield* sql.unsafe(`PRAGMA cache_size = ${CACHE_BULK}`)
  const triggers = yield* sql<{
    readonly name: string
    readonly sql: string
  }>`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'graph_edges'`
  yield* Effect.forEach(triggers, ({ name }) => sql.unsafe(`DROP TRIGGER ${name}`), { discard: true })
  return triggers
})

interface Placed {
  readonly key: number
  readonly id: string
  readonly kind: NodeKind
  readonly rank: number
  readonly degree: number
  readonly follows: number
}

const standingNodes = (sql: SqlClient.SqlClient, project: number) =>
  sql<Placed>`SELECT key, id, kind, rank, degree, follows FROM graph_nodes WHERE project = ${project}`

/** Rank, degree and followers of the nodes for which they are others than before; as the triggers of `tables.ts` count them. */
const followed = (
  nodes: readonly Placed[],
  edges: readonly GraphEdge[]
): readonly (readonly [key: number, rank: number, degree: number, follows: number])[] => {
  const byIds = new Map(nodes.map((node) => [node.id, { node, degree: 0, follows: 0 }]))
  const arcs: (readonly [number, number])[] = []
  for (const { from, to, type } of edges) {
    const [source, target] = [byIds.get(from)!, byIds.get(to)!]
    source.degree++
    target.degree++
    const [first, then] = type === "requires" ? [target, source] : [source, target]
    if (type !== "supersedes" && FOLLOWER[first.node.kind] === then.node.kind) first.follows++
    if (isOrdering(type)) arcs.push([source.node.key, target.node.key])
  }
  const ranks = reranked(new Map(nodes.map(({ key, rank }) => [key, rank])), arcs)
  return [...byIds.values()].flatMap(({ node, degree, follows }) => {
    const rank = ranks.get(node.key) ?? node.rank
    return rank === node.rank && degree === node.degree && follows === node.follows ? [] : [[node.key, rank, degree, follows] as const]
  })
}

/** As `PAIRS` of `tables.ts` has it. */
const FOLLOWER: Partial<Readonly<Record<NodeKind, NodeKind>>> = { goal: "option", decision: "action", action: "outcome" }

const putEdgesByKey = (sql: SqlClient.SqlClient, project: number, rows: string) =>
  sql`INSERT INTO graph_edges (project, id, source, target, type, ordering, reason, created)
    SELECT ${project}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(${rows}) WHERE true
    ON CONFLICT (project, id) DO UPDATE SET reason = excluded.reason, created = excluded.created`

const setPlaces = (sql: SqlClient.SqlClient, rows: string) =>
  sql`UPDATE graph_nodes SET rank = w.rank, degree = w.degree, follows = w.follows
    FROM (SELECT value ->> 0 AS key, value ->> 1 AS rank, value ->> 2 AS degree, value ->> 3 AS follows FROM json_each(${rows})) w WHERE graph_nodes.key = w.key`

// ── few ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const difference = <A extends { readonly id: string }>(
  before: readonly A[],
  after: readonly A[],
  words: (a: A) => string
): { readonly gone: readonly string[]; readonly put: readonly A[] } => {
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

const NODE_FIELDS = [
  "id",
  "kind",
  "title",
  "description",
  "status",
  "confidence",
  "origin",
  "author",
  "session",
  "event",
  "files",
  "commit",
  "branch",
  "keeper",
  "created",
  "changed"
] as const satisfies readonly (keyof NodeRow)[]

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

