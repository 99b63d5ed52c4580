import { painted, paintedLine, type Look } from "./paint.ts"
import type { Shown } from "./shown.ts"

/** Writes what is to be shown, piece by piece; it knows no more than how the last piece ended. */
export interface Printer {
  readonly show: (shown: readonly Shown[]) => void
  /** Ends a line that is still open. */
  readonly endLine: () => void
  /** Somebody else ended the line; a stream goes on at the beginning of the next. */
  readonly lineEnded: () => void
}

/** So long what is said aside waits for the line that streams to be whole; then the end of a word has to do. Units: ms. */
const ASIDE_MS = 1000

/** Each piece is written once and never again, so that a long answer costs as much a piece as a short one. */
export const printer = (write: (text: string) => void, look: () => Look, now: () => number = Date.now): Printer => {
  let streaming: "plain" | "dim" | null = null
  let atLineStart = true
  let waiting: readonly Line[] = []
  let waitingSince = 0

  const put = (text: string): void => {
    if (text === "") return
    atLineStart = text.endsWith("\n")
    write(text)
  }
  const endLine = (): void => {
    if (!atLineStart) put("\n")
    streaming = null
    const asides = waiting
    waiting = []
    for (const line of asides) put(`${paintedLine(line, look())}\n`)
  }
  /** What was said aside comes between the lines of what streams. */
  const showStream = ({ tone, text }: Stream): void => {
    if (waiting.length === 0) return showPiece({ tone, text })
    const end = atLineStart || streaming !== tone ? 0 : pauseIn(text, now() - waitingSince >= ASIDE_MS)
    if (end === null) return showPiece({ tone, text })
    showPiece({ tone, text: text.slice(0, end) })
    endLine()
    showPiece({ tone, text: text.slice(end).replace(/^ /, "") })
  }
  const showPiece = ({ tone, text }: Pick<Stream, "tone" | "text">): void => {
    if (streaming !== tone) endLine()
    const words = streaming === tone ? text : text.replace(/^\n+/, "")
    if (words === "") return
    streaming = tone
    const end = words.endsWith("\n") ? "\n" : ""
    put(`${painted(tone, words.slice(0, words.length - end.length), look())}${end}`)
  }

  return {
    show: (shown) => {
      for (const one of shown) {
        if (one.type === "stream") {
          showStream(one)
          continue
        }
        if (one.aside === true && streaming !== null && !atLineStart) {
          if (waiting.length === 0) waitingSince = now()
          waiting = [...waiting, one]
          continue
        }
        endLine()
        put(`${paintedLine(one, look())}\n`)
      }
    },
    endLine,
    lineEnded: () => void (atLineStart = true)
  }
}

type Line = Extract<Shown, { readonly type: "line" }>
type Stream = Extract<Shown, { readonly type: "stream" }>

/** Where a text that streams can be broken: behind the end of its line, or before a blank; `null` where it cannot. */
const pauseIn = (text: string, atWords: boolean): number | null => {
  const end = text.indexOf("\n") + 1
  if (end > 0) return end
  const blank = atWords ? text.indexOf(" ") : -1
  return blank < 0 ? null : blank
}
