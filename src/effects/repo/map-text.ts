import { definitionLines, harmlessPath } from "./map-lines.ts"
import type { FileSymbols } from "./symbols.ts"

/** A file as the map tells of it; the numbers are those of the definitions that are shown. No definitions: its name alone. */
export interface MapFile {
  readonly file: FileSymbols
  readonly definitions: readonly number[]
}

/** What else a map says. */
export interface MapNews {
  /** Tells it apart from the whole map, as an attribute of its tag. */
  readonly part: "changed"
  /** Files that an earlier map told of and that are not there any more, as they were shown. */
  readonly gone: readonly string[]
}

/** The text of a map, in the order of the paths and not of their ranks: what changes a rank a little changes no byte. */
export const mapText = (files: readonly MapFile[], news: MapNews | null = null): string => {
  const told = files.filter(({ definitions }) => definitions.length > 0)
  const named = files.filter(({ definitions }) => definitions.length === 0)
  const gone = news === null || news.gone.length === 0 ? [] : [`gone: ${news.gone.map(quoted).join(" ")}`]
  const lines = [...sorted(told).flatMap(fileLines), ...nameLines(sorted(named).map(({ file }) => file.path)), ...gone]
  return lines.length === 0 ? "" : `<repository-map${news === null ? "" : ` part="${news.part}"`}>\n${lines.join("\n")}\n</repository-map>`
}

const fileLines = ({ file, definitions }: MapFile): readonly string[] => [shownPath(file.path), ...definitionLines(file, new Set(definitions))]

const sorted = (files: readonly MapFile[]): readonly MapFile[] => files.toSorted((a, b) => (a.file.path < b.file.path ? -1 : 1))

/** The names of one folder share a line. */
const nameLines = (paths: readonly string[]): readonly string[] => {
  const namesByFolder = new Map<string, string[]>()
  for (const path of paths) {
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "./"
    const names = namesByFolder.get(folder) ?? []
    namesByFolder.set(folder, names)
    names.push(quoted(harmlessPath(path.slice(path.lastIndexOf("/") + 1))))
  }
  return [...namesByFolder].sort(([a], [b]) => (a < b ? -1 : 1)).map(([folder, names]) => `${harmlessPath(folder)}: ${names.join(" ")}`)
}

/** A path as a line of its own: one that could be taken for another kind of line stands in quotes. */
export const shownPath = (path: string): string => (/^\s|: |^\[|^"|\s$/u.test(path) ? JSON.stringify(harmlessPath(path)) : harmlessPath(path))

/** A name in a list; one with a blank stands in quotes. */
const quoted = (name: string): string => (/[\s":]/u.test(name) ? JSON.stringify(name) : name)

/** The names of a line that lists them, and what stands before: a folder, or what became of them; `null` where it is another line. */
export const shownNames = (line: string): { readonly folder: string; readonly names: readonly string[] } | null => {
  const [, folder, list] = /^(\S.*\/|gone): (\S.*)$/u.exec(line) ?? []
  if (folder === undefined || list === undefined || line.startsWith('"')) return null
  return { folder, names: (list.match(/"(?:[^"\\]|\\.)*"|\S+/gu) ?? []).map(unquoted) }
}

/** What stood in quotes; as it is where it did not, or where what stands there is cut. */
export const unquoted = (name: string): string => {
  try {
    return name.startsWith('"') ? String(JSON.parse(name)) : name
  } catch {
    return name
  }
}
