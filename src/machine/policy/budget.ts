import { behaves } from "../behaviour.ts"
import { modelFacts } from "../model.ts"
import type { ReportedUsage, Session, Usage } from "../session.ts"
import type { WaitingReason } from "../state.ts"

/** Of a session in which nothing was called yet. */
export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0, unpriced: 0 }

/** The sum of what was used; an unknown price is counted, not taken for 0. */
export const addUsage = (total: Usage, used: ReportedUsage): Usage => ({
  inputTokens: total.inputTokens + used.inputTokens,
  outputTokens: total.outputTokens + used.outputTokens,
  cacheReadTokens: total.cacheReadTokens + used.cacheReadTokens,
  cacheWriteTokens: total.cacheWriteTokens + used.cacheWriteTokens,
  cost: total.cost + (used.cost === "unknown" ? 0 : used.cost),
  unpriced: total.unpriced + (used.cost === "unknown" ? 1 : 0)
})

/** All tokens, fresh or cached, in or out. */
export const tokensUsed = (usage: Usage | ReportedUsage): number =>
  usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens

/** Whether this turn has made all its requests. */
export const stepsSpent = (session: Session): boolean => session.step >= session.settings.limits.stepsMax

/** Which budget is spent, and the sentence that says how to go on. */
export interface BudgetReached {
  readonly why: WaitingReason
  readonly message: string
}

/** The budget that forbids the next model call, if one does. A step that is already counted is not refused for the steps. */
export const budgetReached = (session: Session, stepCounted: boolean): BudgetReached | null => {
  const { stepsMax, tokensMax, costMax } = session.settings.limits
  if (tokensMax !== null && tokensUsed(session.usage) >= tokensMax) {
    return { why: "budget-tokens", message: `the token budget of ${tokensMax} is used up; raise it to go on` }
  }
  if (costMax !== null) {
    const refusal = moneyRefusal(session, costMax)
    if (refusal !== null) return { why: "budget-cost", message: refusal }
  }
  if (!stepCounted && stepsSpent(session)) {
    return { why: "budget-steps", message: `the turn reached its limit of ${stepsMax} steps; continue to give it as many again` }
  }
  return null
}

const moneyRefusal = (session: Session, costMax: number): string | null => {
  const { model } = session.settings
  if (session.usage.unpriced > 0) return unpriced(session, "an earlier answer", "lift the money budget, or begin a new session")
  if (modelFacts(session, model)?.priced !== true) return unpriced(session, model, "take a model whose price is known, or lift the money budget")
  if (session.usage.cost >= costMax) return `the budget of $${dollars(costMax)} is used up; raise it to go on`
  return null
}

const unpriced = (session: Session, what: string, advice: string): string =>
  `a money budget is set, but the price of ${what} is not known; ${behaves(session, "price-advice") ? advice : "set its price in the settings, or lift the money budget"}`

const dollars = (nanodollars: number): string => (nanodollars / 1e9).toFixed(2)
