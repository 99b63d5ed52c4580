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

export const nameTable = (files: readonly FileSymbols[]): NameTable => {
  const definers = new Map<string, Growing>()
  const referencers = new Map<string, Growing>()
  files.forEach(({ definitions, references }, file) => {
    for (const { name } of definitions) count(definers, name, file, 1)
    for (const { name, count: times } of references) count(referencers, name, file, times)
  })
  const stemsByName = stemsCache()
  return {
    definersByName: definers,
    referencersByName: referencers,
    definedByStem: byStem(definers.keys(), stemsByName),
    referredByStem: byStem(referencers.keys(), stemsByName)
  }
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

type StemsOf = (name: string) => readonly string[]

/** The same words stand in many names. */
const stemsCache = (): StemsOf => {
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

const byStem = (names: Iterable<string>, stemsByName: StemsOf): ReadonlyMap<string, readonly string[]> => {
  const namesByStem = new Map<string, string[]>()
  for (const name of names) {
    for (const stem of stemsByName(name)) {
      const known = namesByStem.get(stem)
      if (known === undefined) namesByStem.set(stem, [name])
      // A name may hold a word twice.
      else if (known[known.length - 1] !== name) known.push(name)
    }
  }
  return namesByStem
}
