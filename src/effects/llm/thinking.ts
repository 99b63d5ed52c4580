import type { Message } from "../../machine/request.ts"

/**
 * The messages without thinking that nothing follows: an answer that was interrupted while it thought. Every provider refuses that.
 * An answer of which nothing is left goes away, and the person's messages around it become one.
 */
export const answersWithoutTrailingThinking = (messages: readonly Message[]): readonly Message[] => {
  const kept: Message[] = []
  for (const message of messages) {
    const content = message.role === "assistant" ? withoutTrailing(message.content) : message.content
    const last = kept.at(-1)
    if (content.length === 0) continue
    if (last?.role === message.role) kept[kept.length - 1] = { role: message.role, content: [...last.content, ...content] }
    else kept.push(content === message.content ? message : { role: message.role, content })
  }
  return kept
}

const withoutTrailing = (content: Message["content"]): Message["content"] => {
  const end = content.findLastIndex(({ type }) => type !== "thinking") + 1
  return end === content.length ? content : content.slice(0, end)
}
