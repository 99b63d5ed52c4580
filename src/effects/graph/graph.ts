import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { migrate } from "../os/migrate.ts"
import { attempt, problem, type Problem } from "../os/problem.ts"
import { SQLITE, sqliteCode } from "../os/sqlite.ts"
import { goalsAbove, withMarks } from "./bearing.ts"
import { makeChangeIds } from "./change-id.ts"
import { importContent, importText, knownText } from "./import.ts"
import { joinFolders } from "./join-folders.ts"
import { mergeNodes } from "./merge-nodes.ts"
import { EDGE_TYPES, type GraphEdge, type GraphNode } from "./node.ts"
import { pivot, supersede } from "./pivot.ts"
import type { ProjectGraph } from "./project-graph.ts"
import { takePulse } from "./pulse.ts"
import { markedContent, nodeNamed, pathOf, priorAttempts, walked } from "./read.ts"
import { termsOf } from "./search-words.ts"
import { makeMemoryGraphStore } from "./store-memory.ts"
import { makeSqlGraphStore } from "./store-sql.ts"
import type { StoreError } from "./store.ts"
import { GRAPH_TABLES } from "./tables.ts"
import { adding } from "./wish.ts"
import { addNode, linkNodes, nodeThere, removeNode, unlinkNodes, updateNode, whyAside, type Desk } from "./write.ts"

export type { ProjectGraph } from "./project-graph.ts"

export interface GraphOf {
  /** The graph of the project of this name, which `projectOf` gives of a folder; nothing of another is ever in it. */
  readonly of: (project: string) => ProjectGraph
}

/** Where none is kept, as in a host that gave no database. */
export const noGraph: GraphOf = {
  of: () => {
    const none = Effect.fail(problem("decision graph: none is kept here; go on without it"))
    return over({ store: makeMemoryGraphStore(), newId: makeChangeIds() }, none)
  }
}

/** The decision graphs of all projects. */
export const Graph = Context.Reference<GraphOf>("loom/Graph", { defaultValue: () => noGraph })

/** In the database; its tables are made or brought up to date when one is first used, not before. */
export const makeGraphSql: Effect.Effect<GraphOf, never, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const newId = makeChangeIds()
  const opened = new Set<string>()
  const open = (project: string) =>
    Effect.suspend(() =>
      opened.has(project)
        ? Effect.void
        : migrate("graph", GRAPH_TABLES).pipe(
            Effect.provideService(SqlClient.SqlClient, sql),
            Effect.andThen(joinFolders(sql, project)),
            Effect.tap(() => Effect.sync(() => opened.add(project)))
          )
    )
  return { of: (project) => over({ store: makeSqlGraphStore(sql, project), newId }, open(project)) }
})

export const layerGraphSql: Layer.Layer<never, never, SqlClient.SqlClient> = Layer.effect(Graph, makeGraphSql)

export const layerGraphMemory: Layer.Layer<never> = Layer.sync(Graph, () => {
  const newId = makeChangeIds()
  const graphsByProject = new Map<string, ProjectGraph>()
  return {
    of: (project) => {
      const graph = graphsByProject.get(project) ?? over({ store: makeMemoryGraphStore(), newId }, Effect.void)
      graphsByProject.set(project, graph)
      return graph
    }
  }
})

const LISTED_MAX = 20

/** The operations over a store. What they write, they write in one transaction; what they read, they read in none. */
const over = (desk: Desk, open: Effect.Effect<void, StoreError>): ProjectGraph => {
  const { store } = desk
  const tried = <A,>(what: string, effect: Effect.Effect<A, StoreError>): Effect.Effect<A, Problem> =>
    Effect.mapError(Effect.andThen(open, effect), inWords(what))
  const written = <A,>(what: string, effect: Effect.Effect<A, StoreError>) => tried(what, store.atomically(effect))
  const read = (what: string, nodes: Effect.Effect<readonly GraphNode[], StoreError>) =>
    tried(
      what,
      Effect.flatMap(nodes, (found) => withMarks(store, found))
    )

  return {
    add: (wish, links = []) => written(adding(wish), addNode(desk, wish, links)),
    update: (id, change) => written(`change ${id}`, updateNode(store, id, change)),
    link: (wish) => written(`link ${wish.from} to ${wish.to}`, linkNodes(store, wish)),
    unlink: (edge) => written(`unlink ${edge.from} from ${edge.to}`, unlinkNodes(store, edge)),
    remove: (id) => written(`remove ${id}`, removeNode(store, id)),
    supersede: (wish) => written(`supersede ${wish.old}`, supersede(store, wish)),
    pivot: (wish) => written(`pivot from ${wish.old}`, pivot(desk, wish)),
    merge: (keptId, goneId) => written(`merge ${goneId} into ${keptId}`, mergeNodes(store, keptId, goneId)),
    import: (content) => written("import a graph", importContent(store, content)),
    importText: (hash, read) =>
      Effect.flatMap(tried("import a graph", knownText(store, hash)), (known) =>
        known !== null
          ? Effect.succeed(known)
          : Effect.flatMap(attempt("import a graph", read), (content) => written("import a graph", importText(store, hash, content)))
      ),
    keepLooked: (file, mark) => written(`remember ${file}`, store.keepLooked(file, mark)),
    keepWritten: (file) => written(`remember what is in ${file.file}`, Effect.andThen(store.keepText(file.hash), store.keepWritten(file))),

    opened: tried("open the decision graph", Effect.void),
    get: (id) => Effect.map(read(`read ${id}`, store.nodes([id])), ([node]) => node ?? null),
    isRemoved: (id) => tried(`look for ${id}`, Effect.map(store.tombstone("node", id), (tombstone) => tombstone !== null)),
    named: (word) => tried(`find node ${word}`, nodeNamed(store, word)),
    edges: (id) =>
      tried(
        `read the edges of ${id}`,
        Effect.all({ arriving: store.edges([id], "up", EDGE_TYPES), leaving: store.edges([id], "down", EDGE_TYPES) })
      ),
    between: (ids) =>
      tried(
        `read the edges between ${ids.length} nodes`,
        Effect.map(store.edges(ids, "down", EDGE_TYPES), (edges) => within(edges, new Set(ids)))
      ),
    list: (filter, countMax = LISTED_MAX) => read("list nodes", store.list(filter, countMax)),
    search: (text, filter = {}, countMax = LISTED_MAX) => read("search the graph", store.search(termsOf(text), filter, countMax)),
    activeGoals: (countMax = LISTED_MAX) => read("list the goals", store.list({ kinds: ["goal"], statuses: ["active"] }, countMax)),
    recentDecisions: (countMax = LISTED_MAX) => read("list the decisions", store.list({ kinds: ["decision"], statuses: ["active"] }, countMax)),
    priorAttempts: (countMax = LISTED_MAX) => read("list what was tried", priorAttempts(store, countMax)),
    timeline: (session, countMax = LISTED_MAX) => read("list what happened", store.list(session === null ? {} : { session }, countMax)),
    walk: (id, way, wish = {}) => tried(`walk ${way} from ${id}`, walked(store, id, way, wish)),
    path: (from, to) => tried(`find the path from ${from} to ${to}`, pathOf(store, from, to)),
    whyAside: (edge) => tried(`find out why ${edge.from} ${edge.type} ${edge.to} is kept aside`, whyAside(store, edge)),
    goalsAbove: (id) =>
      tried(`find the goals above ${id}`, Effect.andThen(nodeThere(store, `find the goals above ${id}`, id), goalsAbove(store, id))),
    pulse: tried(
      "take the graph's pulse",
      Effect.flatMap(Clock.currentTimeMillis, (nowMs) => takePulse(store, nowMs))
    ),
    content: tried("read the graph", Effect.map(store.atomically(store.content), markedContent)),
    bare: tried("read the graph", store.atomically(Effect.all({ content: store.content, changes: store.changes }))),
    holdsText: (hash) => tried("look for a text", store.holdsText(hash)),
    looked: (file) => tried(`look for ${file}`, store.looked(file)),
    upToDate: (file, part) =>
      tried(
        `find out what is in ${file}`,
        Effect.map(Effect.all([store.written(file), store.changes]), ([known, changes]) =>
          known?.changes === changes && known.part === part ? known : null
        )
      )
  }
}

const within = (edges: readonly GraphEdge[], ids: ReadonlySet<string>): readonly GraphEdge[] => edges.filter(({ to }) => ids.has(to))

const inWords = (what: string) => (error: StoreError): Problem => {
  if (error._tag === "Problem") return error
  switch (sqliteCode(error)) {
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return problem(`${what}: another process holds the database; try again when it is done`)
    case SQLITE.FULL:
      return problem(`${what}: the disk is full; free some space and try again`)
    default:
      return problem(`${what}: ${error.reason.message ?? error.message}`)
  }
}
