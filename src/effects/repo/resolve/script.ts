import { dirname, join } from "node:path/posix"
import { upwards, type Places } from "./places.ts"
import type { Resolve } from "./resolver.ts"

/** Relative paths, the paths of the nearest `tsconfig.json`, and packages of the same repository by their names. */
export const script: Resolve = (from, { specifier }, places) => {
  if (specifier.startsWith(".")) return fileAt(join(dirname(from), specifier), places)
  return byAlias(from, specifier, places) ?? byPackage(specifier, places)
}

const ENDINGS = ["", ".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json", ".vue", ".svelte"]
const INDEXES = ["ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "d.ts"].map((ending) => `index.${ending}`)

/** `a.js` may be what `a.ts` becomes. */
const fileAt = (path: string, places: Places): string | null => {
  if (places.has(path)) return path
  const source = /\.[mc]?jsx?$/.test(path) ? [path.replace(/\.([mc]?)js(x?)$/, ".$1ts$2"), path.replace(/\.js$/, ".tsx")] : []
  const inside = path === "." ? "" : `${path}/`
  return source.find(places.has) ?? firstOf(path, ENDINGS, places) ?? firstOf(inside, INDEXES, places)
}

const firstOf = (before: string, ends: readonly string[], { has }: Places): string | null => {
  for (const end of ends) if (has(before + end)) return before + end
  return null
}

interface Alias {
  readonly before: string
  readonly after: string
  readonly targets: readonly string[]
}

/** What is read of the settings, once for each set of places. */
const aliasesByPlaces = new WeakMap<Places, ReadonlyMap<string, readonly Alias[]>>()
const packagesByPlaces = new WeakMap<Places, ReadonlyMap<string, string>>()

const byAlias = (from: string, specifier: string, places: Places): string | null => {
  const aliases = aliasesByPlaces.get(places) ?? readAliases(places)
  aliasesByPlaces.set(places, aliases)
  if (aliases.size === 0) return null
  for (const directory of upwards(dirname(from))) {
    for (const { before, after, targets } of aliases.get(directory) ?? []) {
      if (!specifier.startsWith(before) || !specifier.endsWith(after) || specifier.length < before.length + after.length) continue
      const middle = specifier.slice(before.length, specifier.length - after.length)
      const found = targets.map((target) => fileAt(join(directory, target.replace("*", middle)), places)).find((path) => path !== null)
      if (found !== undefined) return found
    }
  }
  return null
}

const readAliases = (places: Places): ReadonlyMap<string, readonly Alias[]> => {
  const found = new Map<string, readonly Alias[]>()
  for (const name of ["jsconfig.json", "tsconfig.base.json", "tsconfig.json"]) {
    for (const { directory, text } of places.settings(name)) {
      const { baseUrl, paths } = (parsed(text)["compilerOptions"] ?? {}) as { readonly baseUrl?: unknown; readonly paths?: unknown }
      const base = typeof baseUrl === "string" ? baseUrl : "."
      const aliases = Object.entries(paths ?? {}).flatMap(([pattern, targets]) => (Array.isArray(targets) ? [aliasOf(pattern, targets, base)] : []))
      const all = [...aliases, ...(typeof baseUrl === "string" ? [aliasOf("*", ["*"], base)] : [])]
      if (all.length > 0) found.set(directory, [...(found.get(directory) ?? []), ...all])
    }
  }
  return found
}

const aliasOf = (pattern: string, targets: readonly unknown[], base: string): Alias => {
  const star = pattern.indexOf("*")
  const all = targets.filter((target) => typeof target === "string").map((target) => join(base, target))
  return star < 0 ? { before: pattern, after: "", targets: all } : { before: pattern.slice(0, star), after: pattern.slice(star + 1), targets: all }
}

const byPackage = (specifier: string, places: Places): string | null => {
  const packages = packagesByPlaces.get(places) ?? readPackages(places)
  packagesByPlaces.set(places, packages)
  const parts = specifier.split("/")
  const length = specifier.startsWith("@") ? 2 : 1
  const directory = packages.get(parts.slice(0, length).join("/"))
  if (directory === undefined) return null
  const inside = parts.slice(length).join("/")
  if (inside === "")
    return (
      [join(directory, "src/index"), join(directory, "index"), join(directory, "src/main"), join(directory, "lib/index")]
        .map((path) => fileAt(path, places))
        .find((path) => path !== null) ?? null
    )
  return fileAt(join(directory, inside), places) ?? fileAt(join(directory, "src", inside), places)
}

const readPackages = (places: Places): ReadonlyMap<string, string> =>
  new Map(places.settings("package.json").flatMap(({ directory, text }) => {
    const { name } = parsed(text)
    return typeof name === "string" ? [[name, directory] as const] : []
  }))

/** Settings of the compiler may hold comments and commas too many. */
const parsed = (text: string): Readonly<Record<string, unknown>> => {
  for (const each of [text, text.replaceAll(/("(?:[^"\\\n]|\\.)*")|\/\/.*|\/\*[\s\S]*?\*\//g, "$1").replaceAll(/,(\s*[}\]])/g, "$1")]) {
    try {
      const value: unknown = JSON.parse(each)
      if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>
    } catch {
      // The other way to read it is tried; what cannot be read says nothing.
    }
  }
  return {}
}
