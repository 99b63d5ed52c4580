import { dirname } from "node:path"
import { objectOf } from "../../machine/request.ts"
import type { Entry, Session, ToolCall } from "../../machine/session.ts"
import { at } from "../../machine/vector.ts"
import { locate } from "../os/path.ts"

/** A folder of a workspace that the session has to do with; `folder` is relative to the root with `/`, empty for the root itself. */
export interface Touched {
  readonly root: string
  readonly folder: string
}

/** How many names of files and folders are followed, the newest of the session, and in how many of its messages they are looked for. */
const NAMES_MAX = 200
const ENTRIES_MAX = 2000

/**
 * The folders that the calls of a session named, and what a person named with a path, each with all it lies in; the first root is always there.
 * Ordered by root and by name, so that a folder comes before what lies in it.
 */
export const foldersTouched = (session: Session): readonly Touched[] => foldersOf(session.opened.roots, namesIn(session))

/** The folders that some calls name, each with all it lies in, and the first root. */
export const foldersOfCalls = ({ opened: { roots } }: Session, calls: readonly ToolCall[]): readonly Touched[] => foldersOf(roots, new Set(calls.flatMap(namesOfCall)))

const foldersOf = (roots: readonly string[], names: ReadonlySet<string>): readonly Touched[] => {
  const keys = new Set(roots.slice(0, 1).map((root) => keyOf(root, "")))
  for (const name of names) {
    const found = foundAt(roots, name)
    if (found === null) continue
    for (let folder = found.folder; ; folder = parentOf(folder)) {
      keys.add(keyOf(found.root, folder))
      if (folder === "") break
    }
  }
  const all = [...keys].map((key) => {
    const [root = "", folder = ""] = key.split("\0")
    return { root, folder }
  })
  return all.sort((one, other) => roots.indexOf(one.root) - roots.indexOf(other.root) || (one.folder < other.folder ? -1 : one.folder > other.folder ? 1 : 0))
}

const keyOf = (root: string, folder: string): string => `${root}\0${folder}`

const parentOf = (folder: string): string => (folder.includes("/") ? dirname(folder) : "")

const foundAt = (roots: readonly string[], name: string): Touched | null => {
  try {
    const { root, shown, kind } = locate(roots, name)
    if (root === null || shown === ".") return root === null ? null : { root, folder: "" }
    return { root, folder: kind === "directory" ? shown : parentOf(shown) }
  } catch {
    // What cannot be followed is no folder of the workspace.
    return null
  }
}

/** Newest first, each once. */
const namesIn = ({ transcript }: Session): ReadonlySet<string> => {
  const names = new Set<string>()
  for (let index = transcript.length - 1; index >= Math.max(0, transcript.length - ENTRIES_MAX); index--) {
    for (const name of namesOf(at(transcript, index))) {
      if (names.size === NAMES_MAX) return names
      names.add(name)
    }
  }
  return names
}

/** A message never changes, and its calls may be long: each is read once. */
const namesByEntry = new WeakMap<Entry, readonly string[]>()

const namesOf = (entry: Entry): readonly string[] => {
  const known = namesByEntry.get(entry)
  if (known !== undefined) return known
  const names = namesSaid(entry)
  namesByEntry.set(entry, names)
  return names
}

const namesSaid = (entry: Entry): readonly string[] => {
  switch (entry.type) {
    case "user":
      return entry.parts.flatMap((part) => (part.type === "text" ? pathsIn(part.text) : []))
    case "assistant":
      return entry.blocks.flatMap((block) => (block.type === "tool-call" ? namesOfCall(block) : []))
    case "note":
    case "results":
      return []
  }
}

const namesOfCall = ({ arguments: json }: ToolCall): readonly string[] => {
  const { path, cwd, scope, patch, command } = objectOf(json)
  const named = [path, cwd, scope].filter((name) => typeof name === "string")
  return [...named, ...(typeof patch === "string" ? filesOfPatch(patch) : []), ...(typeof command === "string" ? pathsIn(command) : [])]
}

const filesOfPatch = (patch: string): readonly string[] =>
  [...patch.matchAll(/^(?:\*\*\* (?:Add|Update|Delete) File: |\*\*\* Move to: |\+\+\+ (?:b\/)?)(.+)$/gm)].map((match) => (match[1] as string).trim())

/** Words that look like paths. Units: of the longest that is taken for one, UTF-16 code units. */
const pathsIn = (text: string): readonly string[] =>
  text
    .slice(0, TEXT_LENGTH_MAX)
    .split(/[\s"'`()<>,;|&=]+/)
    .map((word) => word.replace(/^@/, "").replace(/[.:]+$/, ""))
    .filter((word) => word.includes("/") && word.length <= PATH_LENGTH_MAX)

const PATH_LENGTH_MAX = 300
const TEXT_LENGTH_MAX = 20_000
