import { existsSync, readFileSync } from "node:fs"
import { readIndex, type IndexEntry } from "./index-file.ts"
import { PATHS_MAX, type KnownFile } from "./known.ts"
import { treesOf } from "./objects.ts"
import type { Shadow } from "./shadow.ts"
import type { Base } from "./touch-up.ts"

/** What is known of the index: which files are ignored, and when git or we began to read the files. */
export interface Written {
  /** The tree git made of it; `null` where git was not asked. */
  readonly tree: string | null
  readonly ignored: ReadonlySet<string>
  readonly lookedNs: bigint
}

/**
 * Reads the index back; where there is none, it is empty. `null`: it is large, or damaged, or our reading of it does not
 * give git's tree. Every object it names is in the store; of its trees that is only sure once git has written them.
 */
export const readBase = (shadow: Shadow, written: Written): Base | null => {
  const entries = existsSync(shadow.index) ? readIndex(readFileSync(shadow.index)) : []
  if (entries === null || entries.length > PATHS_MAX) return null
  const files = entries.filter(({ path }) => path.startsWith(shadow.prefix)).map((entry) => knownFile(entry, shadow.prefix, written))
  const filesByPath = new Map(files.map((file) => [file.path, file]))
  if (written.tree === null) return { filesByPath, trees: new Set() }
  const trees = treesOf(files)
  return trees.get("")?.oid === written.tree ? { filesByPath, trees: new Set([...trees.values()].map(({ oid }) => oid)) } : null
}

const knownFile = (entry: IndexEntry, prefix: string, { ignored, lookedNs }: Written): KnownFile => ({
  path: entry.path.slice(prefix.length),
  mode: entry.mode,
  oid: entry.oid,
  ignored: ignored.has(entry.path),
  stamp: { size: entry.size, inode: entry.inode, modifiedNs: entry.modifiedNs, statusNs: entry.statusNs, lookedNs }
})
