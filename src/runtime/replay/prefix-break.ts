import type { Piece } from "./request-pieces.ts"
import { REQUEST_END } from "./request-pieces.ts"

/** Where one request stops beginning with the one before it. */
export interface BrokenAt {
  /** Units: bytes from the beginning of the canonical request. */
  readonly offset: number
  /** What stands there in the later request; where it ends there, what the earlier one went on with. */
  readonly path: string
  /** The text around it in the earlier request and in the later one. */
  readonly before: string
  readonly after: string
}

/** How much of each request is shown around the first byte that differs. Units: bytes. */
const SHOWN_BEFORE_BYTES = 32
const SHOWN_AFTER_BYTES = 80

/** The first byte where `later` no longer begins with `earlier`, its end left out; `null` where it does. Only what is equal is read on. */
export const brokenAt = (earlier: Iterator<Piece, void>, later: Iterator<Piece, void>): BrokenAt | null => {
  const [one, other] = [makeBytes(earlier), makeBytes(later)]
  for (let offset = 0; ;) {
    const [expected, actual] = [one.rest(), other.rest()]
    if (expected === null) return null
    if (actual === null) return describe(offset, one.path(), 0, expected, Buffer.from(REQUEST_END), one.said(), other.said())
    const length = Math.min(expected.length, actual.length)
    if (expected.compare(actual, 0, length, 0, length) !== 0) {
      let same = 0
      while (expected[same] === actual[same]) same++
      return describe(offset + same, other.path(), same, expected, actual, one.said(), other.said())
    }
    offset += length
    one.take(length)
    other.take(length)
  }
}

const describe = (offset: number, path: string, same: number, expected: Buffer, actual: Buffer, saidBefore: Buffer, saidAfter: Buffer): BrokenAt => ({
  offset,
  path,
  before: around(saidBefore, expected, same),
  after: around(saidAfter, actual, same)
})

const around = (said: Buffer, rest: Buffer, same: number): string => {
  const bytes = Buffer.concat([said, rest])
  const at = said.length + same
  const from = Math.max(0, at - SHOWN_BEFORE_BYTES)
  return `${from > 0 ? "…" : ""}${wholeLetters(bytes.subarray(from, at + SHOWN_AFTER_BYTES))}${bytes.length > at + SHOWN_AFTER_BYTES ? "…" : ""}`
}

/** The text of some bytes, without the letters that were cut at either end. */
const wholeLetters = (bytes: Buffer): string => bytes.toString("utf8").replace(/^\ufffd+|\ufffd+$/gu, "")

/** The pieces as bytes that can be taken in any portions. */
const makeBytes = (pieces: Iterator<Piece, void>) => {
  let path = ""
  let piece = Buffer.alloc(0)
  let taken = 0
  return {
    /** What is left of the piece at hand, or the next one; `null` where there is none. */
    rest: (): Buffer | null => {
      while (taken === piece.length) {
        const next = pieces.next()
        if (next.done === true) return null
        path = next.value.path
        piece = Buffer.from(next.value.text)
        taken = 0
      }
      return piece.subarray(taken)
    },
    take: (length: number): void => void (taken += length),
    path: (): string => path,
    /** The end of what was taken of the piece at hand. */
    said: (): Buffer => piece.subarray(Math.max(0, taken - SHOWN_BEFORE_BYTES), taken)
  }
}
