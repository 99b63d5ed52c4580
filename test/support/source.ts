import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, posix, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** A file of the repository, its path relative to the root and written with `/`. */
export interface Source {
  readonly path: string
  readonly text: string
}

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const NOT_OURS: ReadonlySet<string> = new Set(["node_modules", ".git", "dist", "coverage"])

/** The files under some folders of the repository whose names end in one of `ends`. */
export const sourcesIn = (folders: readonly string[], ends: readonly string[]): readonly Source[] =>
  folders.flatMap((folder) => walk(join(repository, folder))).flatMap((file) => {
    if (!ends.some((end) => file.endsWith(end))) return []
    return [{ path: relative(repository, file).split(sep).join("/"), text: readFileSync(file, "utf8") }]
  })

const walk = (folder: string): readonly string[] =>
  entriesOf(folder).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : []
  })

const entriesOf = (folder: string) => {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return [] // a folder that this commit does not have holds no file
  }
}

/** One `import`, `export … from` or `import(…)` of a file. */
export interface Import {
  /** As written. */
  readonly from: string
  /** The file it means, where it is one of ours; else `null`. */
  readonly path: string | null
  /** Whether nothing of it is left at run time. */
  readonly typeOnly: boolean
}

const STATEMENT =
  /(?:^|[\n;])[ \t]*(import|export)\b([^"';()]*?)\bfrom\s*["']([^"'\n]+)["']|(?:^|[\n;])[ \t]*import\s*["']([^"'\n]+)["']|\b(typeof\s+)?import\s*\(\s*["']([^"'\n]+)["']|\b(?:getBuiltinModule|require)\s*\(\s*["']([^"'\n]+)["']/g

export const importsOf = ({ path, text }: Source): readonly Import[] =>
  [...withoutComments(text).matchAll(STATEMENT)].map(([, , clause, named, bare, typeOf, dynamic, required]) => {
    const from = named ?? bare ?? dynamic ?? required ?? ""
    return {
      from,
      path: from.startsWith(".") ? posix.normalize(posix.join(posix.dirname(path), from)) : null,
      typeOnly: typeOf !== undefined || /^\s*type\b(?!\s*,)/.test(clause ?? "")
    }
  })

/** Comments blanked, lines kept. */
export const withoutComments = (text: string): string => text.replaceAll(TOKENS, (token) => (token.startsWith("/") ? blank(token) : token))

/** Only comments are left, lines kept. */
export const commentsOf = (text: string): string => {
  const code = withoutComments(text)
  return [...text].map((character, index) => (character === "\n" || code[index] !== character ? character : " ")).join("")
}

/** Comments and the insides of strings blanked, lines kept: what is left is code. */
export const codeOf = (text: string): string => text.replaceAll(TOKENS, (token) => (token.startsWith("/") ? blank(token) : `${token[0]}${blank(token.slice(1, -1))}${token[0]}`))

const TOKENS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`/g

const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ")
