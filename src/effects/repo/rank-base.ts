import type { History } from "./history.ts"
import { graphOf, pageRank, scaled, type Graph, type Rows } from "./page-rank.ts"
import { edgeRow, importsOf, rowsTouched, type Linked } from "./rank-edges.ts"
import { nameTable, replaceNames } from "./rank-names.ts"
import { pastOf, type Past } from "./rank-past.ts"
import type { FileSymbols } from "./symbols.ts"
import { namesIn, partsOf, stemOf } from "./words.ts"

/** What is worked out of an index once, for every query. Files are numbers: their places in `paths`. */
export interface RankBase extends Linked {
  /** Rising. */
  readonly paths: readonly string[]
  /** The files of each name, whatever folder they lie in. */
  readonly numbersByName: ReadonlyMap<string, readonly number[]>
  /** The files whose path a word is part of, and how often. */
  readonly pathsByStem: ReadonlyMap<string, ReadonlyMap<number, number>>
  /** How many names each file defines and refers to, each as often as it stands there. */
  readonly definitionCounts: Float64Array
  readonly referenceCounts: Float64Array
  /** Whom each file needs; the graph is the same in a form that is gone through quickly. */
  readonly rows: Rows
  readonly graph: Graph
  /** How much the whole repository leans on each file, whatever is asked; from 0 to 1. */
  readonly central: Float64Array
  readonly history: History
  readonly past: Past
}

export const rankBase = (given: Iterable<FileSymbols>, history: History = []): RankBase => {
  const work = rankBaseInPieces(given, history)
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

/**
 * The same in pieces of work of a few milliseconds. Where only some files hold something else than in a base before, that one is gone on from, and what
 * it gives is the same; it is used up then.
 */
export function* rankBaseInPieces(given: Iterable<FileSymbols>, history: History, before: RankBase | null = null): Generator<undefined, RankBase> {
  const files = inOrder([...given])
  const changed = before === null ? null : changedSince(before, files)
  return before === null || changed === null ? yield* wholeBase(files, history) : nextBase(before, files, history, changed)
}

/** So many files at most are few. */
const FEW = 50

/** The numbers of the files that are others; `null` where there are more than a few, or where files came or went. */
const changedSince = ({ paths, files: before }: RankBase, files: readonly FileSymbols[]): readonly number[] | null => {
  if (files.length !== before.length || files.some(({ path }, number) => path !== paths[number])) return null
  const changed = files.flatMap((file, number) => (file === before[number] ? [] : [number]))
  return changed.length > FEW ? null : changed
}

/** They come in order, mostly. */
const inOrder = (files: readonly FileSymbols[]): readonly FileSymbols[] =>
  files.every(({ path }, index) => index === 0 || (files[index - 1] as FileSymbols).path < path)
    ? files
    : files.toSorted((a, b) => (a.path < b.path ? -1 : 1))

function* wholeBase(files: readonly FileSymbols[], history: History): Generator<undefined, RankBase> {
  const paths = files.map(({ path }) => path)
  const numberByPath = new Map(paths.map((path, number) => [path, number]))
  const names = yield* nameTable(files)
  const imports: ReadonlySet<number>[] = []
  for (const file of files) {
    imports.push(importsOf(file, numberByPath))
    yield
  }
  const linked = { files, numberByPath, names, imports, folders: paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1)) }
  const rows: ReadonlyMap<number, number>[] = []
  for (let file = 0; file < files.length; file++) {
    rows.push(edgeRow(linked, file))
    yield
  }
  return {
    ...linked,
    ...ranked(rows),
    paths,
    numbersByName: byName(paths),
    pathsByStem: yield* pathStems(paths),
    definitionCounts: Float64Array.from(files, ({ definitions }) => definitions.length),
    referenceCounts: Float64Array.from(files, usesIn),
    history,
    past: pastOf(history, numberByPath, files.length)
  }
}

const usesIn = ({ references }: FileSymbols): number => references.reduce((sum, { count }) => sum + count, 0)

const ranked = (rows: Rows): Pick<RankBase, "rows" | "graph" | "central"> => {
  const graph = graphOf(rows)
  return { rows, graph, central: scaled(pageRank(graph, new Float64Array(rows.length))) }
}

const nextBase = (before: RankBase, files: readonly FileSymbols[], history: History, changed: readonly number[]): RankBase => {
  const { numberByPath, names } = before
  const past = history === before.history ? before.past : pastOf(history, numberByPath, files.length)
  if (changed.length === 0) return { ...before, history, past }
  for (const file of changed) replaceNames(names, file, before.files[file] as FileSymbols, files[file] as FileSymbols)
  const linked = { ...before, files, imports: withEach(before.imports, changed, (file) => importsOf(files[file] as FileSymbols, numberByPath)) }
  const rows = withEach(before.rows, [...rowsTouched(linked, before, changed)], (file) => edgeRow(linked, file))
  return {
    ...linked,
    ...ranked(rows),
    definitionCounts: withEach(before.definitionCounts, changed, (file) => (files[file] as FileSymbols).definitions.length),
    referenceCounts: withEach(before.referenceCounts, changed, (file) => usesIn(files[file] as FileSymbols)),
    history,
    past
  }
}

/** A copy in which some are others. */
const withEach = <All extends { slice(): All; [index: number]: unknown }>(
  all: All,
  numbers: readonly number[],
  make: (number: number) => All[number]
): All => {
  const next = all.slice()
  for (const number of numbers) next[number as keyof All & number] = make(number)
  return next
}

/** The last part of a path says more than its folders. */
const BASE_NAME = 2

function* pathStems(paths: readonly string[]): Generator<undefined, ReadonlyMap<string, ReadonlyMap<number, number>>> {
  const table = new Map<string, Map<number, number>>()
  for (const [file, path] of paths.entries()) {
    const slash = path.lastIndexOf("/") + 1
    const note = (text: string, weight: number): void => {
      for (const stem of namesIn(text).flatMap(partsOf).map(stemOf)) {
        const known = table.get(stem) ?? new Map<number, number>()
        table.set(stem, known.set(file, (known.get(file) ?? 0) + weight))
      }
    }
    note(path.slice(0, slash), 1)
    note(path.slice(slash).replace(/\.[^.]*$/, ""), BASE_NAME)
    yield
  }
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
