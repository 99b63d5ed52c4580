import type { FileSymbols } from "./symbols.ts"
import { partsOf, stemOf } from "./words.ts"

/** How often each file does something with a name: `counts[i]` is of the file `files[i]`, files in rising order. */
export interface Postings {
  readonly files: readonly number[]
  readonly counts: readonly number[]
}

/** Every name that stands in a repository: who defines it, who refers to it. Files are numbers: places in the list of paths. */
export interface NameTable {
  readonly definersByName: ReadonlyMap<string, Postings>
  readonly referencersByName: ReadonlyMap<string, Postings>
  /** The names that a word is part of. */
  readonly definedByStem: ReadonlyMap<string, readonly string[]>
  readonly referredByStem: ReadonlyMap<string, readonly string[]>
}

/** So many names are taken apart in one piece of work. */
const NAMES_IN_PIECE = 2_000

/** The table of all files, in pieces of work: between two of them others may have their turn. */
export function* nameTable(files: readonly FileSymbols[]): Generator<undefined, NameTable> {
  const definers = new Map<string, Growing>()
  const referencers = new Map<string, Growing>()
  for (const [file, { definitions, references }] of files.entries()) {
    for (const { name } of definitions) count(definers, name, file, 1)
    for (const { name, count: times } of references) count(referencers, name, file, times)
    yield
  }
  const definedByStem = new Map<string, string[]>()
  const referredByStem = new Map<string, string[]>()
  const stemsOf = stemsCache()
  let number = 0
  // Most names that are defined are used, too: they are taken apart once.
  for (const [some, other] of [[definers, referencers], [referencers, definers]] as const) {
    for (const name of some.keys()) {
      if (++number % NAMES_IN_PIECE === 0) yield
      if (some === referencers && other.has(name)) continue
      const stems = stemsOf(name)
      if (definers.has(name)) putStems(definedByStem, stems, name)
      if (referencers.has(name)) putStems(referredByStem, stems, name)
    }
  }
  return { definersByName: definers, referencersByName: referencers, definedByStem, referredByStem }
}

/**
 * The same table with other content of one file. It is changed in place, for a copy would take longer than all the rest: whoever has it sees the new
 * content.
 */
export const replaceNames = (table: NameTable, file: number, before: FileSymbols, after: FileSymbols): void => {
  const { definersByName, referencersByName, definedByStem, referredByStem } = table as Changing
  replace(definersByName, definedByStem, file, timesOf(before.definitions), timesOf(after.definitions))
  replace(referencersByName, referredByStem, file, timesOf(before.references), timesOf(after.references))
}

type Changing = { readonly [Key in keyof NameTable]: Key extends `${string}Name` ? Map<string, Growing> : Map<string, string[]> }

const timesOf = (names: readonly { readonly name: string; readonly count?: number }[]): ReadonlyMap<string, number> => {
  const times = new Map<string, number>()
  for (const { name, count = 1 } of names) times.set(name, (times.get(name) ?? 0) + count)
  return times
}

const replace = (
  postings: Map<string, Growing>,
  byStem: Map<string, string[]>,
  file: number,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>
): void => {
  for (const name of before.keys()) if (!after.has(name)) leave(postings, byStem, file, name)
  for (const [name, times] of after) {
    if (before.get(name) === times) continue
    const known = postings.get(name)
    const at = known === undefined ? -1 : placeIn(known.files, file)
    if (known === undefined) {
      postings.set(name, { files: [file], counts: [times] })
      putStems(byStem, partsOf(name).map(stemOf), name)
    } else if (known.files[at] === file) known.counts[at] = times
    else {
      known.files.splice(at, 0, file)
      known.counts.splice(at, 0, times)
    }
  }
}

const leave = (postings: Map<string, Growing>, byStem: Map<string, string[]>, file: number, name: string): void => {
  const known = postings.get(name) as Growing
  const at = placeIn(known.files, file)
  known.files.splice(at, 1)
  known.counts.splice(at, 1)
  if (known.files.length > 0) return
  postings.delete(name)
  for (const stem of partsOf(name).map(stemOf)) {
    const names = byStem.get(stem)?.filter((one) => one !== name) ?? []
    if (names.length === 0) byStem.delete(stem)
    else byStem.set(stem, names)
  }
}

/** Where a number stands in a list that rises, or would. */
export const placeIn = (rising: readonly number[], sought: number): number => {
  let low = 0
  let high = rising.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rising[middle] as number) < sought) low = middle + 1
    else high = middle
  }
  return low
}

interface Growing {
  readonly files: number[]
  readonly counts: number[]
}

const count = (table: Map<string, Growing>, name: string, file: number, times: number): void => {
  const known = table.get(name)
  if (known === undefined) return void table.set(name, { files: [file], counts: [times] })
  const last = known.files.length - 1
  if (known.files[last] === file) known.counts[last] = (known.counts[last] as number) + times
  else {
    known.files.push(file)
    known.counts.push(times)
  }
}

/** The same words stand in many names. */
const stemsCache = (): ((name: string) => readonly string[]) => {
  const stemByWord = new Map<string, string>()
  return (name) =>
    partsOf(name).map((part) => {
      const known = stemByWord.get(part)
      if (known !== undefined) return known
      const stem = stemOf(part)
      stemByWord.set(part, stem)
      return stem
    })
}

const putStems = (namesByStem: Map<string, string[]>, stems: readonly string[], name: string): void => {
  for (const stem of stems) {
    const known = namesByStem.get(stem)
    if (known === undefined) namesByStem.set(stem, [name])
    // A name may hold a word twice.
    else if (known[known.length - 1] !== name) known.push(name)
  }
}
