import { isUtf8 } from "node:buffer"
import type { Part } from "../../machine/session.ts"
import { redactWith, type Redact } from "../secrets/redact.ts"
import { headBytes } from "./text.ts"
import type { ToolOutcome } from "./tool.ts"

/** Text of a result that the model reads, and progress of a call that the log keeps. Units: bytes. */
export const TEXT_BYTES_MAX = 65_536

/**
 * All text that leaves a tool, result or progress, passes here on its way into an event, so that the log and the model
 * read the same. Halves of characters would not survive being written down; secrets are taken out here, once.
 */
export const outgoingText = (text: string): string => redact(text.toWellFormed())

/** The keys that this process was given are known only when it runs. */
export const redact: Redact = (text) => (redacting ??= redactWith(process.env))(text)
let redacting: Redact | null = null

/** Output that is kept beside the result, without its secrets. What holds none stays byte by byte. */
export const outgoingBytes = (bytes: Buffer): Buffer => {
  const text = bytes.toString(isUtf8(bytes) ? "utf8" : "latin1")
  const without = redact(text)
  return without === text ? bytes : Buffer.from(without, "utf8")
}

/** A result that is fit for an event: its text in order and not too long. */
export const outgoing = (outcome: ToolOutcome): ToolOutcome => {
  let room = TEXT_BYTES_MAX
  const parts = outcome.parts.flatMap((part): readonly Part[] => {
    if (part.type !== "text") return [part]
    if (room === 0) return []
    const text = fitting(outgoingText(part.text), room)
    room = Math.max(0, room - Buffer.byteLength(text))
    return [{ type: "text", text }]
  })
  return { ...outcome, parts }
}

const REMARK = "\n(cut here: the result is longer than 64 kB)"

const fitting = (text: string, bytesMax: number): string => {
  if (text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax) return text
  return headBytes(Buffer.from(text, "utf8"), Math.max(0, bytesMax - REMARK.length)).toString("utf8") + REMARK
}
