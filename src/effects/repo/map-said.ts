import type { Session } from "../../machine/session.ts"
import { at } from "../../machine/vector.ts"
import { harmlessPath, linesOf } from "./map-lines.ts"
import { shownNames, unquoted } from "./map-text.ts"
import type { RankBase } from "./rank-base.ts"
import type { FileSymbols } from "./symbols.ts"

/** What the model was told of a repository and still has before its eyes, all maps and changes of the window taken together. */
export interface SaidMap {
  /** The definitions that were told of each file, without how far they stand in; by its name as it is shown. */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>
  /** Files that were told of by their names alone. */
  readonly named: ReadonlySet<string>
}

/** Reads the maps in the window, the newest word of each file; `null` where none is there. A function of the session alone. */
export const saidMapOf = (session: Session): SaidMap | null => {
  const told = new Map<string, Set<string>>()
  const named = new Set<string>()
  let found = false
  for (let index = session.window.base; index < session.transcript.length; index++) {
    const entry = at(session.transcript, index)
    if (entry.type !== "note" || (entry.source !== "context" && entry.source !== "hook")) continue
    for (const [, lines = ""] of entry.text.matchAll(MAPS)) {
      found = true
      readLines(lines.split("\n"), told, named)
    }
  }
  return found ? { told, named } : null
}

const MAPS = /(?:^|\n\n)<repository-map(?: [^<>]*)?>\n([^]*?)\n<\/repository-map>/g

const readLines = (lines: readonly string[], told: Map<string, Set<string>>, named: Set<string>): void => {
  let definitions = new Set<string>()
  for (const line of lines) {
    const names = shownNames(line)
    if (line.startsWith(" ")) definitions.add(line.trim())
    else if (line.startsWith(CUT)) continue
    else if (names?.folder === GONE) for (const path of names.names) (told.delete(path), named.delete(path))
    else if (names !== null) for (const name of names.names) named.add(`${names.folder === "./" ? "" : names.folder}${name}`)
    else told.set(unquoted(line), (definitions = new Set()))
  }
}

/** Begins the line of files that were told of and are not there any more. */
export const GONE = "gone"
/** Begins the line that stands where a fragment was over its room. */
const CUT = "[cut here: "

/** What was said and is not so any more. */
export interface Untrue {
  /** Files of which a definition was told that they do not have now. */
  readonly changed: readonly number[]
  /** Files that are not there any more, as they were shown. */
  readonly gone: readonly string[]
}

export const untrueOf = ({ told, named }: SaidMap, { files }: RankBase): Untrue => {
  const there = new Map(files.map(({ path }, number) => [harmlessPath(path), number]))
  const changed = [...told].flatMap(([path, lines]) => {
    const number = there.get(path)
    return number === undefined || holdsAll(files[number] as FileSymbols, lines) ? [] : [number]
  })
  const gone = new Set([...told.keys(), ...named].filter((path) => !there.has(path)))
  return { changed: changed.sort((a, b) => a - b), gone: [...gone].sort() }
}

const holdsAll = (file: FileSymbols, lines: ReadonlySet<string>): boolean => {
  const now = new Set(linesOf(file).map((line) => line.trim()))
  return [...lines].every((line) => now.has(line))
}
