import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { migrate } from "../os/migrate.ts"
import { attempt, problem, type Problem } from "../os/problem.ts"
import { makeChangeIds } from "./change-id.ts"
import { EDGE_TYPES, type GraphContent, type GraphEdge, type GraphNode } from "./node.ts"
import { makeSqlGraphStore } from "./store-sql.ts"
import type { GraphStore, StoreError } from "./store.ts"
import { GRAPH_TABLES } from "./tables.ts"
import { changed, edgeOf, nodeOf, type BirthLink, type LinkWish, type NodeChange, type NodeWish } from "./wish.ts"

/** What makes a project remember why. Each operation writes all it has to, or nothing, and then says in a `Problem` what stood in the way. */
export interface ProjectGraph {
  /** A new node, with the edges it is born with. One of the wished id that is there already stays as it is. */
  readonly add: (wish: NodeWish, links?: readonly BirthLink[]) => Effect.Effect<Added, Problem>
  readonly update: (id: string, change: NodeChange) => Effect.Effect<GraphNode, Problem>
  /** Errors: refuses an edge from a node to itself, a second one of a type, and one that would close a cycle, naming the path. */
  readonly link: (wish: LinkWish) => Effect.Effect<GraphEdge, Problem>
  readonly get: (id: string) => Effect.Effect<GraphNode | null, Problem>
  /** The edges of a node: those that arrive, and those that leave. */
  readonly edges: (id: string) => Effect.Effect<{ readonly arriving: readonly GraphEdge[]; readonly leaving: readonly GraphEdge[] }, Problem>
  /** All there is, sorted by id. */
  readonly content: Effect.Effect<GraphContent, Problem>
}

export interface Added {
  readonly node: GraphNode
  /** False where a node of the wished id was there. */
  readonly isNew: boolean
  readonly edges: readonly GraphEdge[]
}

export interface GraphOf {
  /** The graph of the project whose workspace has this canonical path; nothing of another is ever in it. */
  readonly of: (project: string) => ProjectGraph
}

/** Where none is kept, as in a host that gave no database. */
export const noGraph: GraphOf = {
  of: () => {
    const none = Effect.fail(problem("decision graph: none is kept here; go on without it"))
    return { add: () => none, update: () => none, link: () => none, get: () => none, edges: () => none, content: none }
  }
}

/** The decision graphs of all projects. */
export const Graph = Context.Reference<GraphOf>("loom/Graph", { defaultValue: () => noGraph })

/** In the database; its tables are made or brought up to date when one is first used, not before. */
export const makeGraphSql: Effect.Effect<GraphOf, never, SqlClient.SqlClient> = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const newId = makeChangeIds()
  let isOpen = false
  const open = Effect.suspend(() =>
    isOpen ? Effect.void : migrate("graph", GRAPH_TABLES).pipe(Effect.provideService(SqlClient.SqlClient, sql), Effect.tap(() => Effect.sync(() => void (isOpen = true))))
  )
  return { of: (project) => graphOver(makeSqlGraphStore(sql, project), newId, open) }
})

export const layerGraphSql: Layer.Layer<never, never, SqlClient.SqlClient> = Layer.effect(Graph, makeGraphSql)

const graphOver = (store: GraphStore, newId: (atMs: number) => string, open: Effect.Effect<void, StoreError>): ProjectGraph => {
  const tried = <A>(what: string, effect: Effect.Effect<A, StoreError>): Effect.Effect<A, Problem> =>
    Effect.mapError(Effect.andThen(open, effect), (error) => (error._tag === "Problem" ? error : problem(`${what}: ${error.reason.message ?? error.message}`)))
  const written = <A>(what: string, effect: Effect.Effect<A, StoreError>) => tried(what, store.atomically(effect))

  const found = (what: string, id: string): Effect.Effect<GraphNode, StoreError> =>
    Effect.flatMap(store.nodes([id]), ([node]) => (node === undefined ? Effect.fail(problem(`${what}: there is no node ${id}`)) : Effect.succeed(node)))

  const link = Effect.fnUntraced(function*(wish: LinkWish, nowMs: number): Effect.fn.Return<GraphEdge, StoreError> {
    const what = `link ${wish.from} to ${wish.to}`
    const edge = yield* attempt(what, () => edgeOf(wish, nowMs))
    const from = yield* found(what, edge.from)
    const to = yield* found(what, edge.to)
    const known = yield* store.edges([edge.from], "down", [edge.type])
    if (known.some(({ id }) => id === edge.id)) return yield* problem(`${what}: "${from.title}" ${edge.type} "${to.title}" already`)
    if (!(yield* store.putEdge(edge))) return yield* problem(`${what}: "${to.title}" leads to "${from.title}" already, so this would close a cycle`)
    return edge
  })

  return {
    add: (wish, links = []) =>
      written(
        `add a ${wish.kind}`,
        Effect.gen(function*() {
          const nowMs = yield* Clock.currentTimeMillis
          const node = yield* attempt(`add a ${wish.kind}`, () => nodeOf(wish, newId(wish.at ?? nowMs), nowMs))
          const [known] = yield* store.nodes([node.id])
          if (known !== undefined) return { node: known, isNew: false, edges: [] }
          yield* store.putNode(node)
          const edges = yield* Effect.forEach(links, (each) => link({ from: node.id, to: node.id, ...each }, nowMs))
          return { node, isNew: true, edges }
        })
      ),
    update: (id, change) =>
      written(
        `change ${id}`,
        Effect.gen(function*() {
          const nowMs = yield* Clock.currentTimeMillis
          const node = yield* found(`change ${id}`, id)
          const next = yield* attempt(`change ${id}`, () => changed(node, change, nowMs))
          if (next !== node) yield* store.putNode(next)
          return next
        })
      ),
    link: (wish) => written(`link ${wish.from} to ${wish.to}`, Effect.flatMap(Clock.currentTimeMillis, (nowMs) => link(wish, nowMs))),
    get: (id) => tried(`read ${id}`, Effect.map(store.nodes([id]), ([node]) => node ?? null)),
    edges: (id) => tried(`read the edges of ${id}`, Effect.all({ arriving: store.edges([id], "up", EDGE_TYPES), leaving: store.edges([id], "down", EDGE_TYPES) })),
    content: tried("read the graph", store.content)
  }
}
