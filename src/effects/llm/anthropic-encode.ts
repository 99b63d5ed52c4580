import type Anthropic from "@anthropic-ai/sdk"
import type { CanonicalRequest, Content, Message } from "../../machine/request.ts"
import type { Part } from "../../machine/session.ts"
import { catalogueEntry } from "./catalogue.ts"
import { missingImage, NO_OUTPUT, type Images } from "./images.ts"
import { answersWithoutTrailingThinking } from "./thinking.ts"

type Body = Anthropic.MessageCreateParamsStreaming
type Block = Anthropic.ContentBlockParam

const CACHED = { cache_control: { type: "ephemeral" } } as const

/**
 * The request as Anthropic's Messages wire has it. Three marks ask for the cache: behind the tools, behind the system text, and behind
 * the last message, so that the next request finds all of this one.
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
  return messages.map((message, index) => ({
    role: message.role,
    content: index === messages.length - 1 ? marked(blocksOf(message, images)) : blocksOf(message, images)
  }))
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

/** The cache mark goes on the last block that takes one; thinking takes none. */
const marked = (blocks: readonly Block[]): Block[] => {
  const last = blocks.findLastIndex((block) => block.type !== "thinking" && block.type !== "redacted_thinking")
  return blocks.map((block, index) => (index === last ? ({ ...block, ...CACHED } as Block) : block))
}
