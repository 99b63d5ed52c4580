/** Reads server-sent events from bytes that may be cut anywhere, also in the middle of a letter or a line end. */
export interface SseReader {
  readonly push: (bytes: Uint8Array) => void
}

/**
 * Calls `on` with the data of each event that is whole: one that its blank line has ended. What a cut leaves over is dropped, as the
 * standard says. The names of events are not told: every wire repeats them inside the data.
 */
export const sseReader = (on: (data: string) => void): SseReader => {
  const decoder = new TextDecoder("utf-8")
  let rest = ""
  let data: string | null = null
  const line = (text: string, start: number, end: number): void => {
    if (start === end) {
      if (data !== null) on(data)
      data = null
    } else if (text.startsWith("data:", start)) {
      const value = text.slice(text.charCodeAt(start + 5) === SPACE ? start + 6 : start + 5, end)
      data = data === null ? value : `${data}\n${value}`
    }
  }
  return {
    push: (bytes) => {
      let text = rest + decoder.decode(bytes, { stream: true })
      let held = ""
      if (text.includes("\r")) {
        // A carriage return at the very end may be the first half of a line end.
        if (text.endsWith("\r")) held = "\r"
        text = (held === "" ? text : text.slice(0, -1)).replaceAll(/\r\n?/g, "\n")
      }
      let start = 0
      for (let end = text.indexOf("\n", start); end !== -1; end = text.indexOf("\n", start)) {
        line(text, start, end)
        start = end + 1
      }
      rest = text.slice(start) + held
    }
  }
}

const SPACE = 32
