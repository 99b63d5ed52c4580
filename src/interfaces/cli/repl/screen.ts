import { paintedLine, type Look } from "../../view/paint.ts"
import { printer } from "../../view/printer.ts"
import type { Shown } from "../../view/shown.ts"
import { wrapped } from "../../view/wrap.ts"
import type { Bottom } from "./bottom.ts"
import type { Editor } from "./editor.ts"

/** Output that only grows, and under it the lines and the prompt of the moment. */
export interface Screen {
  readonly show: (shown: readonly Shown[]) => void
  /** Draws the bottom as it is now: at once, or, while text streams, when it has been silent for a moment and its line is whole. */
  readonly refresh: (when: "now" | "when-silent") => void
  /** Takes the bottom away until the next refresh. */
  readonly hide: () => void
  /** Takes the bottom away for good and ends the line. */
  readonly close: () => void
}

/** So long nothing was written before the bottom comes back. Units: ms. */
const SILENCE_MS = 100

/**
 * Text goes to the terminal as it comes and is never drawn twice. Only while the person has something in the line does it wait
 * for its line to be whole, so that both can be read.
 */
export const makeScreen = (write: (text: string) => void, look: () => Look, editor: Editor, bottom: () => Bottom): Screen => {
  let rowsAbove = 0
  let held = ""
  let atLineStart = true
  let silence: ReturnType<typeof setTimeout> | undefined

  const put = (text: string): void => {
    if (text === "") return
    eraseBottom()
    atLineStart = text.endsWith("\n")
    write(text)
  }
  const eraseBottom = (): void => {
    editor.erase(rowsAbove)
    rowsAbove = 0
  }
  const drawBottom = (): void => {
    eraseBottom()
    if (!atLineStart) {
      put("\n")
      print.lineEnded()
    }
    const { lines, prompt } = bottom()
    const drawn = lines.flatMap((line) => rowsOf(line, narrowed(look())))
    rowsAbove = drawn.length
    write(drawn.map((line) => `${line}\n`).join(""))
    editor.draw(prompt)
  }
  const isWriting = (): boolean => editor.text() !== ""
  const print = printer((text) => {
    const all = held + text
    const whole = isWriting() ? all.lastIndexOf("\n") + 1 : all.length
    held = all.slice(whole)
    put(all.slice(0, whole))
  }, look)

  const refresh: Screen["refresh"] = (when) => {
    clearTimeout(silence)
    if (when === "when-silent") return void (silence = setTimeout(drawWhole, SILENCE_MS))
    flushHeld()
    drawBottom()
  }
  const flushHeld = (): void => {
    if (isWriting() || held === "") return
    const rest = held
    held = ""
    put(rest)
  }
  /** In the middle of a line that still streams the prompt waits. */
  const drawWhole = (): void => {
    flushHeld()
    if (atLineStart) drawBottom()
  }

  return {
    show: (shown) => print.show(shown),
    refresh,
    hide: () => {
      clearTimeout(silence)
      eraseBottom()
    },
    close: () => {
      clearTimeout(silence)
      eraseBottom()
      put(held)
      if (!atLineStart) put("\n")
    }
  }
}

/** What tells which keys there are is never cut, but takes as many rows as it needs. */
const rowsOf = (line: Shown, look: Look & { readonly columns: number }): readonly string[] => {
  if (line.type !== "line") return []
  return line.fit
    ? [paintedLine(line, look)]
    : wrapped(line.spans, look.columns).map((spans) => paintedLine({ type: "line", spans, fit: false }, look))
}

/** A row that is full makes some terminals go to the next; one column stays free. */
const narrowed = (look: Look): Look & { readonly columns: number } => ({ ...look, columns: Math.max(1, (look.columns ?? 80) - 1) })
