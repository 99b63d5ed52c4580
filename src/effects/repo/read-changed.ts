import * as Effect from "effect/Effect"
import { contentKey, type Cache, type Row } from "./cache.ts"
import { languageOf } from "./language.ts"
import { symbolsOf } from "./lazy-symbols.ts"
import type { Packed } from "./packed.ts"
import type { Pool } from "./pool.ts"
import { BYTES_MAX, type FileRead } from "./read-file.ts"
import type { Seen } from "./survey.ts"
import type { FileSymbols, Language } from "./symbols.ts"
import { TONGUES } from "./tongues.ts"
import { reasonOfCode } from "../os/problem.ts"

/** What is known of a file, and of which state of it. */
export interface Known {
  /** Empty where it changed so lately that it must be looked at again. */
  readonly stamp: string
  readonly file: FileSymbols
}

export interface Changed {
  /** `null`: it was gone when it was to be read. */
  readonly knownByPath: ReadonlyMap<string, Known | null>
  /** What the cache shall keep of it. */
  readonly rows: readonly Row[]
}

/** So few files are read at once, without asking first whether their content was read before. */
const FEW = 20

/** Reads files that are new or were touched: only their hashes first, where they may hold what was read before. */
export const readChanged = Effect.fnUntraced(function*(root: string, seen: ReadonlyMap<string, Seen>, cache: Cache, pool: Pool): Effect.fn.Return<Changed> {
  const knownByPath = new Map<string, Known | null>()
  const rows: Row[] = []
  let ahead: { readonly path: string; readonly language: Language }[] = []
  for (const [path, { stamp, bytes }] of seen) {
    const language = languageOf(path)
    const isRead = language !== null && TONGUES[language] !== undefined
    if (!isRead || bytes > BYTES_MAX) knownByPath.set(path, { stamp, file: nameOnly(path, bytes, isRead ? language : null, isRead ? tooLarge(bytes) : null) })
    else ahead.push({ path, language })
  }
  const take = (language: Language, read: FileRead, packed: Packed | null): void => {
    const known = knownOf(language, read, packed, (seen.get(read.path) as Seen).stamp)
    knownByPath.set(read.path, known)
    if (packed !== null && read.stamp !== "") rows.push({ path: read.path, stamp: read.stamp, bytes: read.bytes, hash: read.hash, key: contentKey(read.hash, language), packed })
  }
  const languageByPath = new Map(ahead.map(({ path, language }) => [path, language]))
  const languageAt = (path: string): Language => languageByPath.get(path) as Language
  if (ahead.length > FEW && cache.isFilled()) {
    const hashed = yield* readAll(pool, { root, files: ahead, hashOnly: true })
    const recalled = yield* cache.recall(hashed.map((read) => contentKey(read.hash, languageAt(read.path))))
    for (const read of hashed) {
      const packed = recalled.get(contentKey(read.hash, languageAt(read.path)))
      if (packed === undefined) continue
      take(languageAt(read.path), read, packed)
      languageByPath.delete(read.path)
    }
    ahead = ahead.filter(({ path }) => languageByPath.has(path))
  }
  for (const read of yield* readAll(pool, { root, files: ahead, hashOnly: false })) take(languageAt(read.path), read, read.packed)
  return { knownByPath, rows }
})

const readAll = (pool: Pool, task: Parameters<Pool["read"]>[0]): Effect.Effect<readonly FileRead[]> =>
  Effect.promise(async () => {
    const all: FileRead[] = []
    if (task.files.length > 0) await pool.read(task, (reads) => void all.push(...reads))
    return all
  })

const tooLarge = (bytes: number): string => `it has ${bytes} bytes, more than the ${BYTES_MAX} that are read`

export const nameOnly = (path: string, bytes: number, language: Language | null, fault: string | null, hash = ""): FileSymbols =>
  ({ path, hash, bytes, language, definitions: [], references: [], imports: [], fault })

/** A link or nothing where a file was: it is gone. */
const GONE = ["ENOENT", "ENOTDIR", "ELOOP"]

const knownOf = (language: Language, { path, stamp, bytes, hash, fault }: FileRead, packed: Packed | null, seenStamp: string): Known | null => {
  if (fault !== null && GONE.includes(fault)) return null
  if (packed === null || fault !== null) return { stamp: stamp || seenStamp, file: nameOnly(path, bytes, language, reasonOfCode(fault ?? "it was not read"), hash) }
  return { stamp, file: symbolsOf({ path, bytes, hash, packed }, language) }
}
