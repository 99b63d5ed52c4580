import { readFileSync } from "node:fs"
import { dirname } from "node:path/posix"
import { below } from "../../os/walk.ts"
import type { FileSymbols } from "../symbols.ts"

/** What imports are looked up in. */
export interface Places {
  readonly has: (path: string) => boolean
  /** The files of that last name, by path. */
  readonly named: (name: string) => readonly string[]
  /** The files in a directory, by path. */
  readonly inDirectory: (directory: string) => readonly string[]
  /** The directories of files of that name, those deepest first, with what is said in each; see `textOf`. */
  readonly settings: (name: string) => readonly { readonly directory: string; readonly text: string }[]
  /** The file that brings a module of that whole name into being, in languages where names do not tell files. */
  readonly moduleNamed: (name: string) => string | null
}

/** Larger ones were not written by people. Units: bytes. */
const SETTINGS_BYTES_MAX = 200_000

export const placesOf = (root: string, files: ReadonlyMap<string, FileSymbols>): Places => {
  const byName = lazy(() => grouped(files.keys(), (path) => path.slice(path.lastIndexOf("/") + 1)))
  const byDirectory = lazy(() => grouped(files.keys(), dirname))
  const modules = lazy(() => modulesIn(files))
  const settings = new Map<string, ReturnType<Places["settings"]>>()
  return {
    has: (path) => files.has(path),
    named: (name) => byName().get(name) ?? [],
    inDirectory: (directory) => byDirectory().get(directory) ?? [],
    settings: (name) => {
      const known = settings.get(name)
      if (known !== undefined) return known
      const read = (byName().get(name) ?? [])
        .filter((path) => (files.get(path)?.bytes ?? 0) <= SETTINGS_BYTES_MAX)
        .map((path) => ({ directory: dirname(path), text: textOf(below(root, path)) }))
        .sort((a, b) => b.directory.length - a.directory.length)
      settings.set(name, read)
      return read
    },
    moduleNamed: (name) => modules().get(name) ?? null
  }
}

const lazy = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | null = null
  return () => (made ??= { value: make() }).value
}

const grouped = (paths: Iterable<string>, keyOf: (path: string) => string): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>()
  for (const path of paths) {
    const key = keyOf(path)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [path])
    else group.push(path)
  }
  return groups
}

const modulesIn = (files: ReadonlyMap<string, FileSymbols>): ReadonlyMap<string, string> => {
  const paths = new Map<string, string>()
  for (const { path, language, definitions } of files.values()) {
    if (language !== "elixir") continue
    for (const { kind, name, scope } of definitions) {
      const whole = scope === null ? name : `${scope}.${name}`
      if ((kind === "module" || kind === "trait") && !paths.has(whole)) paths.set(whole, path)
    }
  }
  return paths
}

/** Empty where it cannot be read: then it says nothing. */
const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** Whether a file's content says where imports of other files lead. */
export const saysPlaces = ({ path, language }: FileSymbols): boolean =>
  language === "elixir" || /(?:^|\/)(?:package\.json|[jt]sconfig(?:\.base)?\.json|go\.mod|Cargo\.toml|pubspec\.yaml)$/.test(path)

/** A directory and all above it, to the root, which is `.`. */
export const upwards = (directory: string): readonly string[] => (directory === "." ? ["."] : [directory, ...upwards(dirname(directory))])

/** The one of the paths that shares most of its end with a wish, at least one directory where there are several. */
export const closest = (paths: readonly string[], wish: string): string | null => {
  const wanted = wish.split("/").reverse()
  const shared = (path: string): number => {
    const parts = path.split("/").reverse()
    const end = wanted.findIndex((part, index) => parts[index] !== part)
    return end < 0 ? wanted.length : end
  }
  const best = paths.map((path) => ({ path, score: shared(path) })).sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))[0]
  return best === undefined || (best.score < 2 && wanted.length > 1) ? null : best.path
}
