import { isUtf8 } from "node:buffer"
import * as Result from "effect/Result"
import { decodeAction, decodeEvent } from "../../machine/schema.ts"
import { decodeBlobLine } from "./blob-line.ts"
import { decodeHeader, encodeHeader, FORMAT, parsedObject, type Header } from "./header.ts"
import { encodeRow, rowOf, type ParsedLine } from "./line.ts"
import { decodeSeal } from "./seal.ts"

/** The first place where a log is not what was written: a line where one is invalid, else the block of events one seal covers. */
export type Damage =
  | { readonly at: "line"; readonly line: number; readonly why: string }
  | { readonly at: "block"; readonly from: number; readonly to: number; readonly why: string }

export const damagedLine = (line: number, why: string): Damage => ({ at: "line", line, why })

export const describeDamage = (damage: Damage): string =>
  damage.at === "line" ? `line ${damage.line}: ${damage.why}` : `events ${damage.from} to ${damage.to}: ${damage.why}`

/** Where a block begins in its file. */
export interface Place {
  /** Number of its first line, from 1. */
  readonly line: number
  /** Number of the newest event before it. */
  readonly n: number
}

/** What is wrong with a line; `form`: it is readable, but not as the encoder writes it. */
type Fault = { readonly kind: "invalid" | "form"; readonly line: number; readonly why: string }

/**
 * Names what is wrong in a block whose seal does not agree. An invalid line is named. One that is readable but not as the encoder
 * writes it is named if it is the only one: another writer may have its own form.
 */
export const locateDamage = (bytes: Buffer, place: Place): Damage => {
  const faults = [...faultsOf(bytes, place)]
  const [named, another] = faults.some(isInvalid) ? faults.filter(isInvalid) : faults
  if (named !== undefined && (isInvalid(named) || another === undefined)) return damagedLine(named.line, named.why)
  const to = place.n + Math.max(1, linesOf(bytes).filter((line) => !isBlob(line)).length - 1)
  return { at: "block", from: place.n + 1, to, why: "the bytes are not those that were sealed" }
}

/** The first line that cannot be read, in a block that no seal need cover; `null` where each can. */
export const firstInvalid = (bytes: Buffer, place: Place): Damage | null => {
  for (const fault of faultsOf(bytes, place)) if (isInvalid(fault)) return damagedLine(fault.line, fault.why)
  return null
}

function* faultsOf(bytes: Buffer, place: Place): Generator<Fault, void> {
  let n = place.n
  for (const [index, line] of linesOf(bytes).entries()) {
    const fault = index === 0 ? firstLineFault(line, place.line) : lineFault(line, place.line + index, n + 1)
    if (fault !== null) yield fault
    if (index > 0 && !isBlob(line)) n++
  }
}

const isInvalid = (fault: Fault): boolean => fault.kind === "invalid"

/** Lines without their ends; a piece after the last end is a line too. */
export const linesOf = (bytes: Buffer): readonly Buffer[] => {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.length : end
    lines.push(bytes.subarray(from, to))
    from = to + 1
  }
  return lines
}

const BLOB = Buffer.from('{"blob":')

/** Whether a line claims to hold a blob. */
export const isBlob = (line: Buffer): boolean => line.subarray(0, BLOB.length).equals(BLOB)

const firstLineFault = (bytes: Buffer, line: number): Fault | null => {
  const text = bytes.toString()
  if (text.endsWith("\r")) return invalid(line, CONVERTED)
  if (line > 1) return decodeSeal(text) === null ? invalid(line, "it is no seal") : null
  const header = decodeHeader(text)
  if (typeof header === "string") return invalid(line, header)
  return header.loom !== FORMAT || encodeHeader(header as Header) === text ? null : formFault(line)
}

const lineFault = (bytes: Buffer, line: number, n: number): Fault | null => {
  if (!isUtf8(bytes)) return invalid(line, "it is not UTF-8")
  const text = bytes.toString()
  if (text.endsWith("\r")) return invalid(line, CONVERTED)
  const parsed = parsedObject(text)
  if (parsed === null) return invalid(line, "it is not a JSON object")
  if ("seal" in parsed) return invalid(line, "it is no seal as seals are written")
  if (isBlob(bytes)) return decodeBlobLine(text) === null ? invalid(line, "its bytes are not those of the blob it names") : null
  if (parsed["n"] !== n) return invalid(line, `it is event ${String(parsed["n"])} where ${n} is due`)
  return eventFault(parsed as unknown as ParsedLine, line, text)
}

const eventFault = (parsed: ParsedLine, line: number, text: string): Fault | null => {
  const { n, event, actions } = rowOf(parsed)
  const checked = decodeEvent(event)
  if (Result.isFailure(checked)) return invalid(line, checked.failure.message)
  if (!Array.isArray(actions)) return invalid(line, "its actions are no list")
  for (const action of actions) {
    const known = decodeAction(action)
    if (Result.isFailure(known)) return invalid(line, known.failure.message)
  }
  return encodeRow(n, event, actions) === text ? null : formFault(line)
}

const invalid = (line: number, why: string): Fault => ({ kind: "invalid", line, why })

const CONVERTED = "it ends with CR LF; something converted the ends of the lines"

const formFault = (line: number): Fault => ({ kind: "form", line, why: "it is not as it was written: the order of its keys, a blank or an escape" })
