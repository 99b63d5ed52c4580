import { execFileSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { setTimeout } from "node:timers/promises"
import { LOOM, type Place } from "./loom.ts"

/** A real terminal: keys go in as a person presses them, and what stands on the screen comes out. */
export interface Screen {
  readonly press: (...keys: readonly string[]) => void
  readonly type: (text: string) => void
  /** As a terminal pastes: all at once, marked as pasted. */
  readonly paste: (text: string) => void
  /** Waits until the text stands on the screen, and gives all that stands there. */
  readonly until: (text: string | RegExp) => Promise<string>
  readonly text: () => string
  /** With the codes of colours. */
  readonly coloured: () => string
  readonly resize: (columns: number) => void
  /** The terminal goes away under the program. */
  readonly close: () => void
}

export const hasTmux = ((): boolean => {
  try {
    execFileSync("tmux", ["-V"], { stdio: "ignore" })
    return true
  } catch {
    // Not installed: the tests that need it are counted as skipped.
    return false
  }
})()

interface Size {
  readonly columns?: number
  readonly environment?: Readonly<Record<string, string>>
  /** What is run, where it is not Loom. */
  readonly program?: string
}

const PATIENCE_MS = 15_000

/** Starts Loom in a terminal; when it leaves, the screen says `left with` and its exit code. */
export const openScreen = (place: Place, words: readonly string[], { columns = 80, environment = {}, program = LOOM }: Size = {}): Screen => {
  const socket = `loom-${randomUUID()}`
  const tmux = (...given: readonly string[]): string =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...given], {
      encoding: "utf8",
      env: { ...place.environment, ...environment, LANG: "C.UTF-8" },
      stdio: ["ignore", "pipe", "ignore"]
    })
  const command = [process.execPath, program, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ")
  tmux("new-session", "-d", "-x", `${columns}`, "-y", "40", "-c", place.root, `${command}; echo "left with $?"; exec sleep 60`)
  const text = (): string => tmux("capture-pane", "-p", "-J", "-S", "-").replaceAll(/ +$/gm, "").trimEnd()
  return {
    press: (...keys) => void tmux("send-keys", ...keys),
    type: (typed) => void tmux("send-keys", "-l", typed),
    paste: (text) => {
      tmux("set-buffer", text)
      tmux("paste-buffer", "-p")
    },
    until: async (wanted) => {
      const until = Date.now() + PATIENCE_MS
      for (;;) {
        const now = text()
        if (typeof wanted === "string" ? now.includes(wanted) : wanted.test(now)) return now
        if (Date.now() > until) throw new Error(`${String(wanted)} did not come; the screen shows:\n${now}`)
        await setTimeout(25)
      }
    },
    text,
    coloured: () => tmux("capture-pane", "-p", "-e", "-S", "-"),
    resize: (wide) => void tmux("resize-window", "-x", `${wide}`, "-y", "40"),
    close: () => {
      try {
        tmux("kill-server")
      } catch {
        // It is gone already: that is what was wanted.
      }
    }
  }
}
