import { readdirSync } from "node:fs"
import { homedir } from "node:os"

/*
 * What a word could become that a shell expands, told from the files that are there. Patterns keep what stood in quotes behind
 * backslashes, so that only what the shell would expand is.
 */

/** What a part of a word stands for that is known only when the command runs. */
export const UNKNOWN = "\0"

/** The text as a pattern in which nothing is expanded. */
export const literally = (text: string): string => text.replaceAll(/[\\*?[\]{}~]/g, "\\$&")

/** The text of a pattern in which nothing is left to expand. */
export const plainly = (pattern: string): string => pattern.replaceAll(/\\([\s\S])/g, "$1")

/** A word as it stands in the line, as a pattern: quotes gone, the home and the folder it runs in put in, what else is not known marked. */
export const patternOf = (raw: string, folder: string): string => {
  let pattern = ""
  let end = 0
  for (const { 0: whole, 1: single, 2: ansi, 3: double, 4: escaped, index } of raw.matchAll(QUOTED)) {
    pattern += withValues(raw.slice(end, index), folder)
    pattern += double === undefined ? literally(single ?? ansi ?? escaped ?? "") : inDoubleQuotes(double, folder)
    end = index + whole.length
  }
  return (pattern + withValues(raw.slice(end), folder)).replaceAll(/(^|[=:@])~(?=\/|$)/g, (_, before: string) => before + literally(homedir()))
}

const QUOTED = /'([^']*)'|\$'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g

/** Only names are expanded there. */
const inDoubleQuotes = (text: string, folder: string): string =>
  withValues(text.replaceAll(/\\([$`"\\])/g, "$1").replaceAll(/[\\*?[\]~]/g, "\\$&"), folder).replaceAll(/[{}]/g, "\\$&")

const withValues = (text: string, folder: string): string =>
  text
    .replaceAll(/\$(?:HOME\b|\{HOME\})/g, () => literally(homedir()))
    .replaceAll(/\$(?:PWD\b|\{PWD\})/g, () => literally(folder))
    .replaceAll(/\$\([\s\S]*\)|`[\s\S]*`|[<>]\([\s\S]*\)|\$\{[^}]*\}|\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])/g, UNKNOWN)

/** `braces("{.env,a}.x")  // => [".env.x", "a.x"]`; `null` where there are too many. */
export const braces = (pattern: string, most: number): readonly string[] | null => {
  const choice = /^((?:\\[\s\S]|[^\\])*?)\{((?:\\[\s\S]|[^\\{}])*)\}([\s\S]*)$/.exec(pattern)
  const [, before = "", inner = "", behind = ""] = choice ?? []
  const range = /^(\w)\.\.(\w)$/.exec(inner)
  const choices = range === null ? partsOf(inner) : lettersOf(range[1] as string, range[2] as string)
  if (choice === null) return [pattern]
  if (choices.length < 2) return braces(`${before}\\{${inner}\\}${behind}`, most)
  const all: string[] = []
  for (const each of choices) {
    const more = braces(`${before}${each}${behind}`, most)
    if (more === null || all.push(...more) > most) return null
  }
  return all
}

const partsOf = (text: string): readonly string[] => text.split(/(?<!\\),/)

const lettersOf = (first: string, last: string): readonly string[] => {
  const [low, high] = [first.charCodeAt(0), last.charCodeAt(0)].toSorted((a, b) => a - b) as [number, number]
  return Array.from({ length: high - low + 1 }, (_, index) => String.fromCharCode(low + index))
}

/** The files that a pattern means from a folder, as patterns of paths without anything to expand are; `null` where there are too many. */
export const filesNamed = (pattern: string, folder: string, most: number): readonly string[] | null => {
  if (!isOpen(pattern)) return [plainly(pattern)]
  const [first, ...parts] = pattern.split("/")
  let reached: readonly string[] = [""]
  for (const part of first === "" ? parts : [first as string, ...parts]) {
    const next = reached.flatMap((at) =>
      isOpen(part) ? namesIn(first === "" ? `/${at}` : `${folder}/${at}`, part).map((name) => join(at, name)) : [join(at, plainly(part))]
    )
    if (next.length > most) return null
    reached = next
  }
  // What means no file stays as it stands.
  return reached.length === 0 ? [plainly(pattern)] : reached.map((path) => (first === "" ? `/${path}` : path))
}

const join = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`)

const isOpen = (pattern: string): boolean => /(?<!\\)(?:\\\\)*[*?[]/.test(pattern)

const namesIn = (folder: string, part: string): readonly string[] => {
  const fits = matcherOf(part)
  try {
    return readdirSync(folder).filter((name) => (part.startsWith(".") || part.startsWith("[") || !name.startsWith(".")) && fits.test(name))
  } catch {
    // No folder is there, or none that may be read: the shell finds nothing either.
    return []
  }
}

/** `.e*` as an expression; a class that cannot be read stands for anything. */
const matcherOf = (part: string): RegExp => {
  const text = part.replaceAll(/\\([\s\S])|(\*)|(\?)|\[([!^]?)(\]?[^\]]*)\]|([\s\S])/g, (_, escaped, run, one, not, inner, plain) => {
    if (run !== undefined) return "[^]*"
    if (one !== undefined) return "[^]"
    if (inner !== undefined) return /^[\w.,-]+$/.test(inner) ? `[${not === "" ? "" : "^"}${inner}]` : "[^]"
    return (escaped ?? plain).replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&")
  })
  try {
    return new RegExp(`^${text}$`, "su")
  } catch {
    return /^/
  }
}
