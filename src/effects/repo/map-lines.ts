import type { Definition, FileSymbols } from "./symbols.ts"

/** Units: UTF-16 code units; a longer signature is cut. */
const LINE_LENGTH_MAX = 100

/**
 * The lines that tell of some definitions of a file: each in the place it has there, one step further in than what it lies in, and
 * what they lie in, too, though it was not asked for.
 */
export const definitionLines = ({ definitions }: FileSymbols, chosen: ReadonlySet<number>): readonly string[] => {
  const shown = new Set(chosen)
  const parents = parentsOf(definitions)
  for (const index of chosen) for (let at = parents[index] as number; at >= 0 && !shown.has(at); at = parents[at] as number) shown.add(at)
  const depthOf = (index: number): number => ((parents[index] as number) < 0 ? 1 : 1 + depthOf(parents[index] as number))
  return [...shown].sort((a, b) => a - b).map((index) => `${"  ".repeat(depthOf(index))}${lineOf(definitions[index] as Definition)}`)
}

/** The lines of all definitions that a file has, as they would be told. */
export const linesOf = ({ definitions }: FileSymbols): readonly string[] => definitions.map(lineOf)

const lineOf = ({ signature }: Definition): string => cut(harmlessLine(signature))

/** The definition that each lies in, by its number; -1 where it lies in the file itself. */
const parentsOf = (definitions: readonly Definition[]): readonly number[] => {
  const open: number[] = []
  return definitions.map((definition, index) => {
    while (open.length > 0 && !contains(definitions[open.at(-1) as number] as Definition, definition)) open.pop()
    const parent = open.at(-1) ?? -1
    open.push(index)
    return parent
  })
}

const contains = (outer: Definition, inner: Definition): boolean =>
  inner.scope !== null && (inner.scope === nameIn(outer)) && inner.line >= outer.line && inner.endLine <= outer.endLine

const nameIn = ({ name, scope }: Definition): string => (scope === null ? name : `${scope}.${name}`)

const cut = (line: string): string => (line.length <= LINE_LENGTH_MAX ? line : `${line.slice(0, LINE_LENGTH_MAX - 1).toWellFormed().replace(/\uFFFD$/, "")}…`)

/** Names of tags that begin or end what is told to a model: what only looks like one of them is shown so that it is none. */
const TAGS = /<(?=\/?\s*(repository-map|instructions|environment|git|date|decisions|diagnostics|system)\b)/giu

/** What a file calls itself or its parts, on one line: nothing in it ends the line, colours it or looks like a tag of ours. */
export const harmlessLine = (text: string): string => text.replace(/\s+/gu, " ").replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu, "\uFFFD").replace(TAGS, "‹").trim()

export const harmlessPath = (path: string): string =>
  path.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029]/gu, "\uFFFD").replace(/</g, "‹").replace(/>/g, "›")
