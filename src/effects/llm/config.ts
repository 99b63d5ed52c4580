import type { Provider } from "./model-name.ts"

/** Where one provider is reached. `null`: not set. */
export interface Endpoint {
  readonly baseUrl: string | null
  readonly key: string | null
}

/** All that the providers need to know of the world around them. Units: `idleMs` in ms without a byte until an answer is given up. */
export interface LlmConfig {
  readonly anthropic: Endpoint
  readonly openai: Endpoint
  readonly openaiCompatible: Endpoint
  readonly idleMs: number
}

export const IDLE_MS = 120_000

export const ANTHROPIC_URL = "https://api.anthropic.com"
export const OPENAI_URL = "https://api.openai.com/v1"

/** The variables each provider is set up with. */
export const VARIABLES: Readonly<Record<Exclude<Provider, "scripted">, { readonly key: string; readonly baseUrl: string }>> = {
  anthropic: { key: "ANTHROPIC_API_KEY", baseUrl: "ANTHROPIC_BASE_URL" },
  openai: { key: "OPENAI_API_KEY", baseUrl: "OPENAI_BASE_URL" },
  "openai-compatible": { key: "OPENAI_COMPATIBLE_API_KEY", baseUrl: "OPENAI_COMPATIBLE_BASE_URL" }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment that the caller hands over; an empty variable is one that is not set. */
export const llmConfigFromEnv = (env: Environment): LlmConfig => ({
  anthropic: endpoint(env, "anthropic"),
  openai: endpoint(env, "openai"),
  openaiCompatible: endpoint(env, "openai-compatible"),
  idleMs: positive(env["LOOM_LLM_IDLE_MS"]) ?? IDLE_MS
})

const endpoint = (env: Environment, provider: keyof typeof VARIABLES): Endpoint => ({
  baseUrl: filled(env[VARIABLES[provider].baseUrl]),
  key: filled(env[VARIABLES[provider].key])
})

const filled = (value: string | undefined): string | null => (value === undefined || value.trim() === "" ? null : value.trim())

const positive = (value: string | undefined): number | null => (Number(value) > 0 ? Number(value) : null)
