import { lstatSync } from "node:fs"
import { basename, dirname } from "node:path"
import type { Ignored } from "../os/ignored.ts"
import { below } from "../os/walk.ts"
import type { RepoIndex } from "./symbols.ts"

/** The files of an index that a watcher's words may be about; `null` where directories came or went, so that everything must be looked at. */
export const touchedFiles = (paths: ReadonlySet<string>, { root, files }: RepoIndex, hidden: Ignored): readonly string[] | null => {
  const found: string[] = []
  for (const path of paths) {
    const file = below(root, path)
    const kind = kindOf(file)
    const isHidden = (): boolean => hidden(dirname(file), basename(file), kind === "directory")
    if (files.has(path)) found.push(path)
    else if (kind === "file" && !isHidden()) found.push(path)
    else if (kind === "directory" && !isHidden()) return null
    else if (kind === "nothing" && hasInside(files, path)) return null
  }
  return found
}

const hasInside = (files: RepoIndex["files"], directory: string): boolean => {
  for (const path of files.keys()) if (path.startsWith(`${directory}/`)) return true
  return false
}

const kindOf = (file: string): "file" | "directory" | "nothing" => {
  try {
    const stat = lstatSync(file, { throwIfNoEntry: false })
    return stat === undefined ? "nothing" : stat.isDirectory() ? "directory" : "file"
  } catch {
    // A part of its path is a file now.
    return "nothing"
  }
}
