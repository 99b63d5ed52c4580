import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment, Statement } from "effect/sql/Statement"
import { makeSqlFiles } from "./files-sql.ts"
import { countsIn, findingsIn } from "./findings-sql.ts"
import { byId } from "./joined.ts"
import { makeSqlMarks } from "./marks-sql.ts"
import { isOrdering, type EdgeType, type GraphContent, type Tombstone } from "./node.ts"
import { makeSqlOrder } from "./order-sql.ts"
import { replaceIn } from "./replace-sql.ts"
import { edgeOfRow, NODE_COLUMNS, nodeOfRow, nodeOfValues, rowOfNode, type EdgeRow, type NodeRow, type NodeValues } from "./rows.ts"
import { matchOf } from "./search-words.ts"
import type { GraphStore, NodeFilter } from "./store.ts"
import { isWeak } from "./uncertain.ts"

/** Between the ranks of two nodes that are made one after the other: room for others to move in. */
export const RANK_GAP = 65_536

/** The graph of one project in a SQL database whose tables are there. Every query names the project. */
export const makeSqlGraphStore = (sql: SqlClient.SqlClient, path: string): GraphStore => {
  const order = makeSqlOrder(sql)
  const marks = makeSqlMarks(sql)
  const columns = sql.literal(NODE_COLUMNS)
  const project = sql`(SELECT key FROM graph_projects WHERE path = ${path})`
  const ends = sql`FROM graph_edges e JOIN graph_nodes s ON s.key = e.source JOIN graph_nodes t ON t.key = e.target`
  const keysOf = (ids: readonly string[]) => sql`(SELECT key FROM graph_nodes WHERE project = ${project} AND id IN ${listed(ids)})`
  const listed = (values: readonly unknown[]) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`
  const keyOf = (id: string) =>
    Effect.map(sql<{ readonly key: number }>`SELECT key FROM graph_nodes WHERE project = ${project} AND id = ${id}`, (rows) => rows[0]!.key)

  const conditions = ({ kinds, statuses, session, commit, auto }: NodeFilter): Fragment =>
    sql.and([
      sql`n.project = ${project}`,
      ...(kinds === undefined ? [] : [kinds.length === 1 ? sql`n.kind = ${kinds[0]!}` : sql`n.kind IN ${listed(kinds)}`]),
      ...(statuses === undefined ? [] : [statuses.length === 1 ? sql`n.status = ${statuses[0]!}` : sql`n.status IN ${listed(statuses)}`]),
      ...(session === undefined ? [] : [sql`n.session = ${session}`]),
      ...(commit === undefined ? [] : [sql`n."commit" = ${commit}`]),
      ...(auto === undefined ? [] : [auto ? sql`n.origin = 'auto'` : sql`n.origin <> 'auto'`])
    ])

  const touch = sql`UPDATE graph_projects SET changes = changes + 1 WHERE path = ${path}`

  return {
    atomically: (effect) => sql.withTransaction(effect),
    nodes: (ids) =>
      Effect.map(sql<NodeRow>`SELECT ${columns} FROM graph_nodes n WHERE n.key IN ${keysOf(ids)} ORDER BY n.id`, (rows) =>
        rows.map(nodeOfRow)
      ),
    list: (filter, countMax) =>
      Effect.map(
        sql<NodeRow>`SELECT ${columns} FROM graph_nodes n WHERE ${conditions(filter)} ORDER BY n.created DESC, n.id DESC LIMIT ${countMax}`,
        (rows) => rows.map(nodeOfRow)
      ),
    search: (terms, filter, countMax) =>
      terms.length === 0
        ? Effect.succeed([])
        : Effect.map(
          // The index ranks what it finds by itself; only what is wanted is read.
          sql<NodeRow>`SELECT ${columns} FROM (
              SELECT w.rowid AS key, w.rank AS worth FROM graph_words w ${hasFilter(filter) ? sql`JOIN graph_nodes n ON n.key = w.rowid` : sql``}
              WHERE w.graph_words MATCH 'project : "' || coalesce(${project}, 0) || '" AND {title description} : (' || ${matchOf(terms)} || ')' AND w.rank MATCH 'bm25(0, 5, 1)'
              ${hasFilter(filter) ? sql`AND ${conditions(filter)}` : sql``} ORDER BY w.rank LIMIT ${countMax}
            ) f JOIN graph_nodes n ON n.key = f.key WHERE n.project = ${project} ORDER BY f.worth, n.created DESC, n.id DESC`,
          (rows) => rows.map(nodeOfRow)
        ),
    idsLike: (part, countMax) =>
      Effect.map(
        sql<{
          readonly id: string
        }>`SELECT id FROM graph_nodes WHERE project = ${project} AND (substr(id, 1, ${part.length}) = ${part} OR substr(id, ${-part.length}) = ${part}) ORDER BY id LIMIT ${countMax}`,
        (rows) => rows.map(({ id }) => id)
      ),
    putNode: (node) =>
      Effect.gen(function*() {
        const row = { ...rowOfNode(node) }
        const [known] = yield* sql<{
          readonly key: number
          readonly isWeak: number
        }>`SELECT key, status = 'active' AND coalesce(confidence, 100) < 50 AS isWeak FROM graph_nodes
          WHERE project = ${project} AND id = ${node.id}`
        if (known !== undefined) {
          yield* touch
          yield* sql`UPDATE graph_nodes SET ${sql.update(row, ["id"])} WHERE key = ${known.key}`
          if (isWeak(node) !== (known.isWeak === 1)) yield* marks.remark([known.key])
          return
        }
        yield* sql`INSERT INTO graph_projects (path, changes) VALUES (${path}, 1) ON CONFLICT (path) DO UPDATE SET changes = changes + 1`
        const [next] = yield* sql<{
          readonly project: number
          readonly rank: number
        }>`SELECT ${project} AS project, coalesce((SELECT max(key) FROM graph_nodes), 0) * ${RANK_GAP} AS rank`
        yield* sql`INSERT INTO graph_nodes ${sql.insert({ ...row, ...next! })}`
      }),
    edges: (ids, way, types) =>
      Effect.map(
        sql<EdgeRow>`SELECT e.id, s.id AS source, t.id AS target, e.type, e.reason, e.created ${ends}
          WHERE ${way === "down" ? sql`e.source` : sql`e.target`} IN ${keysOf(ids)} AND e.type IN ${listed(types)} ORDER BY e.created, s.id, t.id, e.type`,
        (rows) => rows.map(edgeOfRow)
      ),
    putEdge: (edge) =>
      Effect.gen(function*() {
        const [source, target] = [yield* keyOf(edge.from), yield* keyOf(edge.to)]
        const ordering = isOrdering(edge.type)
        yield* touch
        if (ordering && !(yield* order.admit(source, target))) return false
        yield* sql`INSERT INTO graph_edges (project, id, source, target, type, ordering, reason, created)
          SELECT ${project}, ${edge.id}, ${source}, ${target}, ${edge.type}, ${Number(ordering)}, ${edge.reason}, ${edge.createdAt}`
        yield* sql`DELETE FROM graph_tombstones WHERE project = ${project} AND "of" = 'edge' AND id = ${edge.id}`
        yield* marks.extend(edge, source, target)
        return true
      }),
    remove: (tombstones) =>
      Effect.gen(function*() {
        yield* touch
        const ids = (of: Tombstone["of"]) => tombstones.filter((each) => each.of === of).map(({ id }) => id)
        const ends = yield* sql<{
          readonly key: number
        }>`SELECT CASE type WHEN 'requires' THEN target ELSE source END AS key FROM graph_edges WHERE project = ${project} AND id IN ${listed(ids("edge"))}`
        const sources = yield* marks.sourcesAt(ends.map(({ key }) => key))
        yield* sql`DELETE FROM graph_edges WHERE project = ${project} AND id IN ${listed(ids("edge"))}`
        yield* sql`DELETE FROM graph_aside WHERE project = ${project} AND id IN ${listed(ids("edge"))}`
        yield* sql`DELETE FROM graph_nodes WHERE project = ${project} AND id IN ${listed(ids("node"))}`
        yield* sql`INSERT INTO graph_tombstones (project, "of", id, removed)
          SELECT ${project}, value ->> 'of', value ->> 'id', value ->> 'removedAt' FROM json_each(${JSON.stringify(tombstones)}) WHERE true
          ON CONFLICT (project, "of", id) DO UPDATE SET removed = max(removed, excluded.removed)`
        yield* marks.remark(sources)
      }),
    tombstone: (of, id) =>
      Effect.map(
        sql<Tombstone>`SELECT id, "of", removed AS removedAt FROM graph_tombstones WHERE project = ${project} AND "of" = ${of} AND id = ${id}`,
        ([row]) => (row === undefined ? null : { ...row })
      ),
    aside: Effect.map(
      sql<EdgeRow>`SELECT id, source, target, type, reason, created FROM graph_aside WHERE project = ${project} ORDER BY id`,
      (rows) => rows.map(edgeOfRow)
    ),
    marks: (ids) =>
      Effect.map(
        sql<{ readonly id: string; readonly sources: string }>`SELECT id, json_group_array(source) AS sources FROM (
          SELECT n.id, s.id AS source FROM graph_marks m JOIN graph_nodes n ON n.key = m.node JOIN graph_nodes s ON s.key = m.source WHERE m.node IN ${keysOf(ids)} ORDER BY s.id
        ) GROUP BY id`,
        (rows) => new Map(rows.map(({ id, sources }) => [id, JSON.parse(sources) as readonly string[]]))
      ),
    dependents: (id, countMax) =>
      Effect.map(
        sql<{ readonly id: string; readonly depth: number }>`SELECT n.id, m.depth FROM graph_marks m JOIN graph_nodes n ON n.key = m.node
          WHERE m.source IN ${keysOf([id])} ORDER BY m.depth, n.id LIMIT ${countMax}`,
        (rows) => rows.map((row) => ({ ...row }))
      ),
    content: Effect.gen(function*() {
      // There may be very many: columns without their names, ends looked up here, and put in order here.
      const rows = yield* valuesOf<readonly [...NodeValues, key: number]>(
        sql`SELECT ${columns}, n.key FROM graph_nodes n WHERE n.project = ${project}`
      )
      const idsByKey = new Map(rows.map((row) => [row[KEY_AT], row[0]]))
      const edges = yield* valuesOf<EdgeValues>(
        sql`SELECT id, source, target, type, reason, created FROM graph_edges WHERE project = ${project}`
      )
      const aside =
        yield* sql<EdgeRow>`SELECT id, source, target, type, reason, created FROM graph_aside WHERE project = ${project} ORDER BY id`
      const tombstones =
        yield* sql<Tombstone>`SELECT id, "of", removed AS removedAt FROM graph_tombstones WHERE project = ${project} ORDER BY "of", id`
      return {
        nodes: rows.map((row) => nodeOfValues(row as unknown as NodeValues)).sort(byId),
        edges: edges
          .map(([id, source, target, type, reason, createdAt]) => ({
            id,
            from: idsByKey.get(source)!,
            to: idsByKey.get(target)!,
            type,
            reason,
            createdAt
          }))
          .sort(byId),
        aside: aside.map(edgeOfRow),
        tombstones: tombstones.map((row) => ({ ...row }))
      } satisfies GraphContent
    }),
    changes: Effect.map(sql<{ readonly changes: number }>`SELECT changes FROM graph_projects WHERE path = ${path}`, ([row]) => row?.changes ?? 0),
    ...makeSqlFiles(sql, path),
    replace: (before, after) => Effect.andThen(replaceIn(sql, path, before, after), touch),
    counts: countsIn(sql, path),
    findings: (staleBeforeMs) => findingsIn(sql, path, staleBeforeMs)
  }
}

type EdgeValues = readonly [id: string, source: number, target: number, type: EdgeType, reason: string, created: number]

/** Where the key stands behind the columns of a node. */
const KEY_AT = 16

const valuesOf = <A,>(statement: Statement<never>): Effect.Effect<readonly A[], SqlError> =>
  statement.values as unknown as Effect.Effect<readonly A[], SqlError>

const hasFilter = (filter: NodeFilter): boolean => Object.values(filter).some((value) => value !== undefined)
