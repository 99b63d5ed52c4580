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

/** Each piece is written once and never again, so that a long answer costs as much a piece as a short one. */
export const printer = (write: (text: string) => void, look: () => Look): Printer => {
  let streaming: "plain" | "dim" | null = null
  let atLineStart = true

  const put = (text: string): void => {
    if (text === "") return
    atLineStart = text.endsWith("\n")
    write(text)
  }
  const endLine = (): void => {
    if (!atLineStart) put("\n")
    streaming = null
  }
  const showStream = ({ tone, text }: Extract<Shown, { readonly type: "stream" }>): void => {
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
        endLine()
        put(`${paintedLine(one, look())}\n`)
      }
    },
    endLine,
    lineEnded: () => void (atLineStart = true)
  }
}
