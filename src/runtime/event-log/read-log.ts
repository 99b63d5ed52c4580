import { blobOf, type BlobLine } from "./blob-line.ts"
import { makeChain, type ChainVerdict } from "./chain.ts"
import { damagedLine, describeDamage, firstInvalid, linesOf, type Damage, type Place } from "./damage.ts"
import { decodeHeader, type Header } from "./header.ts"
import { rowOf, type ParsedLine, type Row } from "./line.ts"
import { parseLines } from "./parse-lines.ts"
import { blocksOfFile, type Block } from "./scan.ts"
import { LF, type ClosingSeal, type Seal } from "./seal.ts"
import { upcast, upcasterFrom, type Upcaster } from "./upcast.ts"

export type { Row } from "./line.ts"

/** What one seal covers of a log, as values. */
export interface ReadBlock {
  readonly header: Header
  readonly place: Place
  readonly lines: readonly ParsedLine[]
  readonly blobs: readonly BlobLine[]
  readonly seal: Seal | ClosingSeal | null
}

/** Reads a log block by block, as far as it can be read. */
export interface LogReader {
  /** The next block's lines; `null` where it cannot be read, and nothing after it. */
  readonly take: (block: Block) => ReadBlock | null
  readonly verdict: () => ChainVerdict
}

export interface ReadOptions {
  /** Believe the seals, for who wants the events alone. */
  readonly trusting?: boolean
  /** What lifts older formats; those of this version where none are given. */
  readonly upcasters?: Readonly<Record<number, Upcaster>>
}

export const makeLogReader = (options: ReadOptions = {}): LogReader => {
  const chain = makeChain(options)
  let first: { readonly header: Header; readonly upcaster: Upcaster } | null = null
  let damage: Damage | null = null
  const unreadable = (found: Damage): null => {
    damage = found
    return null
  }
  return {
    take: (block) => {
      const place = chain.place()
      if (damage !== null || !chain.take(block)) return null
      first ??= firstLine(block.bytes, options)
      if (first === null) return unreadable(damagedLine(1, "it is no header of a Loom log that can be read here"))
      const parsed = linesIn(block.bytes)
      if (parsed === null) return unreadable(firstInvalid(block.bytes, place) ?? damagedLine(place.line, "the lines after it cannot be read"))
      const { lines, blobs } = divided(parsed)
      const wrong = lines.findIndex((line, index) => line?.n !== place.n + 1 + index)
      if (wrong >= 0) return unreadable(damagedLine(place.line + 1 + wrong, `it is event ${lines[wrong]?.n} where ${place.n + 1 + wrong} is due`))
      return { header: first.header, place, lines: upcast(lines, first.upcaster), blobs, seal: block.seal }
    },
    verdict: () => {
      const verdict = chain.verdict()
      return damage === null ? verdict : { ...verdict, verdict: "damaged", damage, message: `damaged at ${describeDamage(damage)}` }
    }
  }
}

/** A log's blocks with their values, and in the end what is to be said of it. Errors: throws where the file cannot be read. */
export function* readBlocks(path: string, options: ReadOptions = {}): Generator<ReadBlock, ChainVerdict> {
  const reader = makeLogReader(options)
  for (const block of blocksOfFile(path)) {
    const read = reader.take(block)
    if (read === null) break
    yield read
  }
  return reader.verdict()
}

/** The rows of a log as far as it can be read, and in the end what is to be said of it. Errors: throws where the file cannot be read. */
export function* readLog(path: string, options: ReadOptions = {}): Generator<Row, ChainVerdict> {
  const blocks = readBlocks(path, options)
  for (;;) {
    const next = blocks.next()
    if (next.done === true) return next.value
    for (const line of next.value.lines) yield rowOf(line)
  }
}

const firstLine = (bytes: Buffer, { upcasters }: ReadOptions): { readonly header: Header; readonly upcaster: Upcaster } | null => {
  const header = decodeHeader(linesOf(bytes)[0]?.toString() ?? "")
  if (typeof header === "string") return null
  const upcaster = upcasterFrom(header.loom, upcasters)
  return upcaster === null ? null : { header: upcaster.header(header as never) as unknown as Header, upcaster }
}

/** All lines but the first, which is the header or the seal before. */
const linesIn = (bytes: Buffer): readonly ParsedLine[] | null => {
  try {
    return parseLines(bytes.subarray(bytes.indexOf(LF) + 1))
  } catch {
    // The caller looks for the line.
    return null
  }
}

const NOTHING: readonly never[] = []

/** Blobs come after the last event, so the last line tells whether there are any. An event may name a blob, but it has a number. */
const divided = (parsed: readonly ParsedLine[]): Pick<ReadBlock, "lines" | "blobs"> => {
  const last = parsed[parsed.length - 1]
  if (typeof last !== "object" || last === null || isNumbered(last)) return { lines: parsed, blobs: NOTHING }
  return { lines: parsed.filter(isNumbered), blobs: parsed.flatMap((line) => blobOf(line) ?? []) }
}

const isNumbered = (line: ParsedLine): boolean => "n" in line
