import { homedir } from "node:os"
import { findRepository } from "../git/repository.ts"
import { ignoredBelow } from "../os/ignored.ts"
import { isInside } from "../os/path.ts"
import { walk } from "../os/walk.ts"
import { languageOf } from "./language.ts"

/** How large a workspace is, as far as a map of it is concerned: or why none is made of it. */
export type Extent = { readonly size: "small" | "large" } | { readonly refused: string }

/** Repositories of so many files with code are mapped at once or not before the next turn. */
const SMALL_FILES_MAX = 50
/** A folder that is no repository and has more in it is no project. */
const ENTRIES_MAX = 20_000

/** Looks at names alone, and no further than is needed to know. */
export const extentOf = async (root: string, entriesMax: number = ENTRIES_MAX): Promise<Extent> => {
  if (isInside(root, homedir())) return { refused: `none is made of ${root}, which holds a whole home; begin in the folder of a project` }
  const isRepository = findRepository(root) !== null
  let sources = 0
  let entries = 0
  for await (const { path, entry } of walk(root, { hidden: await ignoredBelow(root) })) {
    if (entry.isFile() && languageOf(path) !== null) sources++
    if (isRepository && sources > SMALL_FILES_MAX) return { size: "large" }
    if (!isRepository && ++entries > entriesMax) return { refused: `${root} is no repository and has more than ${entriesMax} files and folders` }
  }
  return { size: sources > SMALL_FILES_MAX ? "large" : "small" }
}
