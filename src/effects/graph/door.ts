import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { foldersOf, projectOf } from "../git/project.ts"
import { problem, type Problem } from "../os/problem.ts"
import type { GraphOf, ProjectGraph } from "./graph.ts"

/** Leads to the decision graphs of the database at hand. */
export interface Door {
  /** They are loaded by the first who goes through it. */
  readonly graphs: Effect.Effect<GraphOf>
  /** Whether anybody said or found anything of a project; where not, nothing has to be loaded to know that. */
  readonly isAnythingSaid: (project: string) => Effect.Effect<boolean>
  /** Writes all that an effect writes, into whatever of the database, or nothing. */
  readonly together: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E | Problem>
}

/** `null` where no database is at hand. */
export const GraphDoor = Context.Reference<Door | null>("loom/GraphDoor", { defaultValue: () => null })

/** Loads nothing by itself. */
export const layerGraphDoor: Layer.Layer<never, never, SqlClient.SqlClient> = Layer.effect(
  GraphDoor,
  Effect.map(SqlClient.SqlClient, (sql) => doorTo(sql))
)

const doorTo = (sql: SqlClient.SqlClient): Door => {
  let opened: GraphOf | null = null
  return {
    graphs: Effect.suspend(() => {
      if (opened !== null) return Effect.succeed(opened)
      return Effect.promise(() => import("./graph.ts")).pipe(
        Effect.flatMap(({ makeGraphSql }) => Effect.provideService(makeGraphSql, SqlClient.SqlClient, sql)),
        Effect.map((graphs) => (opened ??= graphs))
      )
    }),
    together: (effect) =>
      Effect.catchIf(sql.withTransaction(effect), isSqlError, (error) =>
        Effect.fail(problem(`write into the decision graph: ${error.reason.message ?? error.message}`))
      ),
    // Before the first graph there are no tables; what else stands in the way, the first who goes through the door is told.
    isAnythingSaid: (project) =>
      sql`SELECT 1 FROM graph_nodes WHERE project = (SELECT key FROM graph_projects WHERE path = ${project}) AND origin <> 'auto' LIMIT 1`.pipe(
        Effect.flatMap((rows) => (rows.length > 0 ? Effect.succeed(true) : isSaidBelow(sql, project))),
        Effect.orElseSucceed(() => false)
      )
  }
}

/** Whether it was said under a folder of the project, with which it is joined when it is opened. */
const isSaidBelow = (sql: SqlClient.SqlClient, project: string) =>
  sql<{
    readonly path: string
  }>`SELECT path FROM graph_projects p WHERE path <> ${project} AND EXISTS (SELECT 1 FROM graph_nodes WHERE project = p.key AND origin <> 'auto')`.pipe(
    Effect.flatMap((rows) =>
      foldersOf(
        project,
        rows.map(({ path }) => path)
      )
    ),
    Effect.map((folders) => folders.length > 0)
  )

/** Graphs that live as long as what they are given to, for a session that is only tried: what it decides is nobody's memory. */
export const memoryDoor = (): Door => {
  let opened: GraphOf | null = null
  return {
    graphs: Effect.suspend(() => {
      if (opened !== null) return Effect.succeed(opened)
      return Effect.promise(() => import("./graph.ts")).pipe(
        Effect.flatMap(({ Graph, layerGraphMemory }) => Effect.provide(Graph, layerGraphMemory)),
        Effect.map((graphs) => (opened ??= graphs))
      )
    }),
    isAnythingSaid: () => Effect.succeed(opened !== null),
    together: (effect) => effect
  }
}

/** The decision graphs of whoever asks: behind the door, or those the host gave. */
export const graphsHere: Effect.Effect<GraphOf> = Effect.flatMap(GraphDoor, (door) =>
  door === null
    ? Effect.flatMap(
        Effect.promise(() => import("./graph.ts")),
        ({ Graph }) => Graph
      )
    : door.graphs
)

/** Writes first what sessions of the project said and nobody has written yet; of this one it is written in time. What cannot be written is told elsewhere. */
export const CaughtUp = Context.Reference<Effect.Effect<void>>("loom/CaughtUp", { defaultValue: () => Effect.void })

/** The graph of the project that a folder belongs to, with all that was said there. */
export const graphOfFolder = (folder: string): Effect.Effect<ProjectGraph> =>
  Effect.andThen(
    Effect.flatten(CaughtUp),
    Effect.zipWith(graphsHere, projectOf(folder), ({ of }, project) => of(project))
  )

/** The goal of the turn that a call runs in, once all that was heard up to then is in the graph; `null` where nobody keeps it. */
export const TurnGoal = Context.Reference<Effect.Effect<string | null>>("loom/TurnGoal", { defaultValue: () => Effect.succeed(null) })
