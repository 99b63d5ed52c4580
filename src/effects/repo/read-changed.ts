import * as Effect from "effect/Effect"
import type { Cache } from "./cache.ts"
import { contentKey, rowOf, type Row } from "./cache-rows.ts"
import { languageOf } from "./language.ts"
import { symbolsOf } from "./lazy-symbols.ts"
import type { Pool, Task } from "./pool.ts"
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
  /** What the cache shall keep of it that was known without being read. */
  readonly rows: readonly Row[]
}

/** So few files are read at once, without asking first whether their content was read before. */
const FEW = 20

type File = Task["files"][number]

/** Reads files that are new or were touched: only their hashes first, where they may hold what was read before. */
export const readChanged = Effect.fnUntraced(function*(
  root: string,
  seen: ReadonlyMap<string, Seen>,
  cache: Cache,
  pool: Pool
): Effect.fn.Return<Changed> {
  const knownByPath = new Map<string, Known | null>()
  const rows: Row[] = []
  const files: File[] = []
  for (const [path, { stamp, bytes }] of seen) {
    const language = languageOf(path)
    const isRead = language !== null && TONGUES[language] !== undefined
    if (!isRead || bytes > BYTES_MAX)
      knownByPath.set(path, { stamp, file: nameOnly(path, bytes, isRead ? language : null, isRead ? tooLarge(bytes) : null) })
    else files.push({ path, language, bytes })
  }
  const fileByPath = new Map(files.map((file) => [file.path, file]))
  const take = (read: FileRead): void => {
    const { language } = fileByPath.get(read.path) as File
    knownByPath.set(read.path, knownOf(language, read, (seen.get(read.path) as Seen).stamp))
  }
  if (files.length > FEW && cache.isFilled()) {
    const recalled = yield* recall({ root, files, hashOnly: true, keepIn: null }, fileByPath, cache, pool)
    for (const read of recalled) {
      take(read)
      rows.push(...[rowOf(read, (fileByPath.get(read.path) as File).language)].filter((row) => row !== null))
    }
  }
  const ahead = files.filter(({ path }) => !knownByPath.has(path))
  for (const read of yield* readAll(pool, { root, files: ahead, hashOnly: false, keepIn: cache.file }, cache.complain)) take(read)
  return { knownByPath, rows }
})

/** What was read before of what the files hold now. */
const recall = Effect.fnUntraced(function*(
  task: Task,
  fileByPath: ReadonlyMap<string, File>,
  cache: Cache,
  pool: Pool
): Effect.fn.Return<readonly FileRead[]> {
  const keyOf = ({ path, hash }: FileRead): string => contentKey(hash, (fileByPath.get(path) as File).language)
  const hashed = yield* readAll(pool, task, cache.complain)
  const packedByKey = yield* cache.recall(hashed.map(keyOf))
  return hashed.flatMap((read) => {
    const packed = packedByKey.get(keyOf(read))
    return packed === undefined ? [] : [{ ...read, packed }]
  })
})

const readAll = (pool: Pool, task: Task, complain: (why: string) => void): Effect.Effect<readonly FileRead[]> =>
  Effect.promise(async () => {
    const all: FileRead[] = []
    if (task.files.length > 0) await pool.read(task, (reads) => void all.push(...reads), complain)
    return all
  })

const tooLarge = (bytes: number): string => `it has ${bytes} bytes, more than the ${BYTES_MAX} that are read`

export const nameOnly = (path: string, bytes: number, language: Language | null, fault: string | null, hash = ""): FileSymbols =>
  ({ path, hash, bytes, language, definitions: [], references: [], imports: [], fault })

/** A link or nothing where a file was: it is gone. */
const GONE = ["ENOENT", "ENOTDIR", "ELOOP"]

const knownOf = (language: Language, { path, stamp, bytes, hash, packed, fault }: FileRead, seenStamp: string): Known | null => {
  if (fault !== null && GONE.includes(fault)) return null
  if (packed === null || fault !== null)
    return { stamp: stamp || seenStamp, file: nameOnly(path, bytes, language, reasonOfCode(fault ?? "it was not read"), hash) }
  return { stamp, file: symbolsOf({ path, bytes, hash, packed }, language) }
}
