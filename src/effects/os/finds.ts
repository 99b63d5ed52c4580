/**
 * What patterns find in a tree, as numbers. A file of a hundred lines has some hundred matches, and an object for each of their nodes
 * takes longer than most of what is done with it.
 */
export interface Finds {
  /**
   * Match after match: the number of its pattern (-1: its conditions do not hold), how many captures it has, and of each capture
   * `CAPTURE` numbers: that of its name, then those of its place. A place is named by where its numbers begin.
   */
  readonly numbers: Int32Array
  /** Where the node at a place begins. Units: UTF-16 code units. */
  readonly startOf: (place: number) => number
  /** Where it ends. It asks the tree, which takes longer, and may not be deleted yet. Units: UTF-16 code units. */
  readonly endOf: (place: number) => number
  /** The row in which it begins, from 0. */
  readonly rowOf: (place: number) => number
  /** The row and column where it ends. It asks the tree. */
  readonly endPointOf: (place: number) => { readonly row: number; readonly column: number }
}

/** How many numbers there are of each capture; those of its place begin with the second. */
export const CAPTURE = 6
const START = 1
const ROW = 2

/** What the WebAssembly module of the parser calls its own. Source: `Query.matches`, `Node.endIndex` and `Node.endPosition` of web-tree-sitter. */
export interface Engine {
  readonly HEAP32: Int32Array
  currentQueryProgressCallback: (() => boolean) | null
  readonly _ts_init: () => number
  readonly _ts_query_matches_wasm: (query: number, tree: number, ...rest: readonly number[]) => void
  readonly _ts_node_end_index_wasm: (tree: number) => number
  readonly _ts_node_end_point_wasm: (tree: number) => void
  readonly _free: (address: number) => void
}

/** What `matches` of the package says of a pattern's captures. */
type Condition = (captures: readonly { readonly name: string; readonly node: { readonly text: string } }[]) => boolean

/** Objects of the package, with the addresses of what they stand for. */
export interface Query {
  readonly 0: number
  readonly captureNames: readonly string[]
  readonly textPredicates: readonly (readonly Condition[])[]
}
export interface Tree {
  readonly 0: number
  readonly rootNode: { readonly id: number; readonly startIndex: number; readonly startPosition: { readonly row: number; readonly column: number } }
}

const NO_LIMIT = 0xffffffff
/** The whole tree: from nowhere to nowhere, within nothing. */
const EVERYWHERE = Array.from({ length: 12 }, () => 0)
const BYTES = 2

/** Looks for all patterns of a query in all of a tree. `isLate` is asked now and then whether to stop, with what was found until then. */
export const findAll = (engine: Engine, query: Query, tree: Tree, text: string, isLate: () => boolean): Finds => {
  const exchange = engine._ts_init() >> BYTES
  const { id, startIndex, startPosition } = tree.rootNode
  engine.HEAP32.set([id, startIndex, startPosition.row, startPosition.column, (tree.rootNode as unknown as Query)[0]], exchange)
  engine.currentQueryProgressCallback = isLate
  engine._ts_query_matches_wasm(query[0], tree[0], ...EVERYWHERE, NO_LIMIT, NO_LIMIT)
  engine.currentQueryProgressCallback = null
  const address = engine.HEAP32[exchange + 1] as number
  const numbers = copied(engine.HEAP32, address >> BYTES, engine.HEAP32[exchange] as number)
  engine._free(address)
  const finds = findsIn(engine, tree, numbers, exchange)
  strikeUnmet(finds, query, text)
  return finds
}

/** The memory is the parser's, and goes on being used. */
const copied = (memory: Int32Array, from: number, count: number): Int32Array => {
  let to = from
  for (let left = count; left > 0; left--) to += 2 + CAPTURE * (memory[to + 1] as number)
  return memory.slice(from, to)
}

const findsIn = (engine: Engine, tree: Tree, numbers: Int32Array, exchange: number): Finds => {
  const tell = (place: number): void => {
    const memory = engine.HEAP32
    for (let index = 0; index < CAPTURE - 1; index++) memory[exchange + index] = numbers[place + index] as number
  }
  return {
    numbers,
    startOf: (place) => numbers[place + START] as number,
    endOf: (place) => (tell(place), engine._ts_node_end_index_wasm(tree[0])),
    rowOf: (place) => numbers[place + ROW] as number,
    endPointOf: (place) => {
      tell(place)
      engine._ts_node_end_point_wasm(tree[0])
      return { row: engine.HEAP32[exchange] as number, column: engine.HEAP32[exchange + 1] as number }
    }
  }
}

/** The parser knows nothing of conditions as `#eq?`; few patterns have any. */
const strikeUnmet = ({ numbers, startOf, endOf }: Finds, { captureNames, textPredicates }: Query, text: string): void => {
  if (textPredicates.every(({ length }) => length === 0)) return
  for (let at = 0; at < numbers.length; at += 2 + CAPTURE * (numbers[at + 1] as number)) {
    const conditions = textPredicates[numbers[at] as number] as readonly Condition[]
    if (conditions.length === 0) continue
    const captures = Array.from({ length: numbers[at + 1] as number }, (_, index) => {
      const capture = at + 2 + index * CAPTURE
      return { name: captureNames[numbers[capture] as number] as string, node: { text: text.slice(startOf(capture + 1), endOf(capture + 1)) } }
    })
    if (!conditions.every((holds) => holds(captures))) numbers[at] = -1
  }
}
