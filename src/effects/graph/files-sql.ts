import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import { TEXTS_MAX, type GraphStore, type WrittenFile } from "./store.ts"

/** What is known of files that hold a graph: so that what did not change is neither read nor written again. */
export const makeSqlFiles = (
  sql: SqlClient.SqlClient,
  path: string
): Pick<GraphStore, "holdsText" | "keepText" | "looked" | "keepLooked" | "written" | "keepWritten"> => {
  const project = sql`(SELECT key FROM graph_projects WHERE path = ${path})`
  const begin = sql`INSERT INTO graph_projects (path) VALUES (${path}) ON CONFLICT (path) DO NOTHING`
  return {
    holdsText: (hash) => Effect.map(sql`SELECT 1 FROM graph_texts WHERE project = ${project} AND hash = ${hash}`, (rows) => rows.length > 0),
    keepText: (hash) =>
      Effect.gen(function*() {
        yield* begin
        yield* sql`INSERT INTO graph_texts (project, hash) VALUES (${project}, ${hash}) ON CONFLICT DO NOTHING`
        yield* sql`DELETE FROM graph_texts WHERE project = ${project} AND key <= (SELECT key FROM graph_texts WHERE project = ${project} ORDER BY key DESC LIMIT 1 OFFSET ${TEXTS_MAX})`
      }),
    looked: (file) =>
      Effect.map(
        sql<{ readonly mark: string }>`SELECT mark FROM graph_looks WHERE project = ${project} AND file = ${file}`,
        ([row]) => row?.mark ?? null
      ),
    keepLooked: (file, mark) =>
      Effect.andThen(
        begin,
        sql`INSERT INTO graph_looks (project, file, mark) VALUES (${project}, ${file}, ${mark}) ON CONFLICT (project, file) DO UPDATE SET mark = excluded.mark`
      ),
    written: (file) =>
      Effect.map(
        sql<WrittenFile>`SELECT file, part, changes, hash, bytes, nodes, edges FROM graph_files WHERE project = ${project} AND file = ${file}`,
        ([row]) => (row === undefined ? null : { ...row })
      ),
    keepWritten: ({ file, part, changes, hash, bytes, nodes, edges }) =>
      Effect.andThen(
        begin,
        sql`INSERT INTO graph_files (project, file, part, changes, hash, bytes, nodes, edges) VALUES (${project}, ${file}, ${part}, ${changes}, ${hash}, ${bytes}, ${nodes}, ${edges})
          ON CONFLICT (project, file) DO UPDATE SET part = excluded.part, changes = excluded.changes, hash = excluded.hash, bytes = excluded.bytes, nodes = excluded.nodes, edges = excluded.edges`
      )
  }
}
