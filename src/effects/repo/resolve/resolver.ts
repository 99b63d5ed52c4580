import { withImports } from "../lazy-symbols.ts"
import type { FileSymbols, Import, Language } from "../symbols.ts"
import { bash, c, dart, go, lua, php, ruby } from "./by-path.ts"
import { elixir, java, rust } from "./by-module.ts"
import { placesOf, saysPlaces, type Places } from "./places.ts"
import { python } from "./python.ts"
import { script } from "./script.ts"

/** Leads imports to the files of the repository that they name. */
export interface Resolver {
  readonly files: ReadonlyMap<string, { readonly file: FileSymbols }>
  readonly resolve: (file: FileSymbols) => FileSymbols
}

/** Where an import of a file leads; `null`: outside, or nobody can tell. */
export type Resolve = (from: string, taken: Pick<Import, "specifier" | "names">, places: Places) => string | null

/** The resolver of a set of files; the one before, where nothing changed that it looks at. */
export const makeResolver = (root: string, files: Resolver["files"], before: Resolver | null): Resolver => {
  if (before !== null && leadsTheSame(before.files, files)) return { ...before, files }
  const places = placesOf(root, new Map([...files].map(([path, { file }]) => [path, file])))
  return { files, resolve: (file) => resolveImports(file, places) }
}

const leadsTheSame = (before: Resolver["files"], now: Resolver["files"]): boolean => {
  if (before.size !== now.size) return false
  for (const [path, known] of now) {
    const other = before.get(path)
    if (other === undefined || (other !== known && saysPlaces(known.file))) return false
  }
  return true
}

const resolveImports = (file: FileSymbols, places: Places): FileSymbols => {
  const resolve = file.language === null ? undefined : RESOLVE_BY_LANGUAGE[file.language]
  if (resolve === undefined || file.fault !== null) return file
  return withImports(file, () => file.imports.map((each): Import => ({ ...each, file: notItself(file.path, resolve(file.path, each, places)) })))
}

const notItself = (from: string, found: string | null): string | null => (found === from ? null : found)

/** In C# and Swift an import names no file. */
const RESOLVE_BY_LANGUAGE: Readonly<Partial<Record<Language, Resolve>>> = {
  bash,
  c,
  cpp: c,
  dart,
  elixir,
  go,
  java,
  javascript: script,
  kotlin: java,
  lua,
  php,
  python,
  ruby,
  rust,
  scala: java,
  tsx: script,
  typescript: script
}
