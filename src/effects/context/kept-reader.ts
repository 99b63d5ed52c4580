import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ReportedUsage } from "../../machine/session.ts"
import type { Problem } from "../os/problem.ts"

/** The model that reads what is kept, for who has a question or wants a summary. */
export interface KeptReader {
  /** `provider:model` */
  readonly model: string
  /** Whether a person named it for this; what nobody asked for is done by no other. */
  readonly weak: boolean
  readonly windowTokens: number
  /** Asks it once, in a session of its own. Errors: fails with a `Problem` where it cannot be asked. */
  readonly ask: (words: string) => Effect.Effect<Reading, Problem>
  /** What it used where no answer tells it; the next event does. */
  readonly owe: (usage: ReportedUsage) => void
}

export interface Reading {
  readonly text: string
  /** Why it stopped, where it did not complete. */
  readonly why: string | null
  readonly usage: ReportedUsage
}

/** Asked anew each time, for the model of a session may change; `null` where there is none. */
export const KeptReader = Context.Reference<() => KeptReader | null>("loom/KeptReader", { defaultValue: () => () => null })
