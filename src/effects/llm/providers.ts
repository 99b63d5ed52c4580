import * as Effect from "effect/Effect"
import type { CanonicalRequest } from "../../machine/request.ts"
import type { AnthropicDoor } from "./anthropic.ts"
import { encodeAnthropic } from "./anthropic-encode.ts"
import { ANTHROPIC_URL, OPENAI_URL, VARIABLES, type LlmConfig } from "./config.ts"
import { exchange, type Exchange } from "./exchange.ts"
import { resolveImages, type Images, type ResolveBlob } from "./images.ts"
import { parseModel, type ModelName, type Provider } from "./model-name.ts"
import type { OpenAiDoor } from "./openai.ts"
import { encodeChat } from "./openai-chat-encode.ts"
import { encodeResponses } from "./openai-responses-encode.ts"
import { failed, type OnPiece } from "./piece.ts"
import { playScript } from "./scripted.ts"

type Wire = Exclude<Provider, "scripted">
type Doors = { readonly [provider in Wire]: () => Promise<provider extends "anthropic" ? AnthropicDoor : OpenAiDoor> }

/** Asks whichever provider the request's model names. Nothing is loaded before it is needed; `warm` loads one ahead of time. */
export interface Providers {
  readonly ask: (request: CanonicalRequest, on: OnPiece) => Effect.Effect<void>
  readonly warm: (model: string) => void
}

/** `send`: what the doors send requests with, where it is not HTTP. */
export const makeProviders = (config: LlmConfig, resolveBlob: ResolveBlob, send?: typeof fetch): Providers => {
  const doors: Doors = {
    anthropic: once(async () => (await import("./anthropic.ts")).openAnthropic({ ...config.anthropic, key: config.anthropic.key ?? "" }, send)),
    openai: once(async () => (await import("./openai.ts")).openOpenAi(config.openai, send)),
    "openai-compatible": once(async () => (await import("./openai.ts")).openOpenAi(config.openaiCompatible, send))
  }
  const ask = (request: CanonicalRequest, on: OnPiece): Effect.Effect<void> => {
    const model = parseModel(request.model)
    if (typeof model === "string") return refuse(on, model)
    if (model.provider === "scripted") return askScript(model.model, request, on)
    const missing = missingSetting(config, model, model.provider)
    if (missing !== null) return refuse(on, missing)
    return Effect.flatMap(resolveImages(request, resolveBlob), (images) =>
      Effect.flatMap(Effect.promise(() => prepare(doors, config.idleMs, request, model, images)), (prepared) => exchange(prepared, on))
    )
  }
  return { ask, warm: (name) => warm(doors, name) }
}

const prepare = async (doors: Doors, idleMs: number, request: CanonicalRequest, model: ModelName, images: Images): Promise<Exchange> => {
  switch (model.provider) {
    case "anthropic":
      return (await doors.anthropic()).exchange(encodeAnthropic(request, model.model, images), model, idleMs)
    case "openai":
      return (await doors.openai()).responses(encodeResponses(request, model.model, images), model, idleMs)
    case "openai-compatible":
      return (await doors["openai-compatible"]()).chat(encodeChat(request, model.model, images), model, idleMs)
    case "scripted":
      throw new Error("a scripted model has no door")
  }
}

const refuse = (on: OnPiece, message: string): Effect.Effect<void> => Effect.sync(() => on(failed({ failure: "permanent", message })))

/** The reader is loaded late: it brings the schemas along, which a real model does not need. */
const askScript = (path: string, request: CanonicalRequest, on: OnPiece): Effect.Effect<void> =>
  Effect.promise(() => import("./script-file.ts")).pipe(
    Effect.flatMap(({ readScript }) => readScript(path)),
    Effect.matchEffect({
      onFailure: (message) => refuse(on, message),
      onSuccess: (script) => playScript(script, request, on)
    })
  )

/** What the person still has to set before this provider can be asked; `null` where nothing is missing. */
const missingSetting = (config: LlmConfig, model: ModelName, provider: Wire): string | null => {
  const { key, baseUrl } = VARIABLES[provider]
  switch (provider) {
    case "anthropic":
      return config.anthropic.key === null ? `ask ${model.name}: there is no key for ${config.anthropic.baseUrl ?? ANTHROPIC_URL}; set ${key}` : null
    case "openai":
      return config.openai.key === null ? `ask ${model.name}: there is no key for ${config.openai.baseUrl ?? OPENAI_URL}; set ${key}` : null
    case "openai-compatible":
      return config.openaiCompatible.baseUrl === null
        ? `ask ${model.name}: it is not known where; set ${baseUrl} to the server's address, such as http://localhost:11434/v1`
        : null
  }
}

const warm = (doors: Doors, name: string): void => {
  const model = parseModel(name)
  if (typeof model === "string" || model.provider === "scripted") return
  // Should it fail, the first request fails in the same way and says so.
  void doors[model.provider]().catch(() => {})
}

const once = <A>(open: () => Promise<A>): (() => Promise<A>) => {
  let opened: Promise<A> | null = null
  return () => (opened ??= open())
}
