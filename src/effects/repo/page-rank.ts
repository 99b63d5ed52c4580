/** A directed graph with weights, as rows: what leaves node `n` stands from `starts[n]` to `starts[n + 1]`. */
export interface Graph {
  readonly size: number
  readonly starts: Int32Array
  readonly targets: Int32Array
  /** Of each node together 1; a node that nothing leaves has none. */
  readonly shares: Float64Array
}

/** What leaves each node: to which node, with what weight. */
export type Rows = readonly ReadonlyMap<number, number>[]

/** How much of what arrives at a node is passed on; the rest begins anew where the start says. */
const PASSED_ON = 0.85
const ROUNDS_MAX = 40
/** A change of all ranks together that is not worth another round. */
const ENOUGH = 1e-6

export const graphOf = (rows: Rows): Graph => {
  const size = rows.length
  const starts = new Int32Array(size + 1)
  rows.forEach((row, node) => (starts[node + 1] = (starts[node] as number) + row.size))
  const targets = new Int32Array(starts[size] as number)
  const shares = new Float64Array(starts[size] as number)
  rows.forEach((row, node) => {
    const sorted = [...row].sort(([a], [b]) => a - b)
    const total = sorted.reduce((sum, [, weight]) => sum + weight, 0)
    sorted.forEach(([target, weight], index) => {
      targets[(starts[node] as number) + index] = target
      shares[(starts[node] as number) + index] = weight / total
    })
  })
  return { size, starts, targets, shares }
}

/**
 * How important each node is to who starts where `start` says: its chance to be where a walker along the arrows is found.
 * Shape: `start` and the result each add up to 1; a `start` of nothing but zeros begins everywhere.
 */
export const pageRank = (graph: Graph, start: Float64Array, passedOn: number = PASSED_ON): Float64Array => {
  const begin = asShares(start)
  let ranks = Float64Array.from(begin)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = oneRound(graph, ranks, begin, passedOn)
    const moved = ranks.reduce((sum, rank, node) => sum + Math.abs(rank - (next[node] as number)), 0)
    ranks = next
    if (moved < ENOUGH) break
  }
  return ranks
}

const oneRound = (
  { size, starts, targets, shares }: Graph,
  ranks: Float64Array,
  begin: Float64Array,
  passedOn: number
): Float64Array<ArrayBuffer> => {
  const next = new Float64Array(size)
  let anew = 1 - passedOn
  for (let node = 0; node < size; node++) {
    const from = starts[node] as number
    const to = starts[node + 1] as number
    const rank = passedOn * (ranks[node] as number)
    if (from === to) anew += rank
    for (let edge = from; edge < to; edge++) {
      const target = targets[edge] as number
      next[target] = (next[target] as number) + rank * (shares[edge] as number)
    }
  }
  for (let node = 0; node < size; node++) next[node] = (next[node] as number) + anew * (begin[node] as number)
  return next
}

const asShares = (start: Float64Array): Float64Array => {
  const total = start.reduce((sum, value) => sum + value, 0)
  return total > 0 ? start.map((value) => value / total) : start.map(() => 1 / start.length)
}

/** The square root, for a rank falls off steeply; the greatest is 1. */
export const scaled = (ranks: Float64Array): Float64Array => {
  const most = ranks.reduce((a, b) => Math.max(a, b), 0)
  return most === 0 ? ranks : ranks.map((rank) => Math.sqrt(rank / most))
}
