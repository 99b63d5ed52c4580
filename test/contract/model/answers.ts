import type { ModelAnswer } from "./host-model.ts"

/** Longer than a packet of any wire, with letters of two, three and four bytes. */
export const LONG: ModelAnswer = { blocks: [{ type: "text", text: "Ich sehe nach 👀, dann 修正します — größer, and so on. ".repeat(12).trim() }] }

/** Few enough to be sent byte by byte. */
export const LETTERS: ModelAnswer = { blocks: [{ type: "text", text: "größer 👀 修正" }] }

export const CALLS: ModelAnswer = {
  blocks: [
    { type: "text", text: "Reading both." },
    { type: "tool-call", name: "file_read", arguments: '{"path":"src/ä.ts"}' },
    { type: "tool-call", name: "file_read", arguments: '{"path":"b"}' }
  ]
}

export const THOUGHT: ModelAnswer = { blocks: [{ type: "thinking", text: "where is the bug? grüße" }, { type: "text", text: "Here." }] }

export const BROKEN_ARGUMENTS: ModelAnswer = { blocks: [{ type: "tool-call", name: "file_read", arguments: '{"path": "a' }] }

export const USED: ModelAnswer = {
  blocks: [{ type: "text", text: "counted" }],
  usage: { inputTokens: 1000, outputTokens: 50, cacheReadTokens: 300, cacheWriteTokens: 0 }
}
