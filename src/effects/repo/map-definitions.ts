import type { RankBase } from "./rank-base.ts"
import type { Definition, DefinitionKind } from "./symbols.ts"
import { namesIn, partsOf, stemOf, stemsOf } from "./words.ts"

/** What a reader gains by hearing of a definition of this kind. */
const WORTH_BY_KIND: Readonly<Record<DefinitionKind, number>> = {
  class: 1.2,
  struct: 1.1,
  trait: 1.1,
  interface: 1,
  function: 1,
  type: 0.9,
  enum: 0.9,
  union: 0.9,
  macro: 0.8,
  method: 0.7,
  module: 0.5,
  constant: 0.5,
  variable: 0.3,
  field: 0.2
}

const EXPORTED = 0.4
const PRIVATE = -0.5
const INNER = -0.3
/** For each doubling of the files that use it. */
const USED = 0.4
/** What is in a module of tests says little of the file. */
const OF_TESTS = -1
const ASKED_BY_NAME = 2
const ASKED_BY_WORDS = 1.5

/** Chooses the definitions of a file that are worth a line for somebody who asks so; by their numbers, the most worth first. */
export const definitionChooser = (base: RankBase, words: string): ((file: number, most: number) => readonly number[]) => {
  const worth = worthFor(base, words)
  return (file, most) =>
    (base.files[file]?.definitions ?? [])
      .map((definition, index) => ({ index, worth: worth(definition, file) }))
      .sort((a, b) => b.worth - a.worth || a.index - b.index)
      .slice(0, most)
      .map(({ index }) => index)
}

const worthFor = (base: RankBase, words: string): ((definition: Definition, file: number) => number) => {
  const asked = new Set(namesIn(words))
  const stems = new Set(stemsOf(words))
  const usersOf = usersIn(base)
  return (definition, file) => {
    const { name, kind, exported, scope } = definition
    const parts = [...new Set(partsOf(name).map(stemOf))]
    const fit = parts.filter((part) => stems.has(part)).length / Math.max(1, parts.length)
    return (
      WORTH_BY_KIND[kind] +
      (exported === true ? EXPORTED : 0) +
      (name.startsWith("_") ? PRIVATE : 0) +
      (scope === null ? 0 : INNER) +
      (isOfTests(definition) ? OF_TESTS : 0) +
      USED * Math.log2(1 + usersOf(definition, file)) +
      (asked.has(name) ? ASKED_BY_NAME : 0) +
      ASKED_BY_WORDS * fit
    )
  }
}

const isOfTests = ({ name, kind, scope }: Definition): boolean => (scope === null ? kind === "module" && TESTS.test(name) : TESTS.test(scope))
const TESTS = /^tests?(?:\.|$)/

/**
 * About how many files use a definition. Those that take it by its name from its file surely do; of those that only say the name each counts the
 * less, the more of the repository says it: `clone` and `get` are said everywhere, and mostly of something else.
 */
const usersIn = (base: RankBase): ((definition: Definition, file: number) => number) => {
  const { definersByName, referencersByName } = base.names
  const takers = takersOf(base)
  // By powers of two, so that a file more changes nothing.
  const most = Math.ceil(Math.log2(2 + base.files.length))
  const rarity = (count: number): number => Math.max(0, 1 - Math.log2(1 + count) / most)
  return ({ name }, file) => {
    const saying = referencersByName.get(name)?.files.length ?? 0
    const defining = definersByName.get(name)?.files.length ?? 1
    return (takers[file]?.get(name) ?? 0) + (saying / defining) * rarity(saying) ** 2
  }
}

/** How many files take each name from each file. */
type Takers = readonly ReadonlyMap<string, number>[]
const takersByBase = new WeakMap<RankBase, Takers>()

const takersOf = (base: RankBase): Takers => {
  const known = takersByBase.get(base)
  if (known !== undefined) return known
  const takers = base.files.map(() => new Map<string, number>())
  for (const { imports } of base.files)
    for (const { file, names } of imports) {
      const from = file === null ? undefined : takers[base.numberByPath.get(file) ?? -1]
      if (from !== undefined) for (const name of names) from.set(name, (from.get(name) ?? 0) + 1)
    }
  takersByBase.set(base, takers)
  return takers
}
