/**
 * A list that only grows, as plain JSON. Appending shares everything but one path of at most 32 slots a level,
 * so a transcript of any length costs the same to extend and every older version stays what it was.
 *
 * Shape: `root` is a tree of arrays, 32 wide and `depth` levels deep above its leaves; the last 1 to 32 items stand in `tail`.
 */
export interface Vector<T> {
  readonly length: number
  readonly depth: number
  readonly root: Tree<T>
  readonly tail: readonly T[]
}
type Tree<T> = readonly (Tree<T> | readonly T[])[]

const WIDTH_BITS = 5
const WIDTH = 1 << WIDTH_BITS
const MASK = WIDTH - 1

/** A vector of nothing. */
export const emptyVector: Vector<never> = { length: 0, depth: 0, root: [], tail: [] }

/** `append({1, 2}, 3)  // => {1, 2, 3}`; the vector given stays as it was. */
export const append = <T>(vector: Vector<T>, item: T): Vector<T> => {
  const { length, depth, root, tail } = vector
  if (tail.length < WIDTH) return { length: length + 1, depth, root, tail: [...tail, item] }
  const leaves = (length >>> WIDTH_BITS) - 1
  const full = leaves === WIDTH ** (depth + 1)
  const next = full ? [root, pathTo(tail, depth)] : withLeaf(root, depth, leaves, tail)
  return { length: length + 1, depth: full ? depth + 1 : depth, root: next, tail: [item] }
}

/** The item at `index`. Errors: throws when the index lies outside, for that is a fault of the caller. */
export const at = <T>(vector: Vector<T>, index: number): T => {
  if (index < 0 || index >= vector.length) throw new RangeError(`item ${index} of a list of ${vector.length}`)
  return leafOf(vector, index)[index & MASK] as T
}

/** The newest item. */
export const lastOf = <T>(vector: Vector<T>): T | undefined => vector.tail[vector.tail.length - 1]

/** The items from `from` (included) to `to` (excluded), in order. */
export const slice = <T>(vector: Vector<T>, from = 0, to: number = vector.length): T[] => {
  const items: T[] = []
  for (let index = Math.max(0, from); index < Math.min(to, vector.length);) {
    const leaf = leafOf(vector, index)
    const end = Math.min(to, (index | MASK) + 1, vector.length)
    for (; index < end; index++) items.push(leaf[index & MASK] as T)
  }
  return items
}

const leafOf = <T>(vector: Vector<T>, index: number): readonly T[] => {
  if (index >= vector.length - vector.tail.length) return vector.tail
  let node: Tree<T> | readonly T[] = vector.root
  for (let level = vector.depth; level >= 0; level--) {
    node = (node as Tree<T>)[(index >>> (WIDTH_BITS * (level + 1))) & MASK] as Tree<T> | readonly T[]
  }
  return node as readonly T[]
}

const withLeaf = <T>(node: Tree<T>, depth: number, leaf: number, items: readonly T[]): Tree<T> => {
  const slot = (leaf >>> (WIDTH_BITS * depth)) & MASK
  const copy = node.slice()
  const below = node[slot] as Tree<T> | undefined
  copy[slot] = depth === 0 ? items : below === undefined ? pathTo(items, depth - 1) : withLeaf(below, depth - 1, leaf, items)
  return copy
}

const pathTo = <T>(items: readonly T[], depth: number): Tree<T> => (depth === 0 ? [items] : [pathTo(items, depth - 1)])
