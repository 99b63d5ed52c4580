import type { AnswerBlock, ModelAnswer, Piece } from "./host-model.ts"

export const isEnd = (piece: Piece | undefined): boolean => piece?.type === "LlmCompleted" || piece?.type === "LlmFailed"

/** What the pieces say, block by block, whatever the pieces were: text, thinking and calls, each call by the order of its index. */
export const saidBy = (pieces: readonly Piece[]): readonly string[] => {
  const textByBlock = new Map<string, string>()
  let block = 0
  let last = ""
  for (const piece of pieces) {
    if (piece.type === "LlmCompleted" || piece.type === "LlmFailed") continue
    const kind = piece.type === "LlmToolCallDelta" ? `call ${piece.index}` : piece.type === "LlmTextDelta" ? "text" : "thinking"
    if (kind !== last && !kind.startsWith("call")) block += 1
    last = kind
    const key = kind.startsWith("call") ? kind : `${block} ${kind}`
    const words = piece.type === "LlmToolCallDelta" ? `${piece.name === undefined ? "" : `${piece.name} `}${piece.arguments}` : piece.text
    textByBlock.set(key, (textByBlock.get(key) ?? "") + words)
  }
  return [...textByBlock].map(([key, words]) => `${key.replace(/^\d+ | \d+$/g, "")}: ${words}`).filter((said) => said !== "thinking: ")
}

/** The same of an answer as it was meant. */
export const meantBy = ({ blocks }: ModelAnswer): readonly string[] => blocks.map(meant)

const meant = (block: AnswerBlock): string => (block.type === "tool-call" ? `call: ${block.name} ${block.arguments}` : `${block.type}: ${block.text}`)

/** Whether what was said is the beginning of what was meant. */
export const beginsAs = (said: readonly string[], whole: readonly string[]): boolean =>
  said.every((each, index) => (index < said.length - 1 ? each === whole[index] : whole[index]?.startsWith(each) === true))
