import { hash } from "node:crypto"
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs"
import { pack, type Packed } from "./packed.ts"
import type { Reader } from "./reader.ts"
import type { Language } from "./symbols.ts"

/** What came of reading one file. Either `packed` or `fault` is there, both are `null` where only the hash was wanted. */
export interface FileRead {
  readonly path: string
  /** Tells whether the file was touched since; see `stampOf`. */
  readonly stamp: string
  readonly bytes: number
  readonly hash: string
  readonly packed: Packed | null
  readonly fault: string | null
}

/** Units: bytes. Larger texts were not written by people; they are known by their names. */
export const BYTES_MAX = 1_000_000

/** The time, size and place of a file, which change where its content does. */
export const stampOf = ({ mtimeMs, ctimeMs, size, ino }: Pick<Stats, "mtimeMs" | "ctimeMs" | "size" | "ino">): string =>
  `${mtimeMs} ${ctimeMs} ${size} ${ino}`

/** Changed so lately that a second change could bear the same time: it is looked at again. Units: ms. */
const FRESH_MS = 20
const isFresh = ({ mtimeMs, ctimeMs }: Stats): boolean => Date.now() - Math.max(mtimeMs, ctimeMs) < FRESH_MS

export interface Wanted {
  /** Absolute. */
  readonly file: string
  readonly path: string
  /** `null`: only the hash is wanted. */
  readonly read: { readonly readerOf: (language: Language) => Promise<Reader>; readonly language: Language; readonly patienceMs: number } | null
}

/** Reads one file; whatever stands in the way is its fault alone. */
export const readFile = async ({ file, path, read }: Wanted): Promise<FileRead> => {
  const nothing: FileRead = { path, stamp: "", bytes: 0, hash: "", packed: null, fault: null }
  let known = nothing
  try {
    const { bytes, stat } = bytesOf(file)
    known = { ...nothing, stamp: isFresh(stat) ? "" : stampOf(stat), bytes: stat.size }
    if (bytes === null) return { ...known, fault: `it has ${stat.size} bytes, more than the ${BYTES_MAX} that are read` }
    known = { ...known, bytes: bytes.length, hash: hash("sha256", bytes, "hex") }
    if (read === null) return known
    if (bytes.includes(0)) return { ...known, fault: "it holds NUL bytes, so it is no text" }
    const reader = await read.readerOf(read.language)
    return { ...known, packed: pack(reader(TEXT.decode(bytes), read.patienceMs)) }
  } catch (thrown) {
    return { ...known, fault: faultOf(thrown) }
  }
}

/** What is no valid UTF-8 is read as far as it is; a mark of the byte order is no part of the text. */
const TEXT = new TextDecoder()

/** The code of the system where it gave one: whoever shows it knows the words. */
const faultOf = (thrown: unknown): string => {
  const { code, message } = (thrown ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  return typeof code === "string" ? code : typeof message === "string" && message !== "" ? message : String(thrown)
}

/** What a regular file holds, `null` where that is too much; links and what would make us wait are refused. */
const bytesOf = (file: string): { readonly bytes: Buffer | null; readonly stat: Stats } => {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new Error("it is no regular file any more")
    return { bytes: stat.size > BYTES_MAX ? null : filled(fd, stat.size), stat }
  } finally {
    closeSync(fd)
  }
}

const filled = (fd: number, size: number): Buffer => {
  const buffer = Buffer.allocUnsafe(size)
  let length = 0
  while (length < size) {
    const count = readSync(fd, buffer, length, size - length, length)
    if (count === 0) break
    length += count
  }
  return buffer.subarray(0, length)
}
