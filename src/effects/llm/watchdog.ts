/** Why a connection is given up: somebody interrupted, nothing came, or nothing more is needed. */
export const INTERRUPTED = Symbol("interrupted")
export const IDLE = Symbol("idle")
export const OVER = Symbol("over")

/** Gives a connection up where nothing comes for too long. */
export interface Watchdog {
  readonly heard: () => void
  /** The answer is whole; only the end of its stream is waited for, so that the connection can serve the next request. */
  readonly rest: () => void
  readonly stop: () => void
}

/** How long the rest of a finished stream may take. Units: ms. */
const REST_MS = 250

export const watch = (abort: AbortController, idleMs: number): Watchdog => {
  let resting = false
  let timer = setTimeout(() => abort.abort(IDLE), idleMs)
  return {
    heard: () => void timer.refresh(),
    rest: () => {
      if (resting) return
      resting = true
      clearTimeout(timer)
      timer = setTimeout(() => abort.abort(OVER), REST_MS)
    },
    stop: () => clearTimeout(timer)
  }
}
