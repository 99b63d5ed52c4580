import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { GraphEdge } from "./node.ts"
import { bearing, CASCADE_DEPTH } from "./uncertain.ts"

/*
 * Which weak node makes which uncertain, and over how many edges, is written down, so that whoever reads a node need not walk.
 * It stays a function of the graph: an edge more lengthens the ways of those sources that reach its beginning; where an edge or a confidence goes, just those are worked out anew.
 */

/** As `isWeak` has it. */
const WEAK = "status = 'active' AND confidence < 50"

/** Goes on along all that bears on another, to the depth that counts. */
const ON = `SELECT r.source, e.target, r.depth + 1 FROM reached r JOIN graph_edges e ON e.source = r.node AND e.type IN ('leads_to', 'blocks', 'enables') WHERE r.depth < ${CASCADE_DEPTH}
  UNION SELECT r.source, e.source, r.depth + 1 FROM reached r JOIN graph_edges e ON e.target = r.node AND e.type = 'requires' WHERE r.depth < ${CASCADE_DEPTH}`

const reachedFrom = (condition: string): string =>
  `WITH RECURSIVE reached (source, node, depth) AS (SELECT key, key, 0 FROM graph_nodes WHERE ${WEAK} AND ${condition} UNION ${ON})`

/** Writes the marks of all weak nodes of a condition. */
export const marksOfAll = (condition: string): string =>
  `${reachedFrom(condition)} INSERT INTO graph_marks (project, source, node, depth)
    SELECT s.project, r.source, r.node, min(r.depth) FROM reached r JOIN graph_nodes s ON s.key = r.source WHERE r.node <> r.source GROUP BY r.source, r.node
    ON CONFLICT (source, node) DO UPDATE SET depth = excluded.depth WHERE depth <> excluded.depth`

const AMONG = "key IN (SELECT value FROM json_each(?))"

export const makeSqlMarks = (sql: SqlClient.SqlClient) => {
  const listed = (keys: readonly number[]) => sql`(SELECT value FROM json_each(${JSON.stringify(keys)}))`

  /** The weak nodes among these, and those that make one of them uncertain. */
  const sourcesAt = (keys: readonly number[]): Effect.Effect<readonly number[], SqlError> =>
    Effect.map(
      sql<{
        readonly source: number
      }>`SELECT source FROM graph_marks WHERE node IN ${listed(keys)} UNION SELECT key FROM graph_nodes WHERE key IN ${listed(keys)} AND ${sql.literal(WEAK)}`,
      (rows) => rows.map(({ source }) => source)
    )

  /** Works out anew what these nodes make uncertain. */
  const remark = (sources: readonly number[]): Effect.Effect<void, SqlError> =>
    sources.length === 0
      ? Effect.void
      : Effect.gen(function*() {
          // Most of them stay: only what differs is written.
          const keys = JSON.stringify(sources)
          yield* sql.unsafe(
            `DELETE FROM graph_marks WHERE source IN (SELECT value FROM json_each(?)) AND (source, node) NOT IN (${reachedFrom(AMONG)} SELECT source, node FROM reached)`,
            [keys, keys]
          )
          yield* sql.unsafe(marksOfAll(AMONG), [keys])
        })

  /** A new edge: whatever reaches its beginning goes on through it. */
  const extend = (edge: GraphEdge, from: number, to: number): Effect.Effect<void, SqlError> => {
    const bears = bearing(edge)
    if (bears === null) return Effect.void
    const [source, dependent] = bears.source === edge.from ? [from, to] : [to, from]
    return Effect.gen(function*() {
      if ((yield* sourcesAt([source])).length === 0) return
      yield* sql`WITH RECURSIVE reached (source, node, depth) AS (
          SELECT source, ${dependent}, depth + 1 FROM (
            SELECT source, depth FROM graph_marks WHERE node = ${source} AND depth < ${CASCADE_DEPTH} UNION ALL SELECT key, 0 FROM graph_nodes WHERE key = ${source} AND ${sql.literal(WEAK)}
          ) UNION ${sql.literal(ON)}
        ) INSERT INTO graph_marks (project, source, node, depth)
          SELECT s.project, r.source, r.node, min(r.depth) FROM reached r JOIN graph_nodes s ON s.key = r.source WHERE r.node <> r.source GROUP BY r.source, r.node
          ON CONFLICT (source, node) DO UPDATE SET depth = min(depth, excluded.depth)`
    })
  }

  return { sourcesAt, remark, extend }
}
