import * as Effect from "effect/Effect"
import type { Event } from "../../../src/machine/event.ts"
import type { CanonicalRequest, Content, Message } from "../../../src/machine/request.ts"
import { llmConfigFromEnv, type LlmConfig } from "../../../src/effects/llm/config.ts"
import type { ResolveBlob } from "../../../src/effects/llm/images.ts"
import { Llm } from "../../../src/effects/llm/llm.ts"
import type { Piece } from "../../../src/effects/llm/piece.ts"
import { VARIABLES } from "../../../src/effects/llm/config.ts"
import type { Wire } from "../../support/model-server/answer.ts"
import type { ModelServer } from "../../support/model-server/server.ts"

export const WIRES: readonly Wire[] = ["anthropic", "openai", "openai-compatible"]

/** A model of each wire that the catalogue prices, where it prices any. */
export const MODELS: Readonly<Record<Wire, string>> = {
  anthropic: "anthropic:claude-sonnet-5-5",
  openai: "openai:gpt-6-sol",
  "openai-compatible": "openai-compatible:qwen3:8b"
}

export const says = (role: Message["role"], ...content: readonly (Content | string)[]): Message => ({
  role,
  content: content.map((part) => (typeof part === "string" ? { type: "text", text: part } : part))
})

export const READ = {
  name: "file_read",
  description: "reads a file",
  inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] }
}

export const requestOf = (model: string, ...messages: readonly Message[]): CanonicalRequest => ({
  model,
  parameters: { outputTokensMax: 4096 },
  system: "You are a careful agent.",
  tools: [READ],
  messages: messages.length === 0 ? [says("user", "hello")] : messages
})

export const configOf = (wire: Wire, url: string, more: { readonly key?: string; readonly idleMs?: number } = {}): LlmConfig => ({
  ...llmConfigFromEnv({ [VARIABLES[wire].baseUrl]: url, [VARIABLES[wire].key]: more.key ?? "a key" }),
  ...(more.idleMs === undefined ? {} : { idleMs: more.idleMs })
})

export const noBlobs: ResolveBlob = () => Effect.succeed(null)

/** All pieces of one answer of a server. */
export const ask = (wire: Wire, server: Pick<ModelServer, "url">, request = requestOf(MODELS[wire]), more: Parameters<typeof configOf>[2] = {}): Promise<readonly Piece[]> =>
  askWith(configOf(wire, server.url, more), request)

export const askWith = async (config: LlmConfig, request: CanonicalRequest, resolveBlob: ResolveBlob = noBlobs): Promise<readonly Piece[]> => {
  const pieces: Piece[] = []
  const layer = Llm.layerProviders({ config, resolveBlob })
  await Effect.runPromise(Effect.provide(Llm.use((llm) => llm.ask(request, (piece) => pieces.push(piece))), layer))
  return pieces
}

/** What the pieces say, block by block: text and arguments joined, whatever the pieces were. */
export const blocksOf = (pieces: readonly Piece[]): readonly string[] => {
  const blocks: { readonly kind: string; text: string }[] = []
  const into = (kind: string): { text: string } => {
    const last = blocks.at(-1)
    if (last?.kind === kind) return last
    const block = { kind, text: "" }
    blocks.push(block)
    return block
  }
  for (const piece of pieces) {
    if (piece.type === "LlmTextDelta") into("text").text += piece.text
    if (piece.type === "LlmThinkingDelta") into("thinking").text += piece.text
    if (piece.type === "LlmToolCallDelta") into(`call ${piece.index}`).text += `${piece.name ?? ""}${piece.arguments}`
  }
  return blocks.map(({ kind, text }) => `${kind}: ${text}`)
}

export const endOf = (pieces: readonly Piece[]): Piece | undefined => pieces.at(-1)

export type Answered = Extract<Event, { readonly type: `Llm${string}` }>
