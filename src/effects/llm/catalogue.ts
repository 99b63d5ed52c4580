import type { ModelFacts } from "../../machine/session.ts"
import { parseModel } from "./model-name.ts"

/** Units: dollars per million tokens. `long`: the whole request costs more where its prompt is longer. */
export interface PriceList {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly long?: { readonly aboveTokens: number; readonly inputFactor: number; readonly outputFactor: number }
}

/** What is known of one model. Units: tokens; `windowTokens` is the longest prompt it takes. */
export interface CatalogueEntry {
  readonly windowTokens: number
  readonly outputTokensMax: number
  readonly images: boolean
  /** `adaptive`: it thinks as it sees fit and is asked to show it. `sealed`: it thinks hidden, and takes its sealed thoughts back. */
  readonly thinking: "none" | "adaptive" | "sealed"
  readonly price: PriceList | null
}

const price = (input: number, output: number, cacheRead: number, cacheWrite = input): PriceList => ({ input, output, cacheRead, cacheWrite })

/** Anthropic writes its five-minute cache at a quarter more than fresh input. */
const claude = (input: number, output: number, cacheRead: number): PriceList => price(input, output, cacheRead, input * 1.25)

const LARGE = { windowTokens: 1_000_000, outputTokensMax: 128_000, images: true, thinking: "adaptive" } as const
const SMALL = { windowTokens: 200_000, outputTokensMax: 64_000, images: true, thinking: "none" } as const

/** Source: platform.claude.com/docs, models and pricing, November 2026. Where a price is not known for sure it is left out. */
const ANTHROPIC: Readonly<Record<string, CatalogueEntry>> = {
  "claude-fable-5-2": { ...LARGE, price: null },
  "claude-mythos-5-2": { ...LARGE, price: null },
  "claude-fable-5-1": { ...LARGE, price: claude(10, 50, 0.25) },
  "claude-mythos-5-1": { ...LARGE, price: claude(10, 50, 0.25) },
  "claude-fable-5": { ...LARGE, price: claude(10, 50, 1) },
  "claude-mythos-5": { ...LARGE, price: claude(10, 50, 1) },
  "claude-opus-5-5": { ...LARGE, price: claude(4, 20, 0.2) },
  "claude-opus-5": { ...LARGE, price: claude(5, 25, 0.5) },
  "claude-opus-4-8": { ...LARGE, price: claude(5, 25, 0.5) },
  "claude-opus-4-7": { ...LARGE, price: claude(5, 25, 0.5) },
  "claude-opus-4-6": { ...LARGE, price: claude(5, 25, 0.5) },
  "claude-opus-4-5": { ...SMALL, price: claude(5, 25, 0.5) },
  "claude-sonnet-5-5": { ...LARGE, price: claude(2, 10, 0.1) },
  "claude-sonnet-5": { ...LARGE, price: claude(2, 10, 0.2) },
  "claude-sonnet-4-6": { ...LARGE, outputTokensMax: 64_000, price: claude(3, 15, 0.3) },
  "claude-sonnet-4-5": { ...SMALL, price: claude(3, 15, 0.3) },
  "claude-haiku-5-5": { ...LARGE, price: { ...claude(0.1, 0.5, 0.01), long: { aboveTokens: 100_000, inputFactor: 5, outputFactor: 5 } } },
  "claude-haiku-4-5": { ...SMALL, price: claude(1, 5, 0.1) }
}

const LONG = { aboveTokens: 272_000, inputFactor: 2, outputFactor: 1.5 } as const
/** From GPT-5.6 on, writing the cache costs a quarter more than fresh input. */
const gpt = (input: number, output: number, cacheRead: number): PriceList => ({ ...price(input, output, cacheRead, input * 1.25), long: LONG })

const HUGE = { windowTokens: 922_000, outputTokensMax: 128_000, images: true, thinking: "sealed" } as const
const WIDE = { windowTokens: 272_000, outputTokensMax: 128_000, images: true, thinking: "sealed" } as const
const OLDER = { windowTokens: 200_000, outputTokensMax: 100_000, images: true, thinking: "sealed" } as const
const PLAIN = { windowTokens: 1_000_000, outputTokensMax: 32_768, images: true, thinking: "none" } as const

/** Source: developers.openai.com/api/docs, models and pricing, November 2026. Where a part of a price is not known for sure it is left out. */
const OPENAI: Readonly<Record<string, CatalogueEntry>> = {
  "gpt-6.2-astra": { ...HUGE, price: null },
  "gpt-6.2-sol": { ...HUGE, price: null },
  "gpt-6.1-sol": { ...HUGE, price: null },
  "gpt-6.1-terra": { ...HUGE, price: null },
  "gpt-6-astra": { ...HUGE, price: null },
  "gpt-6-sol": { ...HUGE, price: gpt(2, 10, 0.2) },
  "gpt-6-luna": { ...HUGE, price: gpt(0.1, 0.5, 0.01) },
  "gpt-5.6-sol": { ...HUGE, price: gpt(4, 20, 0.4) },
  "gpt-5.6-terra": { ...HUGE, price: gpt(2, 12, 0.2) },
  "gpt-5.6-luna": { ...HUGE, price: null },
  "gpt-5.5": { ...HUGE, price: { ...price(5, 30, 0.5), long: LONG } },
  "gpt-5.4": { ...HUGE, price: { ...price(2.5, 15, 0.25), long: LONG } },
  "gpt-5.4-mini": { ...WIDE, price: price(0.75, 4.5, 0.075) },
  "gpt-5.4-nano": { ...WIDE, price: price(0.2, 1.25, 0.02) },
  "gpt-5.3-codex": { ...WIDE, price: price(1.75, 14, 0.175) },
  "gpt-5.2-codex": { ...WIDE, price: price(1.75, 14, 0.175) },
  "gpt-5.2": { ...WIDE, price: price(1.75, 14, 0.175) },
  "gpt-5.1-codex": { ...WIDE, price: price(1.25, 10, 0.125) },
  "gpt-5.1": { ...WIDE, price: price(1.25, 10, 0.125) },
  "gpt-5-codex": { ...WIDE, price: price(1.25, 10, 0.125) },
  "gpt-5": { ...WIDE, price: price(1.25, 10, 0.125) },
  "gpt-5-mini": { ...WIDE, price: price(0.25, 2, 0.025) },
  "gpt-5-nano": { ...WIDE, price: price(0.05, 0.4, 0.005) },
  o3: { ...OLDER, price: price(2, 8, 0.5) },
  "o4-mini": { ...OLDER, price: price(1.1, 4.4, 0.275) },
  "gpt-4.1": { ...PLAIN, price: price(2, 8, 0.5) },
  "gpt-4.1-mini": { ...PLAIN, price: price(0.4, 1.6, 0.1) },
  "gpt-4.1-nano": { ...PLAIN, price: price(0.1, 0.4, 0.025) },
  "gpt-4o": { ...PLAIN, windowTokens: 128_000, outputTokensMax: 16_384, price: price(2.5, 10, 1.25) },
  "gpt-4o-mini": { ...PLAIN, windowTokens: 128_000, outputTokensMax: 16_384, price: price(0.15, 0.6, 0.075) }
}

/** What is assumed of a model nobody here knows: a window that is common, and no price. */
const UNKNOWN: CatalogueEntry = { windowTokens: 128_000, outputTokensMax: 32_000, images: false, thinking: "none", price: null }
/** A scripted model is free, and that is known. */
const SCRIPTED: CatalogueEntry = { ...UNKNOWN, images: true, price: price(0, 0, 0) }

/** All models in the catalogue, as `provider:model`, newest first. */
export const catalogueModels = (): readonly string[] => [
  ...Object.keys(ANTHROPIC).map((model) => `anthropic:${model}`),
  ...Object.keys(OPENAI).map((model) => `openai:${model}`)
]

/** What is known of a model; a dated snapshot (`…-20251001`, `…-2026-04-23`) is the model it is a snapshot of. */
export const catalogueEntry = (name: string): CatalogueEntry => {
  const parsed = parseModel(name)
  if (typeof parsed === "string") return UNKNOWN
  const model = parsed.model.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, "")
  switch (parsed.provider) {
    case "anthropic":
      return ANTHROPIC[model] ?? { ...UNKNOWN, images: true }
    case "openai":
      return OPENAI[model] ?? { ...UNKNOWN, images: true, thinking: sealsThinking(model) ? "sealed" : "none" }
    case "openai-compatible":
      return UNKNOWN
    case "scripted":
      return SCRIPTED
  }
}

/** What OpenAI still adds will reason; only the lines that are known not to refuse the question for sealed thoughts. */
const sealsThinking = (model: string): boolean => !/^(gpt-[34]|chatgpt|gpt-5-chat|gpt-5\.\d-chat)/.test(model)

/** The facts about a model that a session is opened with. */
export const modelFacts = (name: string): ModelFacts => {
  const { windowTokens, outputTokensMax, images, price } = catalogueEntry(name)
  return { windowTokens, outputTokensMax, images, priced: price !== null }
}

/** The prices of a model, or `null` where they are not known. */
export const priceList = (name: string): PriceList | null => catalogueEntry(name).price
