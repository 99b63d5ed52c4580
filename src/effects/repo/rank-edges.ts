import type { Postings, NameTable } from "./rank-names.ts"
import type { Rows } from "./page-rank.ts"
import type { FileSymbols } from "./symbols.ts"

/** An import says that a file is needed, whatever is used of it. */
const IMPORT = 1
/** A name that is defined in a file which the referencer imports: that one is meant. */
const RESOLVED = 1
/** The same through a file that only passes on what it imports itself. */
const PASSED_ON = 0.5
/** A name of the same folder, which needs no import in many languages. */
const NEIGHBOUR = 0.5
/** The same name alone. */
const SAME_NAME = 0.15
/** A name that more files define says nothing of which is meant. */
const DEFINERS_MAX = 5

/** Who needs whom: from each file to those whose names it uses, the stronger the surer it is that they are meant. */
export const edgeRows = (files: readonly FileSymbols[], numberByPath: ReadonlyMap<string, number>, { definersByName, referencersByName }: NameTable): Rows => {
  const rows = files.map(() => new Map<number, number>())
  const imports = files.map((file) => importsOf(file, numberByPath))
  imports.forEach((targets, file) => targets.forEach((target) => target !== file && add(rows, file, target, IMPORT)))
  const folders = files.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1))
  const meant = (file: number, definers: readonly number[]): Meant => meantBy(file, definers, imports, folders)
  for (const [name, referencers] of referencersByName) {
    const definers = definersByName.get(name)
    if (definers !== undefined) link(rows, referencers, definers.files, meant)
  }
  return rows
}

interface Meant {
  readonly files: readonly number[]
  readonly weight: number
}
const NOBODY: Meant = { files: [], weight: 0 }

const link = (rows: Map<number, number>[], { files, counts }: Postings, definers: readonly number[], meant: (file: number, definers: readonly number[]) => Meant): void => {
  files.forEach((file, index) => {
    // What a file defines itself it means itself.
    if (holds(definers, file)) return
    const found = meant(file, definers)
    const weight = (Math.sqrt(counts[index] as number) * found.weight) / found.files.length
    for (const target of found.files) add(rows, file, target, weight)
  })
}

const meantBy = (file: number, definers: readonly number[], imports: readonly ReadonlySet<number>[], folders: readonly string[]): Meant => {
  const own = imports[file] as ReadonlySet<number>
  const resolved = both(definers, own)
  if (resolved.length > 0) return { files: resolved, weight: RESOLVED }
  const passed = definers.length > DEFINERS_MAX ? [] : definers.filter((definer) => [...own].some((between) => imports[between]?.has(definer)))
  if (passed.length > 0) return { files: passed, weight: PASSED_ON }
  const near = definers.length > DEFINERS_MAX * 4 ? [] : definers.filter((definer) => folders[definer] === folders[file])
  if (near.length > 0) return { files: near, weight: NEIGHBOUR }
  return definers.length > DEFINERS_MAX ? NOBODY : { files: definers, weight: SAME_NAME }
}

/** The smaller is gone through; both in rising order. */
const both = (definers: readonly number[], imported: ReadonlySet<number>): readonly number[] =>
  definers.length <= imported.size ? definers.filter((definer) => imported.has(definer)) : [...imported].filter((target) => holds(definers, target))

/** Whether a number is in a list that rises. */
const holds = (rising: readonly number[], sought: number): boolean => {
  let low = 0
  let high = rising.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const value = rising[middle] as number
    if (value === sought) return true
    if (value < sought) low = middle + 1
    else high = middle - 1
  }
  return false
}

const importsOf = ({ imports }: FileSymbols, numberByPath: ReadonlyMap<string, number>): ReadonlySet<number> =>
  new Set(imports.flatMap(({ file }) => (file === null ? [] : (numberByPath.get(file) ?? []))).sort((a, b) => a - b))

const add = (rows: Map<number, number>[], from: number, to: number, weight: number): void => {
  const row = rows[from] as Map<number, number>
  row.set(to, (row.get(to) ?? 0) + weight)
}
