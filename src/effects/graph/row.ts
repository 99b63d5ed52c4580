/** Nodes in a row in which every arrow that was let in goes forward. */
export interface Row {
  /** Lets an arrow in where it closes no cycle with those that are in. */
  readonly admit: (from: number, to: number) => boolean
}

/**
 * A row of nodes that are numbered from 0. An arrow that goes forward costs nothing. For another one looks from its end along the arrows and from its beginning
 * against them, an arrow here and an arrow there, between the two only: where they meet there is a cycle; the side that ends first is moved past the other end.
 * Once `workMax` arrows were looked at, nothing is searched any more: what goes back is refused.
 * Shape: `first` is the row to begin with; no more than `arrowsMax` are asked for.
 */
export const makeRow = (first: Int32Array, arrowsMax: number, workMax: number): Row => {
  const nodeCount = first.length
  const place = makePlaces(first)
  const [down, up] = [makeSide(nodeCount, arrowsMax), makeSide(nodeCount, arrowsMax)]
  let arrows = 0
  let turn = 0
  let work = 0

  const put = (from: number, to: number): true => {
    down.put(arrows, from, to)
    up.put(arrows++, to, from)
    return true
  }

  const admit = (from: number, to: number): boolean => {
    if (place.isBefore(from, to)) return put(from, to)
    if (work >= workMax) return false
    turn++
    const isInside = (node: number): boolean => place.isBefore(node, from) && place.isBefore(to, node)
    down.begin(to, turn)
    up.begin(from, turn)
    for (let [side, other] = [down, up]; ; [side, other] = [other, side]) {
      work++
      const next = side.next()
      if (next === ENDED) {
        work += place.move(side.reached, side === down ? { after: from } : { before: to })
        return put(from, to)
      }
      if (other.isSeen(next, turn)) return false
      if (!side.isSeen(next, turn) && isInside(next)) side.see(next, turn)
    }
  }
  return { admit }
}

const ENDED = -1

/** One of the two searches, in breadth; it holds the arrows of each node as a chain. */
const makeSide = (nodeCount: number, arrowsMax: number) => {
  const firstOf = new Int32Array(nodeCount).fill(ENDED)
  const nextOf = new Int32Array(arrowsMax)
  const farOf = new Int32Array(arrowsMax)
  const seenIn = new Int32Array(nodeCount)
  let reached: number[] = []
  let at = 0
  let arrow = ENDED
  const see = (node: number, turn: number): void => {
    seenIn[node] = turn
    reached.push(node)
  }
  return {
    put: (number: number, near: number, far: number): void => {
      farOf[number] = far
      nextOf[number] = firstOf[near]!
      firstOf[near] = number
    },
    begin: (node: number, turn: number): void => {
      reached = []
      at = 0
      see(node, turn)
      arrow = firstOf[node]!
    },
    see,
    isSeen: (node: number, turn: number): boolean => seenIn[node] === turn,
    /** Where the next arrow goes. */
    next: (): number => {
      while (arrow === ENDED && ++at < reached.length) arrow = firstOf[reached[at]!]!
      if (arrow === ENDED) return ENDED
      const far = farOf[arrow]!
      arrow = nextOf[arrow]!
      return far
    },
    get reached(): readonly number[] {
      return reached
    }
  }
}

/** Between two neighbours when all are given places anew: room to move in. Units: places. */
const GAP = 2 ** 32

/** Who stands before whom: neighbours know each other, and each has a number that grows along the row. */
const makePlaces = (first: Int32Array) => {
  const end = first.length
  const next = new Int32Array(end + 1)
  const previous = new Int32Array(end + 1)
  const numberOf = new Float64Array(end + 1)
  const join = (a: number, b: number): void => {
    next[a] = b
    previous[b] = a
  }
  const renumber = (): void => {
    let number = 0
    for (let node = next[end]!; node !== end; node = next[node]!) numberOf[node] = number += GAP
  }
  let last = end
  for (const node of first) {
    join(last, node)
    last = node
  }
  join(last, end)
  renumber()

  return {
    isBefore: (a: number, b: number): boolean => numberOf[a]! < numberOf[b]!,
    /** Moves nodes, in their order, to just behind one or just before one. Gives back how many places were written. */
    move: (nodes: readonly number[], where: { readonly after: number } | { readonly before: number }): number => {
      const moved = nodes.toSorted((a, b) => numberOf[a]! - numberOf[b]!)
      for (const node of moved) join(previous[node]!, next[node]!)
      const [left, right] = "after" in where ? [where.after, next[where.after]!] : [previous[where.before]!, where.before]
      let at = left
      for (const node of moved) {
        join(at, node)
        at = node
      }
      join(at, right)
      const low = left === end ? numberOf[right]! - GAP * (moved.length + 1) : numberOf[left]!
      const high = right === end ? low + GAP * (moved.length + 1) : numberOf[right]!
      const step = Math.floor((high - low) / (moved.length + 1))
      if (step < 1) {
        renumber()
        return end
      }
      moved.forEach((node, index) => void (numberOf[node] = low + step * (index + 1)))
      return moved.length
    }
  }
}
