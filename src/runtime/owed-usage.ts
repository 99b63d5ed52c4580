import type { Emit, Unstamped } from "../effects/emit.ts"
import type { Event } from "../machine/event.ts"
import { addUsage } from "../machine/policy/budget.ts"
import type { ReportedUsage, Usage } from "../machine/session.ts"
import type { Step } from "../machine/step.ts"

/**
 * What models used and no answer tells: those whom nobody waited for, and children that were interrupted, failed, or took too long. The next answer that may
 * say what was used tells it, so that it counts in the session's log and budget.
 */
export interface OwedUsage {
  readonly owe: (usage: ReportedUsage) => void
  readonly telling: (emit: Emit) => Emit
  /** What an answer told that nobody waited for any more is owed again. */
  readonly heard: (event: Event, outcome: Step["outcome"]) => void
}

export const owedUsage = (): OwedUsage => {
  let owed: Usage | null = null
  const owe = (usage: ReportedUsage): void => {
    owed = addUsage(owed ?? NOTHING, usage)
  }
  return {
    owe,
    telling: (emit) => (answer) => {
      if (owed === null || !mayTell(answer)) return emit(answer)
      const { unpriced, ...usage } = answer.usage === undefined ? owed : addUsage(owed, answer.usage)
      owed = null
      emit({ ...answer, usage: unpriced > 0 ? { ...usage, cost: "unknown" } : usage })
    },
    heard: (event, outcome) => {
      if (outcome === "stale" && mayTell(event) && event.usage !== undefined) owe(event.usage)
    }
  }
}

/** Those of a model say what its own request used; the others have room for it. */
type Teller = "ContextGathered" | "ContextOffloaded" | "ToolCallsVetted" | "ToolCompleted" | "PostToolsHookCompleted" | "ShutdownCompleted"

const TELLERS: ReadonlySet<string> = new Set<Teller>([
  "ContextGathered",
  "ContextOffloaded",
  "ToolCallsVetted",
  "ToolCompleted",
  "PostToolsHookCompleted",
  "ShutdownCompleted"
])

const mayTell = <A extends Unstamped | Event>(answer: A): answer is Extract<A, { readonly type: Teller }> => TELLERS.has(answer.type)

const NOTHING: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0, unpriced: 0 }
