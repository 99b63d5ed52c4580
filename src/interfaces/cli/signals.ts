import { EXIT, type ExitCode } from "./exit-code.ts"

/** A wish from outside to stop: `interrupt` the turn, or `leave` for good with this exit code. */
export type Wish = { readonly type: "interrupt" } | { readonly type: "leave"; readonly code: ExitCode }

/** Who hears the wishes now. Without a listener, `unheard` is told. */
export interface Wishes {
  readonly listen: (listener: (wish: Wish) => void) => () => void
  readonly wish: (wish: Wish) => void
}

export const makeWishes = (unheard: (code: ExitCode) => void): Wishes => {
  const listeners = new Set<(wish: Wish) => void>()
  return {
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    wish: (wish) => {
      if (listeners.size === 0) return unheard(wish.type === "leave" ? wish.code : EXIT.interrupted)
      for (const listener of [...listeners]) listener(wish)
    }
  }
}

/** Passes the signals of the process on as wishes. */
export const hearSignals = ({ wish }: Wishes): void => {
  process.on("SIGINT", () => wish({ type: "interrupt" }))
  process.on("SIGTERM", () => wish({ type: "leave", code: EXIT.terminated }))
  process.on("SIGHUP", () => wish({ type: "leave", code: EXIT.hangup }))
}
