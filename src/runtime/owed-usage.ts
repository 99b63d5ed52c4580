import type { Emit } from "../effects/emit.ts"
import { addUsage } from "../machine/policy/budget.ts"
import type { ReportedUsage, Usage } from "../machine/session.ts"

/** What models used whom nobody waited for. The next answer about the context tells it, so that it counts in the session's log. */
export interface OwedUsage {
  readonly owe: (usage: ReportedUsage) => void
  readonly telling: (emit: Emit) => Emit
}

export const owedUsage = (): OwedUsage => {
  let owed: Usage | null = null
  return {
    owe: (usage) => {
      owed = addUsage(owed ?? NOTHING, usage)
    },
    telling: (emit) => (answer) => {
      if (owed === null || (answer.type !== "ContextGathered" && answer.type !== "ContextOffloaded") || answer.usage !== undefined) return emit(answer)
      const { unpriced, ...usage } = owed
      owed = null
      emit({ ...answer, usage: unpriced > 0 ? { ...usage, cost: "unknown" } : usage })
    }
  }
}

const NOTHING: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0, unpriced: 0 }
