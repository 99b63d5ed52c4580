import { createInterface, moveCursor, cursorTo, clearScreenDown, type Interface } from "node:readline"
import { PassThrough, Writable } from "node:stream"
import { completion } from "./slash.ts"
import type { Key } from "./talk.ts"

/** The line that a person is writing, with its history. Keys are given to it; it draws itself only while it is shown. */
export interface Editor {
  readonly text: () => string
  readonly press: (key: Key) => void
  /** Writes the text where the cursor is. */
  readonly insert: (text: string) => void
  /** The line becomes this text. */
  readonly fill: (text: string) => void
  /** Draws the line where the cursor is, at the beginning of a row. */
  readonly draw: (prompt: string) => void
  /** Takes it off the screen, and so many rows above it; the cursor is where they began. */
  readonly erase: (rowsAbove: number) => void
  readonly isShown: () => boolean
}

type Terminal = NodeJS.WritableStream & { readonly columns?: number }

const HISTORY_LINES_MAX = 1000

/** Node's own line editing, with the keyboard and the screen under our control. `finished` hears each line that is entered. */
export const makeEditor = (terminal: Terminal, history: readonly string[], finished: (line: string) => void): Editor => {
  let shown = false
  const output = screenOf(terminal, () => shown)
  const readline = createInterface({
    input: new PassThrough(),
    output,
    terminal: true,
    history: [...history],
    historySize: HISTORY_LINES_MAX,
    removeHistoryDuplicates: true
  }) as Interface & { prevRows: number }
  readline.on("line", finished)
  readline.on("SIGINT", () => undefined)

  const erase = (rowsAbove: number): void => {
    if (!shown) return
    moveCursor(terminal, 0, -(readline.getCursorPos().rows + rowsAbove))
    cursorTo(terminal, 0)
    clearScreenDown(terminal)
    readline.prevRows = 0
    shown = false
  }

  return {
    text: () => readline.line,
    press: (key) => {
      if (key.name === "tab") return readline.write(completion(readline.line))
      readline.write(typed(key), { name: key.name, ctrl: key.ctrl, meta: key.meta, sequence: key.text })
    },
    insert: (text) => readline.write(text),
    fill: (text) => {
      readline.write(null, { ctrl: true, name: "e" })
      readline.write(null, { ctrl: true, name: "u" })
      readline.write(text)
    },
    draw: (prompt) => {
      shown = true
      readline.setPrompt(prompt)
      readline.prevRows = 0
      readline.prompt(true)
    },
    erase,
    isShown: () => shown
  }
}

/** Keys with a name do what they are named for; the others are what they print. */
const typed = (key: Key): string => (key.ctrl || key.meta ? "" : key.text)

/** Passes on what is drawn while the line is shown, and nothing otherwise. */
const screenOf = (terminal: Terminal, isShown: () => boolean): Writable => {
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      if (isShown()) terminal.write(chunk)
      done()
    }
  })
  Object.defineProperty(output, "columns", { get: () => terminal.columns ?? 80 })
  Object.defineProperty(output, "isTTY", { value: true })
  return output
}
