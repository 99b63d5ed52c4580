import { realpathSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"

/** `uriOf("/a/b c.ts")  // => "file:///a/b%20c.ts"` */
export const uriOf = (path: string): string => pathToFileURL(path).href

/**
 * The canonical path that a server means, however it spells it: with more or fewer signs escaped, through a link, in the case of another
 * file system. `null` where it is none of a file.
 */
export const pathOfUri = (uri: unknown): string | null => {
  if (typeof uri !== "string" || uri.length > URI_LENGTH_MAX || !/^file:/i.test(uri)) return null
  try {
    return canonical(fileURLToPath(uri))
  } catch {
    // A host, or an escape that is none: no file of this machine.
    return null
  }
}

const URI_LENGTH_MAX = 8_192

const canonical = (path: string): string => {
  try {
    return realpathSync.native(path)
  } catch {
    // Not there any more, or not yet: then it has no other name.
    return path
  }
}
