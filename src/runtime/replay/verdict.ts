import type { Damage } from "../event-log/damage.ts"

/**
 * Whether this build decides what was decided then.
 * `exact`: everything was compared and is equal · `cut`: so far as the log goes · `damaged`: its bytes are not those that were written ·
 * `diverged`: they are, but this build does something else · `newer`: a newer Loom wrote it.
 */
export interface Verdict {
  readonly verdict: "exact" | "cut" | "damaged" | "diverged" | "newer"
  readonly session: string
  readonly events: number
  readonly actions: number
  /** Requests built again and found equal by their hash. */
  readonly requests: number
  /** Seals whose state was hashed again and found equal. */
  readonly seals: number
  readonly firstBad: FirstBad | null
  /** One sentence that says it all. */
  readonly message: string
}

export type FirstBad = Damage | Divergence

/** The first event where this build does something else. */
export interface Divergence {
  readonly at: "event"
  readonly n: number
  readonly what: "header" | "actions" | "request" | "state" | "error"
  readonly expected: string
  readonly actual: string
}
