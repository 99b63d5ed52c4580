import type { CanonicalRequest, Content, Message } from "../../machine/request.ts"
import type { Part } from "../../machine/session.ts"
import { catalogueEntry } from "./catalogue.ts"
import { missingImage, NO_OUTPUT, type Images } from "./images.ts"
import type { ResponseCreateParamsStreaming, ResponseInputContent, ResponseInputItem } from "./openai.ts"
import { answersWithoutTrailingThinking } from "./thinking.ts"

/** The request as OpenAI's Responses wire has it. Nothing is stored there: the model's reasoning travels with us, sealed. */
export const encodeResponses = (request: CanonicalRequest, model: string, images: Images): ResponseCreateParamsStreaming => ({
  model,
  stream: true,
  store: false,
  max_output_tokens: request.parameters.outputTokensMax,
  ...(request.system.trim() === "" ? {} : { instructions: request.system }),
  ...(request.tools.length === 0 ? {} : { tools: toolsOf(request) }),
  ...(catalogueEntry(request.model).thinking === "sealed" ? { include: ["reasoning.encrypted_content"] } : {}),
  input: answersWithoutTrailingThinking(request.messages).flatMap((message) => itemsOf(message, images))
})

const toolsOf = ({ tools }: CanonicalRequest): NonNullable<ResponseCreateParamsStreaming["tools"]> =>
  tools.map(({ name, description, inputSchema }) => ({
    type: "function",
    name,
    description,
    parameters: inputSchema as Record<string, unknown>,
    strict: false
  }))

/** On this wire calls, results and reasoning stand beside the messages; what a person says in one go stays one message. */
const itemsOf = (message: Message, images: Images): readonly ResponseInputItem[] => {
  const items: ResponseInputItem[] = []
  let said: ResponseInputContent[] = []
  const close = (): void => {
    if (said.length > 0) items.push({ role: "user", content: said })
    said = []
  }
  for (const content of message.content) {
    if (message.role === "user" && (content.type === "text" || content.type === "image")) {
      said.push(partOf(content, images))
    } else {
      close()
      items.push(...itemOf(content, images))
    }
  }
  close()
  return items
}

const itemOf = (content: Content, images: Images): readonly ResponseInputItem[] => {
  switch (content.type) {
    case "text":
      return [{ role: "assistant", content: content.text }]
    case "thinking":
      return reasoningOf(content.text, content.signature)
    case "tool-call":
      return [{ type: "function_call", call_id: content.id, name: content.name, arguments: JSON.stringify(content.input) }]
    case "tool-result":
      return [{ type: "function_call_output", call_id: content.id, output: outputOf(content.content, images) }]
    case "image":
      // Models on this wire say no images; one in an answer can only be a mistake, and would be refused.
      return []
  }
}

const outputOf = (parts: readonly Part[], images: Images): string | ResponseInputContent[] => {
  if (parts.length === 0) return NO_OUTPUT
  return parts.every((part) => part.type === "text") ? parts.map((part) => part.text).join("\n") : parts.map((part) => partOf(part, images))
}

const partOf = (part: Part, images: Images): ResponseInputContent => {
  if (part.type === "text") return { type: "input_text", text: part.text }
  const data = images.get(part.blob)
  if (data === undefined) return { type: "input_text", text: missingImage(part) }
  return { type: "input_image", detail: "auto", image_url: `data:${part.mediaType};base64,${data}` }
}

/** What a piece of reasoning is known by; it is the opaque signature of the thinking block. */
interface Seal {
  readonly id: string
  readonly encrypted: string
}

export const sealOf = (id: string, encrypted: string): string => JSON.stringify({ id, encrypted } satisfies Seal)

/** The reasoning item as it came. A signature that another wire made means nothing here and is left out. */
const reasoningOf = (text: string, signature: string): readonly ResponseInputItem[] => {
  try {
    const { id, encrypted } = JSON.parse(signature) as Seal
    return [{ type: "reasoning", id, summary: text.trim() === "" ? [] : [{ type: "summary_text", text }], encrypted_content: encrypted }]
  } catch {
    return []
  }
}
