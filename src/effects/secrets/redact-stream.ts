import type { Redact } from "./redact.ts"

/** Takes secrets out of text that comes in pieces: a line is told when it is whole, for half a key looks like none. */
export interface RedactStream {
  /** What can be told by now. */
  readonly write: (text: string) => string
  /** What was still waiting. */
  readonly end: () => string
}

/** A line that is longer is told in parts of this length. Units: UTF-16 code units. */
const WAITING_LENGTH_MAX = 16_384

export const makeRedactStream = (redact: Redact): RedactStream => {
  let waiting = ""
  return {
    write: (text) => {
      waiting += text
      const end = wholeUpTo(waiting)
      const told = redact(waiting.slice(0, end))
      waiting = waiting.slice(end)
      return told
    },
    end: () => {
      const told = redact(waiting)
      waiting = ""
      return told
    }
  }
}

/** Up to the end of the last line; a key block that has begun is waited for. */
const wholeUpTo = (text: string): number => {
  const lines = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1
  const begun = text.lastIndexOf("-----BEGIN ")
  const open =
    begun >= 0
    && begun < lines
    && !text.slice(begun, lines).includes("-----END ")
    && /^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY/.test(text.slice(begun))
  const end = open ? begun : lines
  return text.length - end > WAITING_LENGTH_MAX ? text.length : end
}
