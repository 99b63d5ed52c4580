import { isUtf8 } from "node:buffer"
import { refuse } from "../os/problem.ts"

/** What is looked at to tell text from other bytes. Units: bytes. */
const SNIFFED_BYTES = 8_192

export const BOM = "\uFEFF"

/** What kind of bytes these are, where they are no text that can be read as UTF-8; `null` for text. */
export const binaryKind = (bytes: Buffer): string | null => {
  const head = bytes.subarray(0, SNIFFED_BYTES)
  if (head.length >= 2 && (head.readUInt16BE(0) === 0xfffe || head.readUInt16BE(0) === 0xfeff)) return "UTF-16 text"
  return head.includes(0) ? "binary" : null
}

/** Errors: throws a `Problem` where the bytes would not survive being read as text and written again. */
export const requireText = (shown: string, bytes: Buffer): string => {
  const kind = binaryKind(bytes)
  if (kind !== null) refuse(`${shown} is ${kind}, not UTF-8 text; change it with shell`)
  if (!isUtf8(bytes)) refuse(`${shown} is not valid UTF-8 text; change it with shell`)
  return bytes.toString("utf8")
}

/** The longest beginning of at most `bytesMax` bytes that does not end within a character. */
export const headBytes = <B extends Uint8Array>(bytes: B, bytesMax: number): B => {
  if (bytes.length <= bytesMax) return bytes
  let end = bytesMax
  while (end > 0 && isContinuation(bytes[end])) end--
  return bytes.subarray(0, end) as B
}

/** The longest end of at most `bytesMax` bytes that does not begin within a character. */
export const tailBytes = <B extends Uint8Array>(bytes: B, bytesMax: number): B => {
  if (bytes.length <= bytesMax) return bytes
  let start = bytes.length - bytesMax
  while (start < bytes.length && isContinuation(bytes[start])) start++
  return bytes.subarray(start) as B
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** `text` cut to at most `lengthMax` characters, with a mark where something is missing; never within a pair. */
export const cutText = (text: string, lengthMax: number): string => {
  if (text.length <= lengthMax) return text
  const end = /[\uD800-\uDBFF]/.test(text.charAt(lengthMax - 1)) ? lengthMax - 1 : lengthMax
  return `${text.slice(0, end)}…`
}

/** `counted(1, "line")  // => "1 line"`, `counted(2, "line")  // => "2 lines"` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`
