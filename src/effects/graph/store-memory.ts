import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { findingsOf } from "./findings.ts"
import { byId, contentOf } from "./joined.ts"
import { isOrdering, type GraphContent, type GraphEdge, type GraphNode, type Tombstone } from "./node.ts"
import { hasTerm, type Term } from "./search-words.ts"
import { byAge } from "./standing.ts"
import { bucketOf, TEXTS_MAX, type Counts, type GraphStore, type NodeFilter, type WrittenFile } from "./store.ts"
import { dependentsIn, depthsFrom, isWeak, uncertainties } from "./uncertain.ts"

interface Kept {
  readonly nodesById: Map<string, GraphNode>
  readonly edgesById: Map<string, GraphEdge>
  readonly asideById: Map<string, GraphEdge>
  readonly tombstonesByKey: Map<string, Tombstone>
}

interface Known {
  readonly changes: number
  readonly texts: readonly string[]
  readonly files: readonly WrittenFile[]
  readonly marks: ReadonlyMap<string, string>
}

/** A project's graph that lives in memory: what the database does, in the plainest words. */
export const makeMemoryGraphStore = (): GraphStore => {
  let kept: Kept = { nodesById: new Map(), edgesById: new Map(), asideById: new Map(), tombstonesByKey: new Map() }
  let known: Known = { changes: 0, texts: [], files: [], marks: new Map() }
  const touch = (): void => void (known = { ...known, changes: known.changes + 1 })
  const writing = Semaphore.makeUnsafe(1)
  const all = () => [...kept.nodesById.values()]
  const edges = () => [...kept.edgesById.values()]

  return {
    atomically: (effect) =>
      writing.withPermits(1)(
        Effect.suspend(() => {
          const before = [kept, known] as const
          kept = copied(kept)
          return Effect.onError(effect, () => Effect.sync(() => void ([kept, known] = before)))
        })
      ),
    nodes: (ids) => Effect.sync(() => [...new Set(ids)].flatMap((id) => kept.nodesById.get(id) ?? []).sort(byId)),
    list: (filter, countMax) => Effect.sync(() => all().filter(passes(filter)).sort(newestFirst).slice(0, countMax)),
    search: (terms, filter, countMax) =>
      Effect.sync(() => {
        const found =
          terms.length === 0
            ? []
            : all().filter(
                (node) => passes(filter)(node) && terms.every((term) => hasTerm(node.title, term) || hasTerm(node.description, term))
              )
        return found.sort((a, b) => inTitle(b, terms) - inTitle(a, terms) || newestFirst(a, b)).slice(0, countMax)
      }),
    idsLike: (part, countMax) =>
      Effect.sync(() =>
        all()
          .map(({ id }) => id)
          .filter((id) => id.startsWith(part) || id.endsWith(part))
          .sort()
          .slice(0, countMax)
      ),
    putNode: (node) =>
      Effect.sync(() => {
        touch()
        kept.nodesById.set(node.id, { ...node, uncertain: [] })
      }),
    edges: (ids, way, types) =>
      Effect.sync(() => {
        const wanted = new Set(ids)
        return edges().filter((edge) => wanted.has(way === "down" ? edge.from : edge.to) && types.includes(edge.type)).sort(byAge)
      }),
    putEdge: (edge) =>
      Effect.sync(() => {
        if (isOrdering(edge.type) && leads(edges(), edge.to, edge.from)) return false
        touch()
        kept.edgesById.set(edge.id, edge)
        kept.tombstonesByKey.delete(`edge ${edge.id}`)
        return true
      }),
    remove: (tombstones) =>
      Effect.sync(() => {
        touch()
        for (const each of tombstones) {
          const known = kept.tombstonesByKey.get(`${each.of} ${each.id}`)
          kept.tombstonesByKey.set(`${each.of} ${each.id}`, known !== undefined && known.removedAt > each.removedAt ? known : each)
          if (each.of === "node") kept.nodesById.delete(each.id)
          else [kept.edgesById, kept.asideById].forEach((byId) => byId.delete(each.id))
        }
      }),
    tombstone: (of, id) => Effect.sync(() => kept.tombstonesByKey.get(`${of} ${id}`) ?? null),
    aside: Effect.sync(() => [...kept.asideById.values()].sort(byId)),
    marks: (ids) =>
      Effect.sync(() => {
        const sourcesById = uncertainties(all().filter(isWeak).map(({ id }) => id), edges())
        return new Map(ids.flatMap((id) => (sourcesById.has(id) ? [[id, sourcesById.get(id)!]] : [])))
      }),
    dependents: (id, countMax) =>
      Effect.sync(() => {
        const node = kept.nodesById.get(id)
        const found =
          node !== undefined && isWeak(node) ? [...depthsFrom(dependentsIn(edges()), id)].map(([each, depth]) => ({ id: each, depth })) : []
        return found.sort((a, b) => a.depth - b.depth || byId(a, b)).slice(0, countMax)
      }),
    content: Effect.sync(() => contentOf(all(), [...edges(), ...kept.asideById.values()], [...kept.tombstonesByKey.values()])),
    changes: Effect.sync(() => known.changes),
    holdsText: (hash) => Effect.sync(() => known.texts.includes(hash)),
    keepText: (hash) =>
      Effect.sync(() => void (known = { ...known, texts: [...known.texts.filter((each) => each !== hash), hash].slice(-TEXTS_MAX) })),
    looked: (file) => Effect.sync(() => known.marks.get(file) ?? null),
    keepLooked: (file, mark) => Effect.sync(() => void (known = { ...known, marks: new Map(known.marks).set(file, mark) })),
    written: (file) => Effect.sync(() => known.files.find((each) => each.file === file) ?? null),
    keepWritten: (written) =>
      Effect.sync(() => void (known = { ...known, files: [...known.files.filter(({ file }) => file !== written.file), written] })),
    replace: (_, after) =>
      Effect.sync(() => {
        touch()
        kept = keptOf(after)
      }),
    counts: Effect.sync(() => ({ nodes: counted(all()), edges: kept.edgesById.size })),
    findings: (staleBeforeMs) => Effect.sync(() => findingsOf(all(), edges(), staleBeforeMs))
  }
}

const copied = ({ nodesById, edgesById, asideById, tombstonesByKey }: Kept): Kept => ({
  nodesById: new Map(nodesById),
  edgesById: new Map(edgesById),
  asideById: new Map(asideById),
  tombstonesByKey: new Map(tombstonesByKey)
})

const keptOf = ({ nodes, edges, aside, tombstones }: GraphContent): Kept => ({
  nodesById: new Map(nodes.map((node) => [node.id, { ...node, uncertain: [] }])),
  edgesById: new Map(edges.map((edge) => [edge.id, edge])),
  asideById: new Map(aside.map((edge) => [edge.id, edge])),
  tombstonesByKey: new Map(tombstones.map((each) => [`${each.of} ${each.id}`, each]))
})

const passes = ({ kinds, statuses, session, commit, auto }: NodeFilter) => (node: GraphNode): boolean =>
  (kinds === undefined || kinds.includes(node.kind)) &&
  (statuses === undefined || statuses.includes(node.status)) &&
  (session === undefined || node.session === session) &&
  (commit === undefined || node.commit === commit) &&
  (auto === undefined || (node.origin === "auto") === auto)

const newestFirst = (a: GraphNode, b: GraphNode): number => b.createdAt - a.createdAt || byId(b, a)

const inTitle = ({ title }: GraphNode, terms: readonly Term[]): number => terms.filter((term) => hasTerm(title, term)).length

const leads = (edges: readonly GraphEdge[], from: string, to: string): boolean => {
  const seen = new Set([from])
  for (const at of seen) for (const edge of edges) if (edge.from === at && isOrdering(edge.type)) seen.add(edge.to)
  return seen.has(to)
}

const counted = (nodes: readonly GraphNode[]): Counts["nodes"] =>
  [...Map.groupBy(nodes, (node) => `${node.kind} ${node.status} ${bucketOf(node.confidence)}`).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, [first, ...rest]]) => ({ kind: first!.kind, status: first!.status, bucket: bucketOf(first!.confidence), count: rest.length + 1 }))
