import { createHash, hash, randomBytes } from "node:crypto"
import type { EdgeType } from "./node.ts"

/** Crockford's digits: no letter that looks like another, and in the order of their values. */
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
const TIME_DIGITS = 10
const RANDOM_DIGITS = 16

/**
 * Makes ids for nodes: 10 digits of time and 16 of chance, so that they sort by time and no two machines make the same.
 * Those of one maker grow, also within a millisecond and when the clock goes back.
 */
export const makeChangeIds = (): ((atMs: number) => string) => {
  let last = ""
  return (atMs) => {
    const fresh = timeDigits(atMs) + randomDigits()
    last = fresh > last ? fresh : after(last)
    return last
  }
}

const timeDigits = (atMs: number): string => {
  let rest = Math.max(0, Math.floor(atMs))
  let digits = ""
  for (let place = 0; place < TIME_DIGITS; place++) {
    digits = DIGITS[rest % 32]! + digits
    rest = Math.floor(rest / 32)
  }
  return digits
}

const randomDigits = (): string => Array.from(randomBytes(RANDOM_DIGITS), (byte) => DIGITS[byte % 32]).join("")

/** The next in order. */
const after = (id: string): string => {
  const place = id.search(/[^z]z*$/)
  return id.slice(0, place) + DIGITS[DIGITS.indexOf(id[place]!) + 1]! + "0".repeat(id.length - place - 1)
}

/** The id of an edge: 32 hexadecimal digits that follow from what it joins and how. */
export const edgeIdOf = (from: string, to: string, type: EdgeType): string =>
  hash("sha256", JSON.stringify([from, to, type]), "hex").slice(0, 32)

/** The id of a node that may have to be made twice: it follows from when that was and from what it is, and sorts among the others. */
export const steadyChangeId = (atMs: number, ...words: readonly (string | number)[]): string =>
  timeDigits(atMs)
  + Array.from(createHash("sha256").update(JSON.stringify(words)).digest().subarray(0, RANDOM_DIGITS), (byte) => DIGITS[byte % 32]).join("")
