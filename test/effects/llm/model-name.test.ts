import { expect, test } from "vitest"
import { catalogueModels, modelFacts } from "../../../src/effects/llm/catalogue.ts"
import { IDLE_MS, llmConfigFromEnv } from "../../../src/effects/llm/config.ts"
import { parseModel } from "../../../src/effects/llm/model-name.ts"
import { priceOf } from "../../../src/effects/llm/price.ts"

test.each([
  ["anthropic:claude-opus-5-5", "anthropic", "claude-opus-5-5"],
  ["anthropic/claude-opus-5-5", "anthropic", "claude-opus-5-5"],
  ["claude-opus-5-5", "anthropic", "claude-opus-5-5"],
  [" openai:gpt-5 ", "openai", "gpt-5"],
  ["gpt-5", "openai", "gpt-5"],
  ["o3", "openai", "o3"],
  ["openai-compatible:qwen3:8b", "openai-compatible", "qwen3:8b"],
  ["openai-compatible/meta-llama/llama-4:free", "openai-compatible", "meta-llama/llama-4:free"],
  ["scripted:./answers.json", "scripted", "./answers.json"]
])("%s is read as a model of %s", (text, provider, model) => {
  expect(parseModel(text)).toEqual({ provider, model, name: `${provider}:${model}` })
})

test("what is no model is said to be none, and how one is written", () => {
  expect(parseModel("openai:")).toBe("model openai:: the name of the model is missing; write openai:MODEL")
  expect(parseModel("gemini:pro")).toBe("model gemini:pro: no such provider; write PROVIDER:MODEL, where PROVIDER is anthropic, openai, openai-compatible")
  expect(parseModel("")).toMatch(/^model \(empty\): no such provider/)
})

test("every model of the catalogue is found under its own name, with sane facts", () => {
  for (const name of catalogueModels()) {
    expect(parseModel(name)).toMatchObject({ name })
    const { windowTokens, outputTokensMax } = modelFacts(name)
    expect(windowTokens).toBeGreaterThanOrEqual(128_000)
    expect(outputTokensMax).toBeLessThanOrEqual(windowTokens)
  }
})

test("a dated snapshot has the facts of its model, an unknown model a window but no price", () => {
  expect(modelFacts("anthropic:claude-haiku-4-5-20251001")).toEqual(modelFacts("anthropic:claude-haiku-4-5"))
  expect(modelFacts("openai:gpt-5.5-2026-04-23")).toEqual(modelFacts("openai:gpt-5.5"))
  expect(modelFacts("openai-compatible:whatever")).toEqual({ windowTokens: 128_000, outputTokensMax: 32_000, images: false, priced: false })
})

test("a price is the sum of four kinds of tokens, in nanodollars", () => {
  const usage = { inputTokens: 1000, outputTokens: 100, cacheReadTokens: 10_000, cacheWriteTokens: 400 }
  // 1000 × 5 + 100 × 25 + 10000 × 0.5 + 400 × 6.25 dollars a million
  expect(priceOf("anthropic:claude-opus-5", usage)).toBe(15_000_000)
  expect(priceOf("openai-compatible:whatever", usage)).toBe("unknown")
  expect(priceOf("scripted:x", usage)).toBe(0)
})

test("a long prompt makes the whole request dearer, where its provider says so", () => {
  const usage = { inputTokens: 272_000, outputTokens: 1000, cacheReadTokens: 0, cacheWriteTokens: 0 }
  expect(priceOf("openai:gpt-5.5", usage)).toBe((272_000 * 5 + 1000 * 30) * 1000)
  expect(priceOf("openai:gpt-5.5", { ...usage, cacheReadTokens: 1 })).toBe((272_000 * 10 + 1 + 1000 * 45) * 1000)
})

test("the environment is read as it is given, and empty means not set", () => {
  expect(llmConfigFromEnv({ ANTHROPIC_API_KEY: " k ", ANTHROPIC_BASE_URL: "", OPENAI_COMPATIBLE_BASE_URL: "http://localhost:1/v1" })).toEqual({
    anthropic: { baseUrl: null, key: "k" },
    openai: { baseUrl: null, key: null },
    openaiCompatible: { baseUrl: "http://localhost:1/v1", key: null },
    idleMs: IDLE_MS
  })
})
