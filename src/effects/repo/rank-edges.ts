import { placeIn, type NameTable } from "./rank-names.ts"
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

/** What the rows are worked out of. */
export interface Linked {
  readonly files: readonly FileSymbols[]
  readonly numberByPath: ReadonlyMap<string, number>
  readonly names: NameTable
  /** The files that each imports, in rising order. */
  readonly imports: readonly ReadonlySet<number>[]
  /** What each lies in. */
  readonly folders: readonly string[]
}

/** Whom a file needs: those whose names it uses, the stronger the surer it is that they are meant. */
export const edgeRow = ({ files, names: { definersByName }, imports, folders }: Linked, file: number): ReadonlyMap<number, number> => {
  const row = new Map<number, number>()
  for (const target of imports[file] as ReadonlySet<number>) if (target !== file) add(row, target, IMPORT)
  for (const { name, count } of (files[file] as FileSymbols).references) {
    const definers = definersByName.get(name)?.files
    // What a file defines itself it means itself.
    if (definers === undefined || holds(definers, file)) continue
    const found = meantBy(file, definers, imports, folders)
    const weight = (Math.sqrt(count) * found.weight) / found.files.length
    for (const target of found.files) add(row, target, weight)
  }
  return row
}

/** The files whose rows are others once some files hold something else: themselves, who uses a name that is defined elsewhere now, who imports one that imports others. */
export const rowsTouched = (
  { files, names, imports }: Linked,
  before: Pick<Linked, "files" | "imports">,
  changed: readonly number[]
): ReadonlySet<number> => {
  const touched = new Set(changed)
  const moved = new Set<number>()
  for (const file of changed) {
    for (const name of namesMoved(before.files[file] as FileSymbols, files[file] as FileSymbols))
      for (const user of names.referencersByName.get(name)?.files ?? []) touched.add(user)
    if (!sameNumbers(imports[file] as ReadonlySet<number>, before.imports[file] as ReadonlySet<number>)) moved.add(file)
  }
  if (moved.size > 0) imports.forEach((targets, file) => [...targets].some((target) => moved.has(target)) && touched.add(file))
  return touched
}

const namesMoved = (before: FileSymbols, after: FileSymbols): readonly string[] => {
  const [gone, come] = [before, after].map(({ definitions }) => new Set(definitions.map(({ name }) => name))) as [Set<string>, Set<string>]
  return [...[...gone].filter((name) => !come.has(name)), ...[...come].filter((name) => !gone.has(name))]
}

const sameNumbers = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean => a.size === b.size && [...a].every((each) => b.has(each))

interface Meant {
  readonly files: readonly number[]
  readonly weight: number
}
const NOBODY: Meant = { files: [], weight: 0 }

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
const holds = (rising: readonly number[], sought: number): boolean => rising[placeIn(rising, sought)] === sought

export const importsOf = ({ imports }: FileSymbols, numberByPath: ReadonlyMap<string, number>): ReadonlySet<number> =>
  new Set(imports.flatMap(({ file }) => (file === null ? [] : (numberByPath.get(file) ?? []))).sort((a, b) => a - b))

const add = (row: Map<number, number>, to: number, weight: number): void => void row.set(to, (row.get(to) ?? 0) + weight)
