import { join } from "node:path"
import { sha256 } from "../os/blobs.ts"

/** Where what was read of a repository is kept below a directory. */
export const cacheFileOf = (directory: string, root: string): string => join(directory, `map-${sha256(root).slice(0, 32)}.db`)
