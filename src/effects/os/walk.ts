import type { Dirent } from "node:fs"
import { entriesIn } from "./handle.ts"
import type { Ignored } from "./ignored.ts"

/** Something below a directory. Links are named, never followed. */
export interface Found {
  /** Relative to where the walk began, with `/`. */
  readonly path: string
  readonly entry: Dirent
  /** 1 for what lies in the directory itself. */
  readonly depth: number
}

/** How many directories are read before others get their turn. */
const TURN_DIRECTORIES = 50

export interface Walk {
  /** What is left out, and so never entered. */
  readonly hidden?: Ignored
  /** What is named but not entered. */
  readonly closed?: Ignored
  readonly depthMax?: number
}

/** Everything below a canonical directory, by name and depth first; directories that cannot be read are empty. */
export async function* walk(top: string, { hidden, closed, depthMax = Number.POSITIVE_INFINITY }: Walk): AsyncGenerator<Found, void, void> {
  const ahead: Found[] = inside(top, "", 1, hidden)
  for (let directories = 1; ahead.length > 0; ) {
    const found = ahead.pop() as Found
    yield found
    if (!found.entry.isDirectory() || found.depth >= depthMax) continue
    if (closed?.(directoryOf(top, found.path), found.entry.name, true) === true) continue
    if (++directories % TURN_DIRECTORIES === 0) await new Promise(setImmediate)
    ahead.push(...inside(top, found.path, found.depth + 1, hidden))
  }
}

/** The last comes first: they are taken from the end. */
const inside = (top: string, path: string, depth: number, hidden: Ignored | undefined): Found[] => {
  const directory = path === "" ? top : below(top, path)
  return entriesOf(directory)
    .filter((entry) => hidden?.(directory, entry.name, entry.isDirectory()) !== true)
    .sort((a, b) => (a.name < b.name ? 1 : -1))
    .map((entry) => ({ path: path === "" ? entry.name : `${path}/${entry.name}`, entry, depth }))
}

const directoryOf = (top: string, path: string): string => (path.includes("/") ? below(top, path.slice(0, path.lastIndexOf("/"))) : top)

/** `below("/a", "b/c")  // => "/a/b/c"` */
export const below = (top: string, path: string): string => `${top === "/" ? "" : top}/${path}`

export const entriesOf = (directory: string): readonly Dirent[] => {
  try {
    return entriesIn(directory)
  } catch {
    // It vanished or may not be read: then there is nothing to be found in it.
    return []
  }
}
