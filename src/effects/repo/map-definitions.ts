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
const ASKED_BY_NAME = 2
const ASKED_BY_WORDS = 1.5

/** Chooses the definitions of a file that are worth a line for somebody who asks so; by their numbers, the most worth first. */
export const definitionChooser = (base: RankBase, words: string): ((file: number, most: number) => readonly number[]) => {
  const worth = worthFor(base, words)
  return (file, most) =>
    (base.files[file]?.definitions ?? [])
      .map((definition, index) => ({ index, worth: worth(definition) }))
      .sort((a, b) => b.worth - a.worth || a.index - b.index)
      .slice(0, most)
      .map(({ index }) => index)
}

const worthFor = ({ names: { definersByName, referencersByName } }: RankBase, words: string): ((definition: Definition) => number) => {
  const asked = new Set(namesIn(words))
  const stems = new Set(stemsOf(words))
  return ({ name, kind, exported, scope }) => {
    const users = (referencersByName.get(name)?.files.length ?? 0) / (definersByName.get(name)?.files.length ?? 1)
    const parts = [...new Set(partsOf(name).map(stemOf))]
    const fit = parts.filter((part) => stems.has(part)).length / Math.max(1, parts.length)
    return (
      WORTH_BY_KIND[kind] +
      (exported === true ? EXPORTED : 0) +
      (name.startsWith("_") ? PRIVATE : 0) +
      (scope === null ? 0 : INNER) +
      USED * Math.log2(1 + users) +
      (asked.has(name) ? ASKED_BY_NAME : 0) +
      ASKED_BY_WORDS * fit
    )
  }
}
