import type { CanonicalRequest, Content, Message } from "../../../src/machine/request.ts"

/** Names that every provider takes. */
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/

/**
 * Why the strictest provider would refuse a request; `null` where all take it.
 * The common denominator of Anthropic Messages, OpenAI Chat Completions and OpenAI Responses.
 */
export const refusal = ({ messages, parameters }: CanonicalRequest): string | null => {
  if (!(parameters.outputTokensMax >= 1)) return `the output may have ${parameters.outputTokensMax} tokens`
  if (messages.length === 0) return "no messages"
  if (messages[0]?.role !== "user") return "the first message is not the user's"
  if (messages[messages.length - 1]?.role !== "user") return "it ends with a message of the model"
  return messages.reduce<string | null>((why, message, index) => why ?? messageRefusal(message, messages[index - 1]), null) ?? idRefusal(messages)
}

const messageRefusal = ({ role, content }: Message, before: Message | undefined): string | null => {
  if (role === before?.role) return `two messages of the ${role} in a row`
  if (content.length === 0) return `an empty message of the ${role}`
  if (role === "assistant" && content[content.length - 1]?.type === "thinking") return "a message of the model ends with thinking"
  return content.reduce<string | null>((why, block) => why ?? blockRefusal(block, role), null) ?? pairRefusal(content, before)
}

const ASSISTANT_ONLY: readonly Content["type"][] = ["thinking", "tool-call"]
const USER_ONLY: readonly Content["type"][] = ["image", "tool-result"]

const blockRefusal = (block: Content, role: Message["role"]): string | null => {
  if ((role === "user" ? ASSISTANT_ONLY : USER_ONLY).includes(block.type)) return `${block.type} in a message of the ${role}`
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? "blank text" : null
    case "image":
      return null
    case "thinking":
      return typeof block.signature === "string" ? null : "unsigned thinking"
    case "tool-call":
      if (!TOOL_NAME.test(block.name)) return `a tool named ${JSON.stringify(block.name)}`
      return isObject(block.input) ? null : "a call whose input is no object"
    case "tool-result":
      if (block.content.length === 0 && block.failed) return "a failed result without content"
      return block.content.some((part) => part.type === "text" && part.text.trim() === "") ? "blank text in a result" : null
  }
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)

/** Every call has its result at the start of the very next message, in order, and no result stands without its call. */
const pairRefusal = (content: readonly Content[], before: Message | undefined): string | null => {
  const calls = (before?.content ?? []).flatMap((block) => (block.type === "tool-call" ? [block.id] : []))
  const results = content.flatMap((block) => (block.type === "tool-result" ? [block.id] : []))
  if (calls.join() !== results.join()) return `calls ${calls.join()} are answered by results ${results.join()}`
  return content.slice(0, results.length).every((block) => block.type === "tool-result") ? null : "a result stands behind other content"
}

const idRefusal = (messages: readonly Message[]): string | null => {
  const ids = messages.flatMap(({ content }) => content.flatMap((block) => (block.type === "tool-call" ? [block.id] : [])))
  return new Set(ids).size === ids.length ? null : "two calls of one id"
}
