import { dirname, join } from "node:path/posix"
import type { FileSymbols, Import } from "./symbols.ts"

/** Leads imports to the files of the repository that they name. */
export interface Resolver {
  readonly resolve: (file: FileSymbols) => FileSymbols
}

/** The resolver of a set of files; the one before, where nothing changed that it looks at. */
export const makeResolver = (root: string, files: ReadonlyMap<string, { readonly file: FileSymbols }>, before: Resolver | null): Resolver => {
  void root
  void before
  const has = (path: string): boolean => files.has(path)
  return { resolve: (file) => resolveImports(file, has) }
}

/** Where an import leads. `has`: whether the repository has a file. */
type Resolve = (from: string, specifier: string, has: (path: string) => boolean) => string | null

const resolveImports = (file: FileSymbols, has: (path: string) => boolean): FileSymbols => {
  const resolve = file.language === null ? undefined : RESOLVE_BY_LANGUAGE[file.language]
  if (resolve === undefined || file.imports.length === 0) return file
  return { ...file, imports: file.imports.map((each): Import => ({ ...each, file: resolve(file.path, each.specifier, has) })) }
}

const SCRIPT_ENDINGS = ["", ".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json", "/index.ts", "/index.tsx", "/index.js", "/index.jsx", "/index.mjs"]

const script: Resolve = (from, specifier, has) => {
  if (!specifier.startsWith(".")) return null
  const path = join(dirname(from), specifier)
  const source = path.replace(/\.([mc]?)js(x?)$/, ".$1ts$2")
  return (source !== path && has(source) ? source : null) ?? SCRIPT_ENDINGS.map((ending) => path + ending).find(has) ?? null
}

const python: Resolve = (from, specifier, has) => {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0
  const names = specifier.slice(dots).replaceAll(".", "/")
  const tops = dots > 0 ? [Array.from({ length: dots - 1 }).reduce((at: string) => dirname(at), dirname(from))] : [dirname(from), ".", "src", "lib"]
  return tops.flatMap((top) => [join(top, `${names}.py`), join(top, names, "__init__.py"), join(top, `${names}.pyi`)]).find(has) ?? null
}

const RESOLVE_BY_LANGUAGE: Readonly<Record<string, Resolve>> = { javascript: script, typescript: script, tsx: script, python }
