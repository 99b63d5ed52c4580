import * as Effect from "effect/Effect"
import type { CanonicalRequest } from "../../machine/request.ts"
import type { Part } from "../../machine/session.ts"
import { failed, type Delta, type OnPiece } from "./piece.ts"
import { argumentsOf, chooseAnswer, positionsOf, textOf, type Hearing, type Script, type ScriptedAnswer, type ScriptedBlock } from "./script.ts"

/** How an answer streams where the script says nothing: alive to the eye, and quick. Units: ms, bytes. */
export const CHUNK_MS = 8
export const CHUNK_BYTES = 24

/** Plays the script's answer to a request. `chunkMs` given here overrides all that the script says; 0 streams without a pause. */
export const playScript = (script: Script, request: CanonicalRequest, on: OnPiece, chunkMs?: number): Effect.Effect<void> => {
  const heard = hearingsOf(request)
  const answer = chooseAnswer(script, heard)
  if (answer === null) return Effect.sync(() => on(failed({ failure: "permanent", message: noAnswer(script, heard.length) })))
  const pauseMs = chunkMs ?? answer.chunkMs ?? script.chunkMs ?? CHUNK_MS
  const deltas = deltasOf(answer, answer.chunkBytes ?? script.chunkBytes ?? CHUNK_BYTES)
  const end = Effect.sync(() => on({ type: "LlmCompleted", stop: stopOf(answer), usage: usageOf(request, answer) }))
  if (pauseMs <= 0) return Effect.andThen(Effect.sync(() => deltas.forEach(on)), end)
  const slowly = Effect.forEach(deltas, (delta) => Effect.andThen(Effect.sleep(pauseMs), Effect.sync(() => on(delta))), { discard: true })
  return Effect.andThen(slowly, end)
}

const noAnswer = (script: Script, asked: number): string =>
  `ask the scripted model: its script has no answer to request ${asked} (${positionsOf(script).length} positions); ` +
  "add one, or one whose `when` holds"

/** What the model heard before each of its answers, the last element now. */
export const hearingsOf = (request: CanonicalRequest): readonly Hearing[] => {
  const heard: { results: string[]; words: string[] }[] = [{ results: [], words: [] }]
  for (const { role, content } of request.messages) {
    if (role === "assistant") {
      heard.push({ results: [], words: [] })
      continue
    }
    for (const part of content) {
      if (part.type === "text") heard.at(-1)?.words.push(part.text)
      if (part.type === "tool-result") heard.at(-1)?.results.push(...textsOf(part.content))
    }
  }
  return heard
}

const textsOf = (parts: readonly Part[]): readonly string[] => parts.flatMap((part) => (part.type === "text" ? [part.text] : []))

const deltasOf = (answer: ScriptedAnswer, bytes: number): readonly Delta[] =>
  answer.blocks.flatMap((block, index) => blockDeltas(block, index, bytes))

const blockDeltas = (block: ScriptedBlock, index: number, bytes: number): readonly Delta[] => {
  switch (block.type) {
    case "text":
      return chop(textOf(block), bytes).map((text) => ({ type: "LlmTextDelta", text }))
    case "thinking":
      return [
        ...chop(block.text, bytes).map((text): Delta => ({ type: "LlmThinkingDelta", text })),
        { type: "LlmThinkingDelta", text: "", signature: block.signature ?? "scripted" }
      ]
    case "tool-call":
      return [
        { type: "LlmToolCallDelta", index, name: block.name, arguments: "" },
        ...chop(argumentsOf(block), bytes).map((piece): Delta => ({ type: "LlmToolCallDelta", index, arguments: piece }))
      ]
  }
}

/** Pieces of at least `bytes` UTF-8 bytes, never cut inside a letter. */
const chop = (text: string, bytes: number): readonly string[] => {
  const pieces: string[] = []
  let piece = ""
  let size = 0
  for (const letter of text) {
    piece += letter
    size += Buffer.byteLength(letter)
    if (size < bytes) continue
    pieces.push(piece)
    piece = ""
    size = 0
  }
  return piece === "" ? pieces : [...pieces, piece]
}

const stopOf = ({ stop, blocks }: ScriptedAnswer) => stop ?? (blocks.some((block) => block.type === "tool-call") ? "tool-calls" : "end")

/** Tokens as a real model would roughly count them; nobody is paid for them. */
const usageOf = (request: CanonicalRequest, answer: ScriptedAnswer) => ({
  inputTokens: Math.ceil(JSON.stringify(request).length / 4),
  outputTokens: Math.ceil(JSON.stringify(answer.blocks).length / 4),
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cost: 0
})
