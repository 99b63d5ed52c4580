/** Arrows between nodes that are numbered from 0: arrow `a` goes from `from[a]` to `to[a]`. */
export interface Arrows {
  readonly nodeCount: number
  readonly from: Int32Array
  readonly to: Int32Array
}

export interface Components {
  /** For each node the number of the component it is in: of two nodes of one, each leads to the other. */
  readonly componentOf: Int32Array
  /** All nodes, so that few arrows go back: of a graph without cycles none. */
  readonly row: Int32Array
}

/** The strongly connected components, in one walk in depth. Source: Tarjan, Depth-first search and linear graph algorithms, 1972 */
export const componentsOf = (arrows: Arrows): Components => {
  const { nodeCount, to } = arrows
  const { starts, sorted } = byBeginning(arrows)
  const componentOf = new Int32Array(nodeCount).fill(-1)
  const metAt = new Int32Array(nodeCount).fill(-1)
  const lowest = new Int32Array(nodeCount)
  const nextArrow = Int32Array.from(starts)
  const row = new Int32Array(nodeCount)
  const open: number[] = []
  const path: number[] = []
  let met = 0
  let left = nodeCount
  let components = 0

  const enter = (node: number): void => {
    metAt[node] = lowest[node] = met++
    open.push(node)
    path.push(node)
  }
  /** All that leads back to it was met after it: what is open above it is one component. */
  const close = (node: number): void => {
    for (let each = -1; each !== node;) {
      each = open.pop()!
      componentOf[each] = components
    }
    components++
  }
  const leave = (node: number): void => {
    path.pop()
    row[--left] = node
    if (lowest[node] === metAt[node]) close(node)
    const above = path.at(-1)
    if (above !== undefined) lowest[above] = Math.min(lowest[above]!, lowest[node]!)
  }

  for (let first = 0; first < nodeCount; first++) {
    if (metAt[first] !== -1) continue
    enter(first)
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (nextArrow[node] === starts[node + 1]) {
        leave(node)
        continue
      }
      const next = to[sorted[nextArrow[node]!++]!]!
      if (metAt[next] === -1) enter(next)
      else if (componentOf[next] === -1) lowest[node] = Math.min(lowest[node]!, metAt[next]!)
    }
  }
  return { componentOf, row }
}

/** The arrows of each node beside each other, in the order in which they are given. */
const byBeginning = ({ nodeCount, from }: Arrows): { readonly starts: Int32Array; readonly sorted: Int32Array } => {
  const starts = new Int32Array(nodeCount + 1)
  for (const node of from) starts[node + 1]!++
  for (let node = 0; node < nodeCount; node++) starts[node + 1]! += starts[node]!
  const free = Int32Array.from(starts)
  const sorted = new Int32Array(from.length)
  for (let arrow = 0; arrow < from.length; arrow++) sorted[free[from[arrow]!]!++] = arrow
  return { starts, sorted }
}
