import { StringDecoder } from "node:string_decoder"
import type { Stream } from "./output.ts"
import { makeRedactStream } from "../secrets/redact-stream.ts"
import { redact, TEXT_BYTES_MAX } from "./outgoing.ts"

/** What comes closely together is told together. Units: ms, characters. */
const FRAME_MS = 16
const FRAME_LENGTH = 4_096

export interface Frames {
  readonly hear: (stream: Stream, bytes: Uint8Array) => void
  /** Tells what is still waiting, for nothing more comes. */
  readonly end: () => void
  /** Tells nothing any more. */
  readonly close: () => void
}

/** Merges the output of a running call into few, short messages without secrets; characters stay whole, and what is beyond the cap is not told. */
export const framesOf = (tell: (stream: Stream, text: string) => void): Frames => {
  const decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") }
  const redacting = { stdout: makeRedactStream(redact), stderr: makeRedactStream(redact) }
  let stream: Stream = "stdout"
  let text = ""
  let room = TEXT_BYTES_MAX
  let timer: NodeJS.Timeout | null = null
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    while (text !== "") {
      const frame = firstOf(text)
      text = text.slice(frame.length)
      tell(stream, frame)
    }
  }
  const hear = (from: Stream, bytes: Uint8Array): void => {
    if (room <= 0) return
    take(from, redacting[from].write(decoders[from].write(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, room)))))
    room -= bytes.length
    if (text.length >= FRAME_LENGTH) flush()
    else if (text !== "") timer ??= setTimeout(flush, FRAME_MS)
  }
  const take = (from: Stream, more: string): void => {
    if (more === "") return
    if (from !== stream) flush()
    stream = from
    text += more
  }
  const end = (): void => {
    take(stream, redacting[stream].end())
    const other = stream === "stdout" ? "stderr" : "stdout"
    take(other, redacting[other].end())
    flush()
  }
  const close = (): void => {
    if (timer !== null) clearTimeout(timer)
    room = 0
    text = ""
  }
  return { hear, end, close }
}

/** As much as fits into a frame, never half of a pair. */
const firstOf = (text: string): string => {
  if (text.length <= FRAME_LENGTH) return text
  return text.slice(0, /[\uD800-\uDBFF]/.test(text.charAt(FRAME_LENGTH - 1)) ? FRAME_LENGTH - 1 : FRAME_LENGTH)
}
