/** The most that one message of a server may have, what may stand before it, and what it may say in a while. Units: bytes, ms. */
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024
const HEADER_BYTES_MAX = 4_096
const WHILE_BYTES_MAX = 64 * 1024 * 1024
const WHILE_MS = 10_000
/** So many messages that are none are passed over. */
const WRONG_MAX = 3

export interface Frames {
  readonly hear: (bytes: Buffer) => void
}

/**
 * Takes apart what a server says into messages, in bounded memory. Whoever says too much, or what is no message, is heard no
 * further: `refuse` is told once why.
 */
export const framesOf = (message: (value: object) => void, refuse: (why: string) => void): Frames => {
  let held: Buffer[] = []
  let size = 0
  /** Bytes of the message that is being said; `null` while its header is. */
  let wanted: number | null = null
  let wrong = 0
  let refused = false
  let since = 0
  let inWhile = 0

  const stop = (why: string): void => {
    if (refused) return
    refused = true
    held = []
    refuse(why)
  }
  const all = (): Buffer => {
    const joined = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held)
    held = [joined]
    return joined
  }
  const keep = (rest: Buffer): void => {
    held = rest.length === 0 ? [] : [rest]
    size = rest.length
  }
  const header = (): boolean => {
    const bytes = all()
    const end = bytes.indexOf("\r\n\r\n")
    if (end < 0) {
      if (size > HEADER_BYTES_MAX) stop("it says what is no message")
      return false
    }
    const length = /^content-length: *(\d{1,15}) *$/im.exec(bytes.toString("latin1", 0, end))?.[1]
    if (length === undefined || Number(length) > MESSAGE_BYTES_MAX) {
      stop(length === undefined ? "it says what is no message" : `it says a message of ${length} bytes`)
      return false
    }
    wanted = Number(length)
    keep(bytes.subarray(end + 4))
    return true
  }
  const body = (length: number): boolean => {
    if (size < length) return false
    const bytes = all()
    wanted = null
    keep(bytes.subarray(length))
    const value = parsed(bytes.toString("utf8", 0, length))
    if (value !== null) message(value)
    else if (++wrong > WRONG_MAX) stop("what it says is no JSON")
    return true
  }
  const isTooMuch = (bytes: number): boolean => {
    const now = performance.now()
    if (now - since > WHILE_MS) {
      since = now
      inWhile = 0
    }
    inWhile += bytes
    return inWhile > WHILE_BYTES_MAX
  }
  return {
    hear: (bytes) => {
      if (refused) return
      if (isTooMuch(bytes.length)) return stop("it says too much")
      held.push(bytes)
      size += bytes.length
      while (!refused && size > 0 && (wanted === null ? header() : body(wanted)));
    }
  }
}

const parsed = (text: string): object | null => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null
  } catch {
    // Counted by whoever asked.
    return null
  }
}
