import type { Usage } from "../../machine/session.ts"
import { tokensUsed } from "../../machine/policy/budget.ts"

/** `costWords({cost: 31_400_000, …})  // => "$0.0314"`; a price nobody knows is never 0. */
export const costWords = (usage: Usage): string => {
  if (usage.unpriced === 0) return dollars(usage.cost)
  return usage.cost === 0 ? "cost unknown" : `${dollars(usage.cost)} and what is unpriced`
}

/** Units: nanodollars in, dollars out; `unknown` as soon as one answer had no known price. */
export const costOf = (usage: Usage): number | "unknown" => (usage.unpriced > 0 ? "unknown" : usage.cost / 1e9)

const dollars = (nanodollars: number): string => {
  const amount = nanodollars / 1e9
  return `$${amount === 0 || amount >= 1 ? amount.toFixed(2) : amount.toFixed(4)}`
}

/** `usageWords(usage)  // => "12,345 tokens: 12,000 in (9,000 from cache), 345 out"`. */
export const usageWords = (usage: Usage): string => {
  const cached = usage.cacheReadTokens === 0 ? "" : ` (${count(usage.cacheReadTokens)} from cache)`
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  return `${count(tokensUsed(usage))} tokens: ${count(input)} in${cached}, ${count(usage.outputTokens)} out`
}

/** `count(12345)  // => "12,345"`; by hand, for the system's own way loads all its tables first. */
export const count = (quantity: number): string => `${quantity}`.replaceAll(/\B(?=(?:\d{3})+$)/g, ",")

/**
 * What the machine says, with its counts as people read them: `12,345 tokens`. Its words stand in logs as they are, so that every log still replays;
 * what others had it say is left alone.
 */
export const countedWords = (text: string): string => (COUNTING.test(text) ? text.replaceAll(/\d{4,}/g, (digits) => count(Number(digits))) : text)

const COUNTING =
  /^(?:about \d+ tokens of the window are free again: |\d+ messages left the window, |the token budget of \d+ is used up; |the turn reached its limit of \d+ steps; )/

/** `plural(1, "event")  // => "1 event"`. */
export const plural = (quantity: number, noun: string): string => `${count(quantity)} ${noun}${quantity === 1 ? "" : "s"}`

/** Units: ms in; `durationWords(1234)  // => "1.2 s"`. */
export const durationWords = (ms: number): string => {
  if (ms < 1000) return `${ms} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
