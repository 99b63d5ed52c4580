import type { Definition, FileSymbols, Language } from "./symbols.ts"

/** Units: UTF-16 code units; a longer signature is cut. */
const LINE_LENGTH_MAX = 100

/**
 * The lines that tell of some definitions of a file: each in the place it has there, one step further in than what it lies in or belongs to,
 * and what that is, too, though it was not asked for.
 */
export const definitionLines = (file: FileSymbols, chosen: ReadonlySet<number>): readonly string[] => {
  const { places, lines } = shapeOf(file)
  const shown = new Set(chosen)
  for (const index of chosen) for (let at = places[index]; typeof at === "number" && !shown.has(at); at = places[at]) shown.add(at)
  const childrenByPlace = Map.groupBy([...shown].sort((a, b) => a - b), (index) => places[index] as Place)
  const linesAt = (place: Place, depth: number): readonly string[] =>
    saidOnce((childrenByPlace.get(place) ?? []).map((index) => [`${"  ".repeat(depth)}${lines(index)}`, ...linesAt(index, depth + 1)]))
  const heads = [...childrenByPlace.keys()].filter((place) => typeof place === "string")
  return [...linesAt(null, 1), ...heads.flatMap((head) => [`  ${head}`, ...linesAt(head, 2)])]
}

/** What is there in several forms, one for each system, is said once. */
const saidOnce = (groups: readonly (readonly string[])[]): readonly string[] =>
  groups.filter((lines, index) => lines.length > 1 || !groups.some(([line], earlier) => earlier < index && line === lines[0])).flat()

/** The lines of all definitions that a file has, and of all they belong to, as they would be told. */
export const linesOf = (file: FileSymbols): readonly string[] => {
  const { places, lines } = shapeOf(file)
  return [...file.definitions.map((_, index) => lines(index)), ...new Set(places.filter((place) => typeof place === "string"))]
}

interface Shape {
  readonly places: readonly Place[]
  /** The line of a definition, by its number, without what it stands below. */
  readonly lines: (index: number) => string
}

/** Worked out once of each file: a map is written many times until it fits. */
const shapeOf = (file: FileSymbols): Shape => {
  const known = shapeByFile.get(file)
  if (known !== undefined) return known
  const lines: string[] = []
  const shape = { places: placesOf(file), lines: (index: number) => (lines[index] ??= lineOf(file.definitions[index] as Definition)) }
  shapeByFile.set(file, shape)
  return shape
}
const shapeByFile = new WeakMap<FileSymbols, Shape>()

const lineOf = ({ signature }: Definition): string => cut(harmlessLine(signature))

/** What a definition stands below: another one, by its number; a line that only says what it belongs to; or nothing. */
type Place = number | string | null

/** Where one may add to what is defined elsewhere; what is added does not say to what. */
const ADDING: Readonly<Partial<Record<Language, string>>> = { rust: "impl", swift: "extension" }

/** Of each definition: the one that it lies in, else the one of this file that it is part of by its name, else what it is part of elsewhere. */
const placesOf = ({ definitions, language }: FileSymbols): readonly Place[] => {
  const firstByName = new Map(definitions.map((definition, index) => [nameIn(definition), index] as const).reverse())
  const adding = language === null ? undefined : ADDING[language]
  const open: number[] = []
  return definitions.map((definition, index) => {
    while (open.length > 0 && !contains(definitions[open.at(-1) as number] as Definition, definition)) open.pop()
    const around = open.at(-1)
    open.push(index)
    if (around !== undefined) return around
    if (definition.scope === null) return null
    const head = adding === undefined ? null : cut(harmlessLine(`${adding} ${definition.scope}`))
    return firstByName.get(definition.scope) ?? head
  })
}

const contains = (outer: Definition, inner: Definition): boolean =>
  inner.scope !== null && inner.scope === nameIn(outer) && inner.line >= outer.line && inner.endLine <= outer.endLine

const nameIn = ({ name, scope }: Definition): string => (scope === null ? name : `${scope}.${name}`)

const cut = (line: string): string =>
  line.length <= LINE_LENGTH_MAX
    ? line
    : `${line
        .slice(0, LINE_LENGTH_MAX - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, "")}…`

/** Names of tags that begin or end what is told to a model: what only looks like one of them is shown so that it is none. */
const TAGS = /<(?=\/?\s*(repository-map|instructions|environment|git|date|decisions|diagnostics|system)\b)/giu

/** What a file calls itself or its parts, on one line: nothing in it ends the line, colours it or looks like a tag of ours. */
export const harmlessLine = (text: string): string => (PLAIN.test(text) ? text.replace(/ {2,}/g, " ").trim() : harmlessAnyLine(text))

/** Most lines and names are of nothing but these. */
const PLAIN = /^[ -;=?-~]*$/

const harmlessAnyLine = (text: string): string =>
  text
    .replace(/\s+/gu, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu, "\uFFFD")
    .replace(TAGS, "‹")
    .trim()

export const harmlessPath = (path: string): string =>
  PLAIN.test(path) ? path : path.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu, "\uFFFD").replace(/</g, "‹").replace(/>/g, "›")
