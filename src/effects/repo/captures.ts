import type { SyntaxQuery } from "../os/grammar.ts"
import type { DefinitionKind } from "./symbols.ts"

/** What a capture says of the node it stands at: see `Tongue`. Those that are no marker are told apart by number. */
export type Marker = DefinitionKind | "scope" | "inside" | "exported"

/** What the captures of a query mean, worked out once. */
export interface Captures {
  /** By the number of a capture's name. */
  readonly roles: Uint8Array
  /** What a capture with the role of a marker marks, by the number of its name. */
  readonly markers: readonly (Marker | null)[]
  /** 1 where all nodes that a pattern captures so are plain words, by `pattern * roles.length + name`. */
  readonly words: Uint8Array
}

export const ROLE = {
  none: 0,
  reference: 1,
  member: 2,
  binding: 3,
  skip: 4,
  import: 5,
  exports: 6,
  name: 7,
  body: 8,
  tail: 9,
  owner: 10,
  marker: 11
} as const

/** Nodes whose text is one word of letters, digits, `_` and `$`, in every grammar that has them; and one that begins with none of them. */
const WORDS =
  "identifier|type_identifier|property_identifier|field_identifier|shorthand_property_identifier|shorthand_property_identifier_pattern|simple_identifier|constant|private_property_identifier"

export const capturesOf = ({ captureNames, sources }: SyntaxQuery): Captures => ({
  roles: Uint8Array.from(captureNames, (name) =>
    name.startsWith("_") ? ROLE.none : ((ROLE as Readonly<Record<string, number>>)[name] ?? ROLE.marker)
  ),
  markers: captureNames.map((name) => (name.startsWith("_") || name in ROLE ? null : (name as Marker))),
  words: Uint8Array.from(sources.flatMap((source) => captureNames.map((name) => (isWords(source, name) ? 1 : 0))))
})

/** Whether wherever a pattern has a capture, it stands behind a node of words, or a choice of them. */
const isWords = (source: string, name: string): boolean => {
  const shape = source.replaceAll(CONDITION, "")
  const all = shape.match(new RegExp(`@${name}(?![\\w.])`, "g")) ?? []
  const plain = shape.match(new RegExp(`(?:\\((?:${WORDS})\\)|\\[(?:\\s*\\((?:${WORDS})\\))+\\s*\\])\\s*@${name}(?![\\w.])`, "g")) ?? []
  return all.length > 0 && all.length === plain.length
}
const CONDITION = /\(#[^)]*\)/g
