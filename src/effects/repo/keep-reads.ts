import { sqliteModule, type DatabaseSync, type StatementSync } from "../os/sqlite-module.ts"
import { rowOf, SAVE, type Row } from "./cache-rows.ts"
import type { FileRead } from "./read-file.ts"
import type { Language } from "./symbols.ts"

/** Keeps what was read in the cache of its repository, as it is read and where it is read: nobody has to wait for it, or be there still. */
export interface Keeper {
  /** Why it could not be kept, in a sentence; `null` where it was. */
  readonly keep: (file: string, reads: readonly FileRead[], languageByPath: ReadonlyMap<string, Language>) => string | null
  /** Whether another process has begun since to keep something in a file that this one writes to. */
  readonly isOutdone: () => boolean
}

/** How long is waited for another process that writes. Units: ms. */
const BUSY_MS = 5_000

interface Open {
  readonly database: DatabaseSync
  readonly save: (rows: readonly Row[]) => void
  /** A number of this process, which the last one that opened the file left in it. */
  readonly mark: number
}

export const makeKeeper = (): Keeper => {
  /** `null`: given up. */
  const openByFile = new Map<string, Open | null>()
  const openOnce = (file: string): Open | null => {
    const known = openByFile.get(file)
    if (known !== undefined) return known
    const opened = open(file)
    openByFile.set(file, opened)
    return opened
  }
  return {
    keep: (file, reads, languageByPath) => {
      try {
        openOnce(file)?.save(reads.flatMap((read) => rowOf(read, languageByPath.get(read.path) as Language) ?? []))
        return null
      } catch (thrown) {
        // It is said once, and nothing more is tried: the next start begins with what there is.
        openByFile.set(file, null)
        return thrown instanceof Error ? thrown.message : String(thrown)
      }
    },
    isOutdone: () => [...openByFile.values()].some((opened) => opened !== null && markIn(opened.database) !== opened.mark)
  }
}

/** The file has its tables: who asked for the reading has looked into it before. */
const open = (file: string): Open => {
  const database = new (sqliteModule().DatabaseSync)(file, { timeout: BUSY_MS })
  const mark = 1 + Math.floor(Math.random() * 0x7ffffffe)
  database.exec(`PRAGMA synchronous = OFF; PRAGMA user_version = ${mark}`)
  const before = database.prepare(SAVE.before)
  const insert = database.prepare(SAVE.row)
  return { database, mark, save: (rows) => saveAll(database, rows, before, insert) }
}

const saveAll = (database: DatabaseSync, rows: readonly Row[], before: StatementSync, insert: StatementSync): void => {
  if (rows.length === 0) return
  database.exec("BEGIN IMMEDIATE")
  try {
    for (const { path, stamp, bytes, hash, key, packed } of rows) {
      before.run(path)
      insert.run(path, stamp, bytes, hash, key, packed)
    }
    database.exec(`${SAVE.after}; COMMIT`)
  } catch (thrown) {
    if (database.isTransaction) database.exec("ROLLBACK")
    throw thrown
  }
}

/** A file that cannot be read any more is nobody's. */
const markIn = (database: DatabaseSync): unknown => {
  try {
    return database.prepare("PRAGMA user_version").get()?.["user_version"]
  } catch {
    return null
  }
}
