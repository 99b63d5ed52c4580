import type { LlmTextDelta, LlmThinkingDelta, LlmToolCallDelta } from "../../../src/machine/event.ts"
import type { Block, ReportedUsage } from "../../../src/machine/session.ts"

/** What came of an answer so far, put together from its deltas alone. */
export interface Streamed {
  readonly blocks: readonly Block[]
  /** For each block the provider's index of its call; -1 where it is none. */
  readonly indices: readonly number[]
  readonly usage: ReportedUsage | null
}

export const NOTHING_STREAMED: Streamed = { blocks: [], indices: [], usage: null }

export const withUsageSoFar = (streamed: Streamed, usage: ReportedUsage | undefined): Streamed =>
  usage === undefined ? streamed : { ...streamed, usage }

/** The answer with one more delta; `callId` is what a call that begins here must be named. */
export const withDelta = (
  streamed: Streamed,
  delta: LlmTextDelta | LlmThinkingDelta | LlmToolCallDelta,
  callId: string
): Streamed => {
  const told = withUsageSoFar(streamed, delta.usage)
  switch (delta.type) {
    case "LlmTextDelta":
      return withText(told, delta.text)
    case "LlmThinkingDelta":
      return withThinking(told, delta)
    case "LlmToolCallDelta":
      return withCall(told, delta, callId)
  }
}

const lastBlock = ({ blocks }: Streamed): Block | undefined => blocks[blocks.length - 1]

const begun = (streamed: Streamed, block: Block, index = -1): Streamed => ({
  ...streamed,
  blocks: [...streamed.blocks, block],
  indices: [...streamed.indices, index]
})

const replaced = (streamed: Streamed, position: number, block: Block): Streamed => ({
  ...streamed,
  blocks: streamed.blocks.map((old, at) => (at === position ? block : old))
})

const withText = (streamed: Streamed, text: string): Streamed => {
  const last = lastBlock(streamed)
  if (last?.type !== "text") return begun(streamed, { type: "text", text })
  return replaced(streamed, streamed.blocks.length - 1, { type: "text", text: last.text + text })
}

const withThinking = (streamed: Streamed, { text, signature = null as string | null, redacted = false }: ThinkingPiece): Streamed => {
  const last = lastBlock(streamed)
  const goesOn = last?.type === "thinking" && last.signature === null && last.redacted === redacted
  if (!goesOn) return begun(streamed, { type: "thinking", text, signature, redacted })
  return replaced(streamed, streamed.blocks.length - 1, { type: "thinking", text: last.text + text, signature, redacted })
}

interface ThinkingPiece {
  readonly text: string
  readonly signature?: string | null
  readonly redacted?: boolean
}

const withCall = (streamed: Streamed, { index, name = "", arguments: piece }: LlmToolCallDelta, callId: string): Streamed => {
  const position = streamed.indices.findIndex((known, at) => known === index && streamed.blocks[at]?.type === "tool-call")
  const known = streamed.blocks[position]
  if (known?.type !== "tool-call") return begun(streamed, { type: "tool-call", id: callId, name, arguments: piece }, index)
  return replaced(streamed, position, { ...known, name: known.name + name, arguments: known.arguments + piece })
}
