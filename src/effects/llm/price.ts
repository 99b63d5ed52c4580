import type { ReportedUsage } from "../../machine/session.ts"
import { priceList } from "./catalogue.ts"

/** Units: tokens. `inputTokens` are those neither read from nor written to a cache. */
export type TokenCount = Omit<ReportedUsage, "cost">

/**
 * What an answer cost, in nanodollars, or `unknown` where no price is known; never 0 for a price nobody knows.
 * Dollars per million tokens are a thousand nanodollars per token, so the sum is exact to the nanodollar.
 */
export const priceOf = (model: string, usage: TokenCount): number | "unknown" => {
  const list = priceList(model)
  if (list === null) return "unknown"
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  const long = list.long !== undefined && promptTokens > list.long.aboveTokens ? list.long : { inputFactor: 1, outputFactor: 1 }
  const input = usage.inputTokens * list.input + usage.cacheReadTokens * list.cacheRead + usage.cacheWriteTokens * list.cacheWrite
  return Math.round((input * long.inputFactor + usage.outputTokens * list.output * long.outputFactor) * 1000)
}

/** The usage as it is reported to the machine, priced. */
export const priced = (model: string, usage: TokenCount): ReportedUsage => ({ ...usage, cost: priceOf(model, usage) })

/** What is reported where a provider said nothing: the cost is then unknown whatever the model. */
export const UNREPORTED: ReportedUsage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cost: "unknown" }
