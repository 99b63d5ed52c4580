import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ReportedUsage } from "../../machine/session.ts"
import type { Problem } from "../os/problem.ts"

/** The model that writes the subjects of commits, in a session of its own. */
export interface SubjectWriter {
  /** Errors: fails with a `Problem` where it cannot be asked. */
  readonly ask: (words: string) => Effect.Effect<Written, Problem>
}

/** `why`: why it did not complete. */
interface Written {
  readonly text: string
  readonly why: string | null
  readonly usage: ReportedUsage
}

/** Asked anew each time; `null` where nobody named a model for it, and subjects are made without one. */
export const SubjectWriter = Context.Reference<() => SubjectWriter | null>("loom/SubjectWriter", { defaultValue: () => () => null })
