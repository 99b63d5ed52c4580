import { makeChain, type ChainVerdict } from "../../../../src/runtime/event-log/chain.ts"
import { makeBlocks } from "../../../../src/runtime/event-log/scan.ts"

/** What the chain says of a log that is in memory. */
export const checkBytes = (bytes: Uint8Array): ChainVerdict => {
  const chain = makeChain()
  const pieces = makeBlocks()
  for (const block of pieces.blocks(bytes)) if (!chain.take(block)) return chain.verdict()
  chain.take(pieces.rest())
  return chain.verdict()
}
