import { isOrdering, type GraphEdge } from "./node.ts"

/** Which edges stand, and which are kept aside. */
export interface Standing {
  readonly edges: readonly GraphEdge[]
  readonly aside: readonly GraphEdge[]
}

/**
 * Which of these edges stand among these nodes: a function of the set, in whatever order it came together.
 * Aside goes what has lost an end, and, the oldest edge first, each that would close a cycle with those that stand already.
 */
export const standing = (ids: ReadonlySet<string>, all: readonly GraphEdge[]): Standing => {
  const joined = all.filter(({ from, to }) => ids.has(from) && ids.has(to))
  const ordering = joined.filter(({ type }) => isOrdering(type))
  const rounds = inRounds(ordering)
  const closing = rounds.length === 0 ? new Set<string>() : closingOnes(rounds)
  return {
    edges: joined.filter(({ id }) => !closing.has(id)),
    aside: all.filter(({ id, from, to }) => closing.has(id) || !ids.has(from) || !ids.has(to))
  }
}

/** Age first; edges of one moment in the order of the nodes they join, whose ids know their age. */
export const byAge = (a: GraphEdge, b: GraphEdge): number => a.createdAt - b.createdAt || inOrder(a.from, b.from) || inOrder(a.to, b.to) || inOrder(a.type, b.type)

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Of edges that may form cycles, those that do, when each is put in after the older ones. */
const closingOnes = (edges: readonly GraphEdge[]): ReadonlySet<string> => {
  const closing = new Set<string>()
  const targetsById = new Map<string, string[]>()
  for (const { id, from, to } of edges.toSorted(byAge)) {
    if (leads(targetsById, to, from)) closing.add(id)
    else pushTo(targetsById, from, to)
  }
  return closing
}

const leads = (targetsById: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean => {
  const seen = new Set([from])
  for (const at of seen) {
    if (at === to) return true
    for (const next of targetsById.get(at) ?? []) seen.add(next)
  }
  return false
}

/** The edges that lie on a cycle or between two: what is left when again and again the nodes that none leads to, or that lead nowhere, are taken away. */
const inRounds = (edges: readonly GraphEdge[]): readonly GraphEdge[] => {
  const forward = peeled(edges, ({ from }) => from, ({ to }) => to)
  return forward.length === 0 ? forward : peeled(forward, ({ to }) => to, ({ from }) => from)
}

const peeled = (edges: readonly GraphEdge[], near: (edge: GraphEdge) => string, far: (edge: GraphEdge) => string): readonly GraphEdge[] => {
  const edgesByNear = new Map<string, GraphEdge[]>()
  const countByFar = new Map<string, number>()
  for (const edge of edges) {
    pushTo(edgesByNear, near(edge), edge)
    countByFar.set(far(edge), (countByFar.get(far(edge)) ?? 0) + 1)
  }
  const free = [...edgesByNear.keys()].filter((id) => !countByFar.has(id))
  for (const id of free) {
    for (const edge of edgesByNear.get(id) ?? []) {
      const left = countByFar.get(far(edge))! - 1
      countByFar.set(far(edge), left)
      if (left === 0) free.push(far(edge))
    }
    edgesByNear.delete(id)
  }
  return [...edgesByNear.values()].flat()
}

const pushTo = <K, V>(valuesByKey: Map<K, V[]>, key: K, value: V): void => {
  const values = valuesByKey.get(key)
  if (values === undefined) valuesByKey.set(key, [value])
  else values.push(value)
}
