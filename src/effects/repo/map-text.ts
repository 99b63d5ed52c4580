import { definitionLines, harmlessPath } from "./map-lines.ts"
import type { FileSymbols } from "./symbols.ts"

/** A file as the map tells of it; the numbers are those of the definitions that are shown. No definitions: its name alone. */
export interface MapFile {
  readonly file: FileSymbols
  readonly definitions: readonly number[]
}

/** The text of a map, in the order of the paths and not of their ranks: what changes a rank a little changes no byte. */
export const mapText = (files: readonly MapFile[]): string => {
  const told = files.filter(({ definitions }) => definitions.length > 0)
  const named = files.filter(({ definitions }) => definitions.length === 0)
  const lines = [...sorted(told).flatMap(fileLines), ...nameLines(sorted(named).map(({ file }) => file.path))]
  return lines.length === 0 ? "" : `${BEGIN}\n${lines.join("\n")}\n${END}`
}
export const BEGIN = "<repository-map>"
export const END = "</repository-map>"

export const fileLines = ({ file, definitions }: MapFile): readonly string[] => [harmlessPath(file.path), ...definitionLines(file, new Set(definitions))]

const sorted = (files: readonly MapFile[]): readonly MapFile[] => files.toSorted((a, b) => (a.file.path < b.file.path ? -1 : 1))

/** The names of one folder share a line. */
const nameLines = (paths: readonly string[]): readonly string[] => {
  const namesByFolder = new Map<string, string[]>()
  for (const path of paths) {
    const folder = folderOf(path)
    const names = namesByFolder.get(folder) ?? []
    namesByFolder.set(folder, names)
    names.push(harmlessName(path.slice(path.lastIndexOf("/") + 1)))
  }
  return [...namesByFolder].sort(([a], [b]) => (a < b ? -1 : 1)).map(([folder, names]) => `${harmlessPath(folder)}: ${names.join(" ")}`)
}

export const folderOf = (path: string): string => (path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "./")

/** A name with a blank stands in quotes. */
const harmlessName = (name: string): string => (/[\s":]/u.test(name) ? JSON.stringify(harmlessPath(name)) : harmlessPath(name))
