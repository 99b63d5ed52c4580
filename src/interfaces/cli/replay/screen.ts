import { setCapabilities, TuiAltScreen, type Terminal } from "@earendil-works/pi-tui"
import { takeKeyboard } from "../repl/keyboard.ts"
import type { Key } from "../repl/talk.ts"

/** Units: columns and rows of the terminal. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** What stands on the whole screen, and who hears its keys. */
export interface Shown {
  /** As many lines as there are rows, each no wider than the screen. */
  readonly lines: (size: Size) => readonly string[]
  readonly onKey: (key: Key) => void
  /** Something in here threw; the screen is still taken. */
  readonly onFault: (fault: unknown) => void
}

/** A screen that was taken over. */
export interface FullScreen {
  /** Draws what changed, soon. */
  readonly refresh: () => void
  /** Gives the screen and the keyboard back as they were; a second time does nothing. */
  readonly close: () => void
}

/** Takes the terminal over; what stood there comes back when it is closed, however the process ends. */
export const openFullScreen = (stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, shown: Shown): FullScreen => {
  // Asked of no terminal and of no other program: the lines are text.
  setCapabilities({ images: null, trueColor: false, hyperlinks: false })
  const guarded = <A>(work: () => A, otherwise: A): A => {
    try {
      return work()
    } catch (fault) {
      shown.onFault(fault)
      return otherwise
    }
  }
  const hear = (key: Key): void => {
    if (key.ctrl && key.name === "z") return sleep()
    if (key.ctrl && key.name === "l") return tui.requestRender(true)
    guarded(() => shown.onKey(key), undefined)
  }
  let open = true
  const tui = new TuiAltScreen(terminalOn(stdin, stdout, hear), false, undefined, { mouse: false })
  const sleep = (): void => {
    tui.stop({ preserveScreen: true })
    // Without a keyboard nothing would keep the process from ending when it wakes.
    const kept = setInterval(() => undefined, KEPT_MS)
    process.once("SIGCONT", () => {
      clearInterval(kept)
      if (open) tui.start()
    })
    process.kill(0, "SIGTSTP")
  }
  const close = (): void => {
    if (!open) return
    open = false
    process.off("exit", close)
    process.off("uncaughtException", close)
    tui.stop({ preserveScreen: true })
  }
  process.on("exit", close)
  // Before anybody says what happened: what is said on this screen goes with it.
  process.prependListener("uncaughtException", close)
  tui.setLayoutRoot({ render: (columns) => [...guarded(() => shown.lines({ columns, rows: stdout.rows || ROWS }), [])], invalidate: () => undefined })
  tui.start()
  return { refresh: () => tui.requestRender(), close }
}

/** Nothing happens then. Units: ms. */
const KEPT_MS = 60_000

const COLUMNS = 80
const ROWS = 24

/** The keyboard is heard by us, as in a conversation; the package only draws. */
const terminalOn = (stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream, onKey: (key: Key) => void): Terminal => {
  let release: () => void = () => undefined
  const write = (text: string): void => void stdout.write(text)
  return {
    start: (_, onResize) => {
      const keyboard = takeKeyboard(stdin, stdout, {
        onKey,
        onPaste: (text) => [...text].forEach((letter) => onKey({ text: letter, name: "", ctrl: false, meta: false }))
      })
      stdout.on("resize", onResize)
      release = () => (stdout.off("resize", onResize), keyboard())
    },
    stop: () => release(),
    drainInput: () => Promise.resolve(),
    write,
    get columns() {
      return stdout.columns || COLUMNS
    },
    get rows() {
      return stdout.rows || ROWS
    },
    kittyProtocolActive: false,
    moveBy: (lines) => (lines === 0 ? undefined : write(`\u001b[${Math.abs(lines)}${lines > 0 ? "B" : "A"}`)),
    hideCursor: () => write("\u001b[?25l"),
    showCursor: () => write("\u001b[?25h"),
    clearLine: () => write("\u001b[K"),
    clearFromCursor: () => write("\u001b[J"),
    clearScreen: () => write("\u001b[2J\u001b[H"),
    setTitle: () => undefined,
    setProgress: () => undefined
  }
}
