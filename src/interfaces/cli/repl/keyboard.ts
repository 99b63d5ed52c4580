import { emitKeypressEvents } from "node:readline"
import type { Key } from "./talk.ts"

/** What comes from the keyboard: keys, or a text that was pasted as one. */
export interface Keyboard {
  readonly onKey: (key: Key) => void
  readonly onPaste: (text: string) => void
}

interface Pressed {
  readonly sequence?: string
  readonly name?: string
  readonly ctrl?: boolean
  readonly meta?: boolean
}

/** So long a lone Esc is waited for to become a longer sequence. Units: ms. */
const ESCAPE_MS = 50
const PASTE_ON = "\u001b[?2004h"
const PASTE_OFF = "\u001b[?2004l"

/** Takes the keyboard over, key by key; what it gives back hands it back as it was. */
export const takeKeyboard = (input: NodeJS.ReadStream, output: NodeJS.WriteStream, keyboard: Keyboard): (() => void) => {
  let pasted: string | null = null
  const hear = (text: string | undefined, pressed: Pressed): void => {
    if (pressed.name === "paste-start") return void (pasted = "")
    if (pressed.name === "paste-end") {
      const whole = pasted ?? ""
      pasted = null
      return keyboard.onPaste(whole)
    }
    if (pasted !== null) return void (pasted += text ?? pressed.sequence ?? "")
    keyboard.onKey({ text: text ?? pressed.sequence ?? "", name: pressed.name ?? "", ctrl: pressed.ctrl === true, meta: pressed.meta === true })
  }
  emitKeypressEvents(input, { escapeCodeTimeout: ESCAPE_MS } as never)
  input.setRawMode(true)
  input.on("keypress", hear)
  input.resume()
  output.write(PASTE_ON)
  return () => {
    input.off("keypress", hear)
    output.write(PASTE_OFF)
    input.setRawMode(false)
    input.pause()
  }
}

/** Ctrl-Z: the terminal is given back while the process sleeps. */
export const suspend = (input: NodeJS.ReadStream, output: NodeJS.WriteStream, awake: () => void): void => {
  output.write(PASTE_OFF)
  input.setRawMode(false)
  process.once("SIGCONT", () => {
    input.setRawMode(true)
    output.write(PASTE_ON)
    awake()
  })
  process.kill(0, "SIGTSTP")
}
