import type { CanonicalRequest, Content, Message } from "../../machine/request.ts"
import type { Part } from "../../machine/session.ts"
import type { Anthropic } from "./anthropic.ts"
import { catalogueEntry } from "./catalogue.ts"
import { missingImage, NO_OUTPUT, type Images } from "./images.ts"
import { answersWithoutTrailingThinking } from "./thinking.ts"

type Body = Anthropic.MessageCreateParamsStreaming
type Block = Anthropic.ContentBlockParam

const CACHED = { cache_control: { type: "ephemeral" } } as const

/**
 * The request as Anthropic's Messages wire has it. Four marks ask for the cache, as many as there may be: behind the tools, the system
 * text, and the last two messages of the person. So the next request finds all of this one, and this one the whole of the one before,
 * however many blocks lie between: the provider itself looks back only some twenty.
 */
export const encodeAnthropic = (request: CanonicalRequest, model: string, images: Images): Body => {
  const { thinking } = catalogueEntry(request.model)
  return {
    model,
    max_tokens: request.parameters.outputTokensMax,
    stream: true,
    ...(request.system.trim() === "" ? {} : { system: [{ type: "text", text: request.system, ...CACHED }] }),
    ...(request.tools.length === 0 ? {} : { tools: toolsOf(request) }),
    ...(thinking === "adaptive" ? { thinking: { type: "adaptive", display: "summarized" } } : {}),
    messages: messagesOf(request, images)
  }
}

const toolsOf = ({ tools }: CanonicalRequest): Anthropic.Tool[] =>
  tools.map(({ name, description, inputSchema }, index) => ({
    name,
    description,
    input_schema: inputSchema as Anthropic.Tool.InputSchema,
    ...(index === tools.length - 1 ? CACHED : {})
  }))

const messagesOf = (request: CanonicalRequest, images: Images): Anthropic.MessageParam[] => {
  const messages = answersWithoutTrailingThinking(request.messages)
  return messages.map((message, index) => {
    const blocks = blocksOf(message, images)
    return { role: message.role, content: message.role === "user" && index >= messages.length - 3 ? marked(blocks) : blocks }
  })
}

const blocksOf = (message: Message, images: Images): Block[] => message.content.map((content) => blockOf(content, images))

const blockOf = (content: Content, images: Images): Block => {
  switch (content.type) {
    case "text":
    case "image":
      return partOf(content, images)
    case "thinking":
      return content.redacted
        ? { type: "redacted_thinking", data: content.signature }
        : { type: "thinking", thinking: content.text, signature: content.signature }
    case "tool-call":
      return { type: "tool_use", id: content.id, name: content.name, input: content.input }
    case "tool-result":
      return {
        type: "tool_result",
        tool_use_id: content.id,
        content: content.content.length === 0 ? NO_OUTPUT : content.content.map((part) => partOf(part, images)),
        ...(content.failed ? { is_error: true } : {})
      }
  }
}

const partOf = (part: Part, images: Images): Anthropic.TextBlockParam | Anthropic.ImageBlockParam => {
  if (part.type === "text") return { type: "text", text: part.text }
  const data = images.get(part.blob)
  if (data === undefined) return { type: "text", text: missingImage(part) }
  return { type: "image", source: { type: "base64", media_type: part.mediaType as Anthropic.Base64ImageSource["media_type"], data } }
}

const marked = (blocks: readonly Block[]): Block[] =>
  blocks.map((block, index) => (index === blocks.length - 1 ? ({ ...block, ...CACHED } as Block) : block))
