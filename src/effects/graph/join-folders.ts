import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import { foldersOf } from "../git/project.ts"
import { importContent } from "./import.ts"
import { makeSqlGraphStore } from "./store-sql.ts"
import type { StoreError } from "./store.ts"

/**
 * Graphs that were begun under a folder of a project, before that was known to be one: when a folder was a project by itself, or no repository was around it yet.
 * They become part of the project's, all of it or nothing; nothing is there twice, and where both say something of one node the newer holds.
 */
export const joinFolders = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, project: string): Effect.fn.Return<void, StoreError> {
  if ((yield* begunBelow(sql, project)).length === 0) return
  yield* sql.withTransaction(
    Effect.flatMap(
      begunBelow(sql, project),
      Effect.forEach((folder) => joinFolder(sql, project, folder), { discard: true })
    )
  )
})

const begunBelow = (sql: SqlClient.SqlClient, project: string) =>
  Effect.flatMap(sql<{ readonly path: string }>`SELECT path FROM graph_projects WHERE path <> ${project} ORDER BY path`, (rows) =>
    foldersOf(
      project,
      rows.map(({ path }) => path)
    )
  )

const joinFolder = Effect.fnUntraced(function*(sql: SqlClient.SqlClient, project: string, folder: string): Effect.fn.Return<void, StoreError> {
  const [known] = yield* sql`SELECT 1 FROM graph_projects WHERE path = ${project}`
  if (known === undefined) return yield* Effect.asVoid(sql`UPDATE graph_projects SET path = ${project} WHERE path = ${folder}`)
  yield* importContent(makeSqlGraphStore(sql, project), yield* makeSqlGraphStore(sql, folder).content)
  const own = sql`(SELECT key FROM graph_projects WHERE path = ${folder})`
  for (const table of ["graph_edges", "graph_marks", "graph_aside", "graph_tombstones", "graph_nodes", "graph_texts", "graph_files"])
    yield* sql`DELETE FROM ${sql.literal(table)} WHERE project = ${own}`
  yield* sql`DELETE FROM graph_projects WHERE path = ${folder}`
})
