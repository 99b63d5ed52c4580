import type { FileRead } from "./read-file.ts"
import type { Packed } from "./packed.ts"
import type { Language } from "./symbols.ts"

/** A file as it was when it was read, and what the cache has of it. What could not be read is not kept: it is tried again with the next start. */
export interface Row {
  readonly path: string
  readonly stamp: string
  readonly bytes: number
  readonly hash: string
  /** See `contentKey`. */
  readonly key: string
  readonly packed: Packed
}

/** Symbols depend on the content and on the language it is read in. */
export const contentKey = (hash: string, language: string): string => `${language} ${hash}`

/** What is to be kept of a file that was read; `null` where that is nothing: it could not be read, or must be looked at again. */
export const rowOf = ({ path, stamp, bytes, hash, packed }: FileRead, language: Language): Row | null =>
  packed === null || stamp === "" ? null : { path, stamp, bytes, hash, key: contentKey(hash, language), packed }

/** The tables of the file; who opens it first makes them. */
export const TABLES = [
  "CREATE TABLE files (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, bytes INTEGER NOT NULL, hash TEXT NOT NULL, key TEXT NOT NULL, packed TEXT NOT NULL)",
  "CREATE INDEX files_by_key ON files (key)",
  "CREATE TABLE earlier (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, packed TEXT NOT NULL)"
] as const

/** How many contents are remembered beside those that are there. */
const EARLIER_MAX = 20_000

/** What a file was before is remembered, then it is what it is now, and of what is remembered the oldest goes. The parameters are those of a row, in its order. */
export const SAVE = {
  before: "INSERT OR IGNORE INTO earlier (key, packed) SELECT key, packed FROM files WHERE path = ?",
  row: "INSERT OR REPLACE INTO files (path, stamp, bytes, hash, key, packed) VALUES (?, ?, ?, ?, ?, ?)",
  after: `DELETE FROM earlier WHERE number <= (SELECT max(number) FROM earlier) - ${EARLIER_MAX}`
} as const
