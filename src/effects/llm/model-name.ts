/** Where a model is spoken to. `scripted` plays a file of answers. */
export type Provider = "anthropic" | "openai" | "openai-compatible" | "scripted"

export interface ModelName {
  readonly provider: Provider
  /** As the provider calls it; of `scripted`, the path of the file. */
  readonly model: string
  /** `provider:model`, the spelling used everywhere inside. */
  readonly name: string
}

const PROVIDERS: readonly Provider[] = ["anthropic", "openai", "openai-compatible", "scripted"]

/**
 * Reads `provider:model` or `provider/model`; a bare `claude-…`, `gpt-…` or `o3` gets its provider.
 *
 *     parseModel("openai-compatible/meta-llama/llama-4:free") // => { provider: "openai-compatible", model: "meta-llama/llama-4:free", … }
 *
 * Errors: a string that says what is wrong and what would be right.
 */
export const parseModel = (text: string): ModelName | string => {
  const given = text.trim()
  const end = given.search(/[:/]/)
  const provider = PROVIDERS.find((known) => known === given.slice(0, end))
  if (provider !== undefined) {
    const model = given.slice(end + 1)
    if (model === "") return `model ${given}: the name of the model is missing; write ${provider}:MODEL`
    return { provider, model, name: `${provider}:${model}` }
  }
  const guessed = end === -1 ? guess(given) : null
  if (guessed !== null) return { provider: guessed, model: given, name: `${guessed}:${given}` }
  return `model ${given === "" ? "(empty)" : given}: no such provider; write PROVIDER:MODEL, where PROVIDER is ${PROVIDERS.slice(0, 3).join(", ")}`
}

const guess = (model: string): Provider | null => {
  if (model.startsWith("claude-")) return "anthropic"
  return /^(gpt-|o\d)/.test(model) ? "openai" : null
}
