import { existsSync, readFileSync } from "node:fs"
import { readIndex, type IndexEntry } from "./index-file.ts"
import { PATHS_MAX, type KnownFile } from "./known.ts"
import { treesOf } from "./objects.ts"
import type { Shadow } from "./shadow.ts"
import type { Base } from "./touch-up.ts"

/** When git began to read the files, and which of them are ignored. */
export interface Written {
  readonly tree: string
  readonly ignored: ReadonlySet<string>
  readonly lookedNs: bigint
}

/** Reads back the index that git has just written. `null`: it is large, or our reading of it does not give git's tree. */
export const readBase = (shadow: Shadow, written: Written): Base | null => {
  // Before the first file there is no index.
  const entries = existsSync(shadow.index) ? readIndex(readFileSync(shadow.index)) : []
  if (entries === null || entries.length > PATHS_MAX) return null
  const files = entries.filter(({ path }) => path.startsWith(shadow.prefix)).map((entry) => knownFile(entry, shadow.prefix, written))
  const trees = treesOf(files)
  if (trees.get("")?.oid !== written.tree) return null
  return { filesByPath: new Map(files.map((file) => [file.path, file])), trees: new Set([...trees.values()].map(({ oid }) => oid)) }
}

const knownFile = (entry: IndexEntry, prefix: string, { ignored, lookedNs }: Written): KnownFile => ({
  path: entry.path.slice(prefix.length),
  mode: entry.mode,
  oid: entry.oid,
  ignored: ignored.has(entry.path),
  stamp: { size: entry.size, inode: entry.inode, modifiedNs: entry.modifiedNs, statusNs: entry.statusNs, lookedNs }
})
