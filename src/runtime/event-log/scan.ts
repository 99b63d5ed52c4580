import { closeSync, openSync, readSync } from "node:fs"
import { decodeSeal, LF, TAB, type ClosingSeal, type Seal } from "./seal.ts"

/**
 * A part of a log that one seal covers: the line of the seal before it, or the header, and the lines up to the next seal.
 * `bytes` is a view that holds only until the scanner is fed again.
 */
export interface Block {
  readonly bytes: Buffer
  /** What follows it; `null` at the end of a log that was cut. */
  readonly seal: Seal | ClosingSeal | null
  /** Bytes of a last line that was not written to its end, already cut off. */
  readonly tornBytes: number
}

/** Divides the bytes of a log at its seals, as they come. */
export interface Scanner {
  /** Where the next bytes shall be put, and then how many were. */
  readonly space: () => Buffer
  readonly filled: (bytes: number) => void
  /** The next whole block; `null` until more bytes come. */
  readonly next: () => Block | null
  /** What is left when no more bytes come. */
  readonly rest: () => Block
}

/** How much of a file is read at a time. */
const CHUNK_BYTES = 1 << 18
const PIECE_BYTES = 1 << 14

export const makeScanner = (chunkBytes = CHUNK_BYTES): Scanner => {
  let buffer = Buffer.allocUnsafeSlow(2 * chunkBytes)
  let start = 0
  let searched = 1
  let end = 0

  const space = (): Buffer => {
    if (buffer.length - end < chunkBytes) makeRoom()
    return buffer.subarray(end)
  }

  /** The block that is not whole yet moves to the front; where it is long, into a larger buffer. */
  const makeRoom = (): void => {
    const larger = buffer.length - (end - start) < chunkBytes ? Buffer.allocUnsafeSlow(buffer.length * 2) : buffer
    buffer.copy(larger, 0, start, end)
    buffer = larger
    searched -= start
    end -= start
    start = 0
  }

  const next = (): Block | null => {
    for (;;) {
      const tab = buffer.indexOf(TAB, searched)
      if (tab < 0 || tab >= end) return searchedAll()
      const lineEnd = buffer.indexOf(LF, tab)
      if (lineEnd < 0 || lineEnd >= end) return searchedUpTo(tab)
      const seal = buffer[tab - 1] === LF ? decodeSeal(buffer.toString("utf8", tab, lineEnd)) : null
      searched = tab + 1
      if (seal === null) continue
      const bytes = buffer.subarray(start, tab)
      start = tab
      return { bytes, seal, tornBytes: 0 }
    }
  }

  const searchedUpTo = (place: number): null => {
    searched = Math.max(place, start + 1)
    return null
  }
  const searchedAll = (): null => searchedUpTo(end)

  const rest = (): Block => {
    const whole = buffer.subarray(0, end).lastIndexOf(LF) + 1
    return { bytes: buffer.subarray(start, Math.max(start, whole)), seal: null, tornBytes: end - Math.max(start, whole) }
  }

  return { space, filled: (bytes) => void (end += bytes), next, rest }
}

/** The blocks of a file, in order; the last one has no seal, and in a whole log holds nothing but the line of the closing seal. */
export function* blocksOfFile(path: string): Generator<Block, void> {
  const file = openSync(path, "r")
  try {
    const scanner = makeScanner()
    for (let bytes = readSync(file, scanner.space()); bytes > 0; bytes = readSync(file, scanner.space())) {
      scanner.filled(bytes)
      for (let block = scanner.next(); block !== null; block = scanner.next()) yield block
    }
    yield scanner.rest()
  } finally {
    closeSync(file)
  }
}

/** The blocks of a log that comes in pieces, as a store gives it. */
export const makeBlocks = () => {
  const scanner = makeScanner(PIECE_BYTES)
  const blocks = function*(piece: string | Uint8Array): Generator<Block, void> {
    const bytes = Buffer.from(piece as string)
    for (let from = 0; from < bytes.length;) {
      const copied = bytes.copy(scanner.space(), 0, from)
      scanner.filled(copied)
      from += copied
      for (let block = scanner.next(); block !== null; block = scanner.next()) yield block
    }
  }
  return { blocks, rest: scanner.rest }
}
