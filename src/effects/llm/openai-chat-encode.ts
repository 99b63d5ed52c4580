import type { CanonicalRequest, Content, Message } from "../../machine/request.ts"
import { missingImage, NO_OUTPUT, type ImagePart, type Images } from "./images.ts"
import type { ChatCompletionContentPart, ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from "./openai.ts"
import { answersWithoutTrailingThinking } from "./thinking.ts"

/** The request as Chat Completions has it, in the words that all who imitate it know. */
export const encodeChat = (request: CanonicalRequest, model: string, images: Images): ChatCompletionCreateParamsStreaming => ({
  model,
  stream: true,
  stream_options: { include_usage: true },
  max_tokens: request.parameters.outputTokensMax,
  ...(request.tools.length === 0 ? {} : { tools: toolsOf(request) }),
  messages: [
    ...(request.system.trim() === "" ? [] : [{ role: "system", content: request.system } as const]),
    ...answersWithoutTrailingThinking(request.messages).flatMap((message) =>
      message.role === "assistant" ? [answerOf(message)] : wordsOf(message, images)
    )
  ]
})

const toolsOf = ({ tools }: CanonicalRequest): NonNullable<ChatCompletionCreateParamsStreaming["tools"]> =>
  tools.map(({ name, description, inputSchema }) => ({
    type: "function",
    function: { name, description, parameters: inputSchema as Record<string, unknown> }
  }))

/** An answer is one message here: its texts first, then its calls. Thinking has no place on this wire. */
const answerOf = ({ content }: Message): ChatCompletionMessageParam => {
  const text = content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n")
  const calls = content.filter((part) => part.type === "tool-call")
  return {
    role: "assistant",
    content: text === "" ? null : text,
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, input }) => ({
            id,
            type: "function" as const,
            function: { name, arguments: JSON.stringify(input) }
          }))
        })
  }
}

type Result = Extract<Content, { readonly type: "tool-result" }>

/** Results first, a message each; then what was said. A result may hold text only, so its images come with what was said. */
const wordsOf = ({ content }: Message, images: Images): readonly ChatCompletionMessageParam[] => {
  const results = content.filter((part) => part.type === "tool-result")
  const said = [...results.flatMap((result) => shownOf(result, images)), ...content.flatMap((part) => partsOf(part, images))]
  return [
    ...results.map((result) => ({ role: "tool" as const, tool_call_id: result.id, content: textOf(result) })),
    ...(said.length === 0 ? [] : [{ role: "user" as const, content: plain(said) }])
  ]
}

const textOf = ({ content }: Result): string => {
  const text = content.map((part) => (part.type === "text" ? part.text : "[an image, shown below]")).join("\n")
  return text === "" ? NO_OUTPUT : text
}

const shownOf = ({ id, content }: Result, images: Images): readonly ChatCompletionContentPart[] =>
  content.flatMap((part) =>
    part.type === "image" ? [{ type: "text" as const, text: `[the image of the result of ${id}]` }, imageOf(part, images)] : []
  )

const partsOf = (content: Content, images: Images): readonly ChatCompletionContentPart[] => {
  if (content.type === "text") return [{ type: "text", text: content.text }]
  return content.type === "image" ? [imageOf(content, images)] : []
}

const imageOf = (image: ImagePart, images: Images): ChatCompletionContentPart => {
  const data = images.get(image.blob)
  if (data === undefined) return { type: "text", text: missingImage(image) }
  return { type: "image_url", image_url: { url: `data:${image.mediaType};base64,${data}` } }
}

/** Text alone goes as a string: some servers know no lists of parts. */
const plain = (parts: readonly ChatCompletionContentPart[]): string | ChatCompletionContentPart[] =>
  parts.every((part) => part.type === "text") ? parts.map((part) => part.text).join("\n\n") : [...parts]
