import { hash } from "node:crypto"
import { damagedLine, describeDamage, firstInvalid, isBlob, linesOf, locateDamage, type Damage, type Place } from "./damage.ts"
import { decodeHeader, FORMAT, newerFormat } from "./header.ts"
import { blocksOfFile, type Block } from "./scan.ts"
import { isClosing, LF } from "./seal.ts"

/** What the bytes of a log alone say about it. */
export interface ChainVerdict {
  /** `cut`: what is there agrees, but the closing seal is missing. */
  readonly verdict: "whole" | "cut" | "damaged" | "newer"
  readonly events: number
  readonly seals: number
  readonly damage: Damage | null
  readonly message: string
}

/** Follows the seals of a log, block by block. */
export interface Chain {
  /** Whether the log can be read on: `false` where this block is damaged, or of a newer format. */
  readonly take: (block: Block) => boolean
  /** Where the block begins that comes next. */
  readonly place: () => Place
  readonly verdict: () => ChainVerdict
}

/** Checks every seal of a file without reading its lines. Errors: throws what the system says where the file cannot be read. */
export const checkChain = (path: string): ChainVerdict => {
  const chain = makeChain()
  for (const block of blocksOfFile(path)) if (!chain.take(block)) break
  return chain.verdict()
}

/** What was found where the looking ended. */
type End = { readonly damage: Damage } | { readonly newer: string } | { readonly cut: string } | "whole"

/** `trusting` believes the hashes and only follows the lines, for who wants the events alone. */
export const makeChain = ({ trusting = false } = {}): Chain => {
  let place: Place = { line: 1, n: 0 }
  let seals = 0
  let closed = false
  let stopped = false
  let end: End = { cut: "it ends before its closing seal" }

  return {
    take: (block) => {
      // What comes after a damage says nothing of the log: it must not take the place of what was found.
      if (stopped) return false
      const found = closed ? afterClosing(block, place) : look(block, place, trusting)
      if (found !== null) end = found
      stopped = found !== null && found !== "whole" && !("cut" in found)
      if (stopped) return false
      const events = block.seal === null || isClosing(block.seal) ? eventsIn(block.bytes) : block.seal.n - place.n
      if (block.seal !== null) {
        closed = isClosing(block.seal)
        seals += closed ? 0 : 1
      }
      place = { line: place.line + 1 + events, n: place.n + events }
      return true
    },
    place: () => place,
    verdict: () => verdictOf(end, place.n, seals)
  }
}

const look = (block: Block, place: Place, trusting: boolean): End | null => {
  if (place.line === 1) {
    const newer = newerHeader(block)
    if (newer !== null) return { newer }
    if (block.bytes.length === 0) return { damage: damagedLine(1, block.tornBytes === 0 ? "the file is empty" : "it has no end") }
  }
  if (block.seal === null) return unsealed(block, place)
  if (trusting) return null
  const hashed = hash("sha256", block.bytes)
  if (isClosing(block.seal)) {
    return hashed === block.seal.head && block.seal.count === place.n + eventsIn(block.bytes) ? null : { damage: locateDamage(block.bytes, place) }
  }
  if (hashed !== block.seal.chain) return { damage: locateDamage(block.bytes, place) }
  return endsWith(block.bytes, block.seal.n, place.n) ? null : { damage: otherNumber(block.bytes, place) }
}

/** What no seal covers is at least looked at line by line. */
const unsealed = ({ bytes, tornBytes }: Block, place: Place): End => {
  const damage = firstInvalid(bytes, place)
  if (damage !== null) return { damage }
  return { cut: tornBytes === 0 ? "it ends before its closing seal" : `its last line was not written to the end; ${tornBytes} bytes are cut off` }
}

/** Whether a block's last event is the one its seal names: the number in a seal is covered only by the seal after it. */
const endsWith = (bytes: Buffer, n: number, before: number): boolean => {
  const last = bytes.lastIndexOf(LF, bytes.length - 2) + 1
  return last > 0 && n > before && bytes.toString("latin1", last, last + 24).startsWith(`{"n":${n},`)
}

const otherNumber = (bytes: Buffer, place: Place): Damage =>
  damagedLine(place.line + linesOf(bytes).length, "the seal names another event than the one it follows")

/** After the closing seal nothing may come. */
const afterClosing = (block: Block, place: Place): End => {
  const closing = block.bytes.indexOf(LF) + 1
  const more = block.bytes.length - closing + block.tornBytes
  return more === 0 && block.seal === null ? "whole" : { damage: damagedLine(place.line + 1, "it comes after the closing seal") }
}

const newerHeader = (block: Block): string | null => {
  const header = decodeHeader(linesOf(block.bytes)[0]?.toString() ?? "")
  return typeof header !== "string" && header.loom > FORMAT ? newerFormat(header) : null
}

/** Lines of events in a block: neither its first line nor those of blobs. */
const eventsIn = (bytes: Buffer): number => linesOf(bytes).slice(1).filter((line) => !isBlob(line)).length

const verdictOf = (end: End, events: number, seals: number): ChainVerdict => {
  const some = `${events} events, ${seals} seals`
  if (end === "whole") return { verdict: "whole", events, seals, damage: null, message: `whole: ${some}` }
  if ("damage" in end) return { verdict: "damaged", events, seals, damage: end.damage, message: `damaged at ${describeDamage(end.damage)}` }
  if ("newer" in end) return { verdict: "newer", events, seals, damage: null, message: end.newer }
  return { verdict: "cut", events, seals, damage: null, message: `cut: ${end.cut}; ${some} before that` }
}
