import { componentsOf, type Arrows } from "./components.ts"
import { isOrdering, type GraphEdge } from "./node.ts"
import { makeRow } from "./row.ts"

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
  const closing = closingOnes(joined.filter(({ type }) => isOrdering(type)))
  return {
    edges: joined.filter(({ id }) => !closing.has(id)),
    aside: all.filter(({ id, from, to }) => closing.has(id) || !ids.has(from) || !ids.has(to))
  }
}

/** Age first; edges of one moment in the order of the nodes they join, whose ids know their age. */
export const byAge = (a: GraphEdge, b: GraphEdge): number =>
  a.createdAt - b.createdAt || inOrder(a.from, b.from) || inOrder(a.to, b.to) || inOrder(a.type, b.type)

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** So many edges are looked at for each that lies on a cycle, all in all, and so many at least. What grew and was not forged comes nowhere near. */
const WORK_EACH = 32
const WORK_LEAST = 4_000_000

/** Those that close a cycle, when each is put in after the older ones: of no others than those that lead around within a component. */
const closingOnes = (edges: readonly GraphEdge[]): ReadonlySet<string> => {
  const numbers = numbersOf(edges)
  const { componentOf } = componentsOf(arrowsOf(edges, numbers))
  const around = edges.filter(({ from, to }) => componentOf[numbers.get(from)!] === componentOf[numbers.get(to)!]).sort(byAge)
  const closing = new Set<string>()
  if (around.length === 0) return closing
  // Numbered by age, so that the row to begin with is a function of the set.
  const arrows = arrowsOf(around)
  const row = makeRow(componentsOf(arrows).row, around.length, Math.max(WORK_LEAST, WORK_EACH * around.length))
  around.forEach(({ id }, at) => void (row.admit(arrows.from[at]!, arrows.to[at]!) || closing.add(id)))
  return closing
}

/** The nodes that edges join, numbered as they come. */
const numbersOf = (edges: readonly GraphEdge[]): ReadonlyMap<string, number> => {
  const numbers = new Map<string, number>()
  for (const { from, to } of edges) for (const id of [from, to]) if (!numbers.has(id)) numbers.set(id, numbers.size)
  return numbers
}

const arrowsOf = (edges: readonly GraphEdge[], numbers: ReadonlyMap<string, number> = numbersOf(edges)): Arrows => ({
  nodeCount: numbers.size,
  from: Int32Array.from(edges, ({ from }) => numbers.get(from)!),
  to: Int32Array.from(edges, ({ to }) => numbers.get(to)!)
})
