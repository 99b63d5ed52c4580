import type { History } from "./history.ts"
import { graphOf, pageRank, scaled, type Graph } from "./page-rank.ts"
import { edgeRows } from "./rank-edges.ts"
import { nameTable, type NameTable } from "./rank-names.ts"
import { pastOf, type Past } from "./rank-past.ts"
import type { FileSymbols } from "./symbols.ts"
import { namesIn, partsOf, stemOf } from "./words.ts"

/** What is worked out of an index once, for every query. Files are numbers: their places in `paths`. */
export interface RankBase {
  /** Rising. */
  readonly paths: readonly string[]
  readonly files: readonly FileSymbols[]
  readonly numberByPath: ReadonlyMap<string, number>
  /** The files of each name, whatever folder they lie in. */
  readonly numbersByName: ReadonlyMap<string, readonly number[]>
  readonly names: NameTable
  /** The files whose path a word is part of, and how often. */
  readonly pathsByStem: ReadonlyMap<string, ReadonlyMap<number, number>>
  /** How many names each file defines and refers to, each as often as it stands there. */
  readonly definitionCounts: Float64Array
  readonly referenceCounts: Float64Array
  readonly graph: Graph
  /** How much the whole repository leans on each file, whatever is asked; from 0 to 1. */
  readonly central: Float64Array
  readonly past: Past
}

export const rankBase = (given: Iterable<FileSymbols>, history: History = []): RankBase => {
  const files = [...given].sort((a, b) => (a.path < b.path ? -1 : 1))
  const paths = files.map(({ path }) => path)
  const numberByPath = new Map(paths.map((path, number) => [path, number]))
  const names = nameTable(files)
  const graph = graphOf(edgeRows(files, numberByPath, names))
  return {
    paths,
    files,
    numberByPath,
    numbersByName: byName(paths),
    names,
    pathsByStem: pathStems(paths),
    definitionCounts: Float64Array.from(files, ({ definitions }) => definitions.length),
    referenceCounts: Float64Array.from(files, ({ references }) => references.reduce((sum, { count }) => sum + count, 0)),
    graph,
    central: scaled(pageRank(graph, new Float64Array(files.length))),
    past: pastOf(history, numberByPath, files.length)
  }
}

/** The last part of a path says more than its folders. */
const BASE_NAME = 2

const pathStems = (paths: readonly string[]): ReadonlyMap<string, ReadonlyMap<number, number>> => {
  const table = new Map<string, Map<number, number>>()
  paths.forEach((path, file) => {
    const slash = path.lastIndexOf("/") + 1
    const note = (text: string, weight: number): void => {
      for (const stem of namesIn(text).flatMap(partsOf).map(stemOf)) {
        const known = table.get(stem) ?? new Map<number, number>()
        table.set(stem, known.set(file, (known.get(file) ?? 0) + weight))
      }
    }
    note(path.slice(0, slash), 1)
    note(path.slice(slash).replace(/\.[^.]*$/, ""), BASE_NAME)
  })
  return table
}

const byName = (paths: readonly string[]): ReadonlyMap<string, readonly number[]> => {
  const table = new Map<string, number[]>()
  paths.forEach((path, file) => {
    const name = path.slice(path.lastIndexOf("/") + 1)
    const known = table.get(name)
    if (known === undefined) table.set(name, [file])
    else known.push(file)
  })
  return table
}
