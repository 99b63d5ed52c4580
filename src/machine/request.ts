import { modelFacts } from "./model.ts"
import type { Block, Entry, ModelFacts, Part, Session, ToolDefinition, ToolResult } from "./session.ts"
import type { CallingLlm } from "./state.ts"
import { slice } from "./vector.ts"

/**
 * What is asked of a model, free of wire, key, URL, cache marker and effect number. It is never logged: a replay builds it
 * again from the state and proves it equal by its hash. The encoders of `effects/llm` turn it into each provider's wire.
 */
export interface CanonicalRequest {
  /** `provider:model`. */
  readonly model: string
  readonly parameters: { readonly outputTokensMax: number }
  readonly system: string
  readonly tools: readonly ToolDefinition[]
  readonly messages: readonly Message[]
}

/** What one side says, its neighbours of the same side joined. */
export interface Message {
  readonly role: "user" | "assistant"
  readonly content: readonly Content[]
}

/** A piece of a message, as every provider can be given it. */
export type Content =
  | Part
  | { readonly type: "thinking"; readonly text: string; readonly signature: string; readonly redacted: boolean }
  | { readonly type: "tool-call"; readonly id: string; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly type: "tool-result"; readonly id: string; readonly failed: boolean; readonly content: readonly Part[] }

/** The request of the state that `SendLlmRequest` came with. */
export const canonicalRequest = (state: CallingLlm): CanonicalRequest => {
  const { session, call } = state
  const facts = modelFacts(session, call.model)
  return {
    model: call.model,
    parameters: { outputTokensMax: Math.min(session.settings.limits.outputTokensMax, facts?.outputTokensMax ?? Number.MAX_SAFE_INTEGER) },
    system: session.opened.system,
    tools: session.opened.tools,
    messages: windowMessages(session, call.model, facts)
  }
}

/** The window as messages; neighbours of one role are joined. */
export const windowMessages = (session: Session, model: string, facts: ModelFacts | undefined): readonly Message[] => {
  const messages: { role: Message["role"]; content: Content[] }[] = []
  const add = ({ role, content }: Message): void => {
    const last = messages[messages.length - 1]
    if (last?.role === role) last.content.push(...content)
    else messages.push({ role, content: [...content] })
  }
  const { base, marker } = session.window
  if (marker !== null) add({ role: "user", content: [{ type: "text", text: marker.text }] })
  for (const entry of slice(session.transcript, base)) {
    const message = render(entry, model, facts?.images ?? false)
    if (message !== null) add(message)
  }
  return messages
}

/** One entry by itself, whatever follows it; `null` where nothing is left of it. */
export const render = (entry: Entry, model: string, images: boolean): Message | null => {
  const role = entry.type === "assistant" ? "assistant" : "user"
  const content = contentOf(entry, model, images)
  return content.length === 0 ? null : { role, content }
}

const contentOf = (entry: Entry, model: string, images: boolean): readonly Content[] => {
  switch (entry.type) {
    case "user":
      return partsOf(entry.parts, images)
    case "note":
      return partsOf([{ type: "text", text: entry.text }], images)
    case "assistant":
      return withoutLastThinking(entry.blocks.flatMap((block) => blockContent(block, entry.model === model)))
    case "results":
      return entry.results.map((result) => resultContent(result, images))
  }
}

const partsOf = (parts: readonly Part[], images: boolean): readonly Part[] =>
  parts.flatMap((part): readonly Part[] => {
    if (part.type === "image")
      return images ? [part] : [{ type: "text", text: `[an image of ${part.bytes} bytes was left out: this model takes none]` }]
    return isBlank(part.text) ? [] : [part]
  })

/** No provider takes a message that ends with thinking; it led to nothing. */
const withoutLastThinking = (content: readonly Content[]): readonly Content[] =>
  content.slice(0, content.findLastIndex(({ type }) => type !== "thinking") + 1)

/** Thinking goes back only to the model that thought it, and only as it was signed. */
const blockContent = (block: Block, sameModel: boolean): readonly Content[] => {
  switch (block.type) {
    case "text":
      return isBlank(block.text) ? [] : [block]
    case "thinking":
      return sameModel && block.signature !== null
        ? [{ type: "thinking", text: block.text, signature: block.signature, redacted: block.redacted }]
        : []
    case "tool-call":
      return [{ type: "tool-call", id: block.id, name: toolName(block.name), input: objectOf(block.arguments) }]
  }
}

const resultContent = (result: ToolResult, images: boolean): Content => {
  const content = partsOf(result.parts, images)
  return {
    type: "tool-result",
    id: result.call,
    failed: result.status !== "ok",
    content: content.length === 0 ? NO_OUTPUT : content
  }
}

/** Stands for a result that says nothing: a failed one without a word is refused. */
const NO_OUTPUT: readonly Part[] = [{ type: "text", text: "[no output]" }]

const NAME_LENGTH_MAX = 64

/** A name as every provider takes it; what a model made up may be none. */
const toolName = (name: string): string => name.slice(0, NAME_LENGTH_MAX).replaceAll(/[^a-zA-Z0-9_-]/g, "_") || "unnamed"

/** Arguments as the object providers demand; what is none goes as `{}`. */
export const objectOf = (json: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Whether a text has nothing but blanks, which providers refuse. */
export const isBlank = (text: string): boolean => text.trim() === ""
