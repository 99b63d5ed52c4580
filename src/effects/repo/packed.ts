import type { Said } from "./extract.ts"
import type { Definition, DefinitionKind, Import, Reference } from "./symbols.ts"

/** The symbols of a file as one line of text: what a thread answers, and what the cache keeps. It is a third of what their JSON would be. */
export type Packed = string

const KINDS: readonly DefinitionKind[] = [
  ...(["class", "constant", "enum", "field", "function", "interface", "macro", "method"] as const),
  ...(["module", "struct", "trait", "type", "union", "variable"] as const)
]
const NUMBER_BY_KIND = new Map(KINDS.map((kind, index) => [kind, index]))

/** Fields of a definition that follow each other in the flat list. */
const FIELDS = 7

export const pack = ({ definitions, references, imports }: Said): Packed =>
  JSON.stringify([
    definitions.flatMap(({ name, kind, line, endLine, signature, scope, exported }) => [
      ...[name, NUMBER_BY_KIND.get(kind), line, endLine - line],
      ...[signature === name ? 0 : signature, scope ?? 0, exported === null ? 2 : Number(exported)]
    ]),
    references.flatMap(({ name, count }) => [name, count]),
    imports.flatMap(({ specifier, names }) => [specifier, names])
  ])

export interface Unpacked {
  readonly definitions: readonly Definition[]
  readonly references: readonly Reference[]
  readonly imports: readonly Import[]
}

/** Whether a text can be what was packed, as far as that is seen at a glance. */
export const isPacked = (text: string): boolean => text.startsWith("[[") && text.endsWith("]]")

/** Errors: throws where the text is none that was packed. */
export const unpack = (packed: Packed): Unpacked => {
  const [said, used, taken] = JSON.parse(packed) as readonly [readonly unknown[], readonly unknown[], readonly unknown[]]
  const definitions: Definition[] = []
  for (let at = 0; at < said.length; at += FIELDS) definitions.push(definitionAt(said, at))
  const references: Reference[] = []
  for (let at = 0; at < used.length; at += 2) references.push({ name: used[at] as string, count: used[at + 1] as number })
  const imports: Import[] = []
  for (let at = 0; at < taken.length; at += 2) imports.push({ specifier: taken[at] as string, names: taken[at + 1] as readonly string[], file: null })
  return { definitions, references, imports }
}

const definitionAt = (said: readonly unknown[], at: number): Definition => {
  const name = said[at] as string
  const line = said[at + 2] as number
  return {
    name,
    kind: KINDS[said[at + 1] as number] as DefinitionKind,
    line,
    endLine: line + (said[at + 3] as number),
    signature: said[at + 4] === 0 ? name : (said[at + 4] as string),
    scope: said[at + 5] === 0 ? null : (said[at + 5] as string),
    exported: said[at + 6] === 2 ? null : said[at + 6] === 1
  }
}
