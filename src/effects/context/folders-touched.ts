import { dirname } from "node:path"
import type { Session, ToolCall } from "../../machine/session.ts"
import { namesOfCall, namesTouched } from "../names-touched.ts"
import { locate } from "../os/path.ts"

/** A folder of a workspace that the session has to do with; `folder` is relative to the root with `/`, empty for the root itself. */
export interface Touched {
  readonly root: string
  readonly folder: string
}

/**
 * The folders that the calls of a session named, and what a person named with a path, each with all it lies in; the first root is always there.
 * Ordered by root and by name, so that a folder comes before what lies in it.
 */
export const foldersTouched = (session: Session): readonly Touched[] => foldersOf(session.opened.roots, namesTouched(session))

/** The folders that some calls name, each with all it lies in, and the first root. */
export const foldersOfCalls = ({ opened: { roots } }: Session, calls: readonly ToolCall[]): readonly Touched[] =>
  foldersOf(roots, new Set(calls.flatMap(namesOfCall)))

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
  return all.sort(
    (one, other) =>
      roots.indexOf(one.root) - roots.indexOf(other.root) || (one.folder < other.folder ? -1 : one.folder > other.folder ? 1 : 0)
  )
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
