import { describe, expect, test } from "vitest"
import { anthropicDecoder } from "../../../src/effects/llm/anthropic-decode.ts"
import type { Decoder } from "../../../src/effects/llm/exchange.ts"
import { chatDecoder } from "../../../src/effects/llm/openai-chat-decode.ts"
import { responsesDecoder } from "../../../src/effects/llm/openai-responses-decode.ts"
import { isEnd, type ModelFailure, type OnPiece, type Piece } from "../../../src/effects/llm/piece.ts"
import { sseReader } from "../../../src/effects/llm/sse.ts"
import { anthropic } from "../../support/model-server/anthropic.ts"
import type { Answer, Wire, WireSpeech } from "../../support/model-server/answer.ts"
import { openaiCompatible } from "../../support/model-server/openai-compatible.ts"
import { openai } from "../../support/model-server/openai.ts"
import { bodyOf } from "../../support/model-server/send.ts"
import { seal } from "../../support/model-server/seal.ts"
import { blocksOf, MODELS, WIRES } from "./support.ts"

const SPEECH: Readonly<Record<Wire, WireSpeech>> = { anthropic, openai, "openai-compatible": openaiCompatible }
const DECODERS = { anthropic: anthropicDecoder, openai: responsesDecoder, "openai-compatible": chatDecoder } as const

const sort = (error: unknown): ModelFailure => ({ failure: "transient", message: JSON.stringify(error) })

interface Decoded {
  readonly pieces: readonly Piece[]
  readonly ended: boolean
}

/** Feeds bytes to a wire's decoder, in slices, as `exchange` does; `closes`: the stream ends in good order after them. */
const decode = (wire: Wire, bytes: Uint8Array, { slice = bytes.length, closes = false } = {}): Decoded => {
  const pieces: Piece[] = []
  const on: OnPiece = (piece) => void pieces.push(piece)
  const decoder: Decoder = DECODERS[wire](MODELS[wire], sort, on)
  const ended = (): boolean => pieces.some(isEnd)
  const reader = sseReader((data) => (ended() ? undefined : decoder.event(data)))
  for (let at = 0; at < bytes.length; at += slice) reader.push(bytes.subarray(at, at + slice))
  if (closes && !ended()) decoder.closed()
  return { pieces, ended: ended() }
}

const ANSWER: Answer = {
  deltaBytes: 7,
  blocks: [
    { type: "thinking", text: "where is the bug? grüße" },
    { type: "text", text: "Ich sehe nach 👀, dann 修正します." },
    { type: "tool-call", name: "file_read", arguments: '{"path":"src/ä.ts"}' },
    { type: "tool-call", name: "file_read", arguments: '{"path":"b"}' }
  ],
  usage: { inputTokens: 1000, outputTokens: 50, cacheReadTokens: 300, cacheWriteTokens: 200 }
}
const BLOCKS = (wire: Wire): readonly string[] => {
  const [first, second] = wire === "openai-compatible" ? [0, 1] : [2, 3]
  return [
    "thinking: where is the bug? grüße",
    "text: Ich sehe nach 👀, dann 修正します.",
    `call ${first}: file_read{"path":"src/ä.ts"}`,
    `call ${second}: file_read{"path":"b"}`
  ]
}
const bodyFor = (wire: Wire, answer: Answer = ANSWER): Buffer => bodyOf(SPEECH[wire], answer, "m", "1")

describe.each(WIRES)("the decoder of the %s wire", (wire) => {
  test("gives thinking, text and calls in the order they came, and one end with usage and price", () => {
    const { pieces } = decode(wire, bodyFor(wire))
    expect(blocksOf(pieces)).toEqual(BLOCKS(wire))
    const usage = { inputTokens: 1000, outputTokens: 50, cacheReadTokens: 300, cacheWriteTokens: 200 }
    // 1000 × 2 + 50 × 10 + 300 × 0.1 (anthropic) or 0.2 (openai) + 200 × 2.5 dollars a million
    const cost = { anthropic: 3_030_000, openai: 3_060_000, "openai-compatible": "unknown" }[wire]
    expect(pieces.filter(isEnd)).toEqual([{ type: "LlmCompleted", stop: "tool-calls", usage: { ...usage, cost } }])
  })

  test("gives the same whatever slices the bytes come in, also in the middle of a letter", () => {
    const whole = decode(wire, bodyFor(wire)).pieces
    for (const slice of [1, 2, 3, 5, 7, 64]) expect(decode(wire, bodyFor(wire), { slice }).pieces).toEqual(whole)
  })

  /** Proves MODELS-3. */
  test("cut at any byte, it gives a beginning of the answer and never takes it for a whole one", () => {
    const body = bodyFor(wire)
    const whole = decode(wire, body).pieces
    for (let cut = 0; cut < body.length; cut++) {
      const { pieces, ended } = decode(wire, body.subarray(0, cut))
      expect(ended, `cut after ${cut} of ${body.length} bytes`).toBe(false)
      expect(pieces).toEqual(whole.slice(0, pieces.length))
    }
  })

  test("closed in good order but too early, it takes the answer for whole only where the provider had said why it stopped", () => {
    const body = bodyFor(wire)
    const said = wire === "openai-compatible" ? body.indexOf('"finish_reason":"tool_calls"') : body.length - 2
    for (let cut = 0; cut < body.length; cut++) {
      const { pieces, ended } = decode(wire, body.subarray(0, cut), { closes: true })
      if (ended) expect(cut).toBeGreaterThan(said)
      if (ended) expect(blocksOf(pieces)).toEqual(BLOCKS(wire))
    }
  })

  test.each([
    ["end", "end"],
    ["max-tokens", "max-tokens"],
    ["filter", wire === "anthropic" ? "refusal" : "filter"],
    ["refusal", "refusal"]
  ] as const)("says that it stopped by %s", (stop, told) => {
    const { pieces } = decode(wire, bodyFor(wire, { blocks: [{ type: "text", text: "no" }], stop }))
    expect(pieces.at(-1)).toMatchObject({ type: "LlmCompleted", stop: told })
    expect(blocksOf(pieces)).toEqual(["text: no"])
  })

  /** Proves MODELS-4. */
  test("gives broken arguments as they are, and `{}` for none", () => {
    const calls = ['{"path": "a', ""].map((json) => ({ type: "tool-call", name: "file_read", arguments: json }) as const)
    const blocks = blocksOf(decode(wire, bodyFor(wire, { blocks: calls })).pieces)
    expect(blocks.map((block) => block.replace(/^call \d: /, "")).toSorted()).toEqual(['file_read{"path": "a', "file_read{}"])
  })

  test("an error in the middle of the stream is a failure, and what came before it stays", () => {
    const frames = SPEECH[wire].frames(ANSWER, "m", "1")
    const body = Buffer.from(frames.slice(0, 6).join("") + SPEECH[wire].errorEvent({ type: "overloaded_error", message: "busy" }))
    const { pieces } = decode(wire, body)
    expect(pieces.filter(isEnd)).toMatchObject([{ type: "LlmFailed", failure: "transient" }])
    expect(pieces.at(-1)).toMatchObject({ message: expect.stringContaining("busy") as string })
    expect(blocksOf(pieces)[0]).toMatch(/^thinking: where/)
  })
})

test("Anthropic's signature closes its thinking, hidden thinking comes as its seal alone", () => {
  const body = bodyFor("anthropic", {
    blocks: [
      { type: "thinking", text: "hm" },
      { type: "thinking", text: "secret", redacted: true },
      { type: "thinking", text: "" },
      { type: "text", text: "ok" }
    ]
  })
  const deltas = decode("anthropic", body).pieces.filter((piece) => piece.type === "LlmThinkingDelta")
  expect(deltas.map(({ text, signature, redacted }) => [text, signature, redacted])).toEqual([
    ["hm", undefined, undefined],
    ["", seal("hm", undefined), undefined],
    ["", seal("secret", undefined), true],
    ["", seal("", undefined), undefined]
  ])
})

test("Anthropic's usage comes with the first delta, so that an interrupted answer counts too", () => {
  const [first, second] = decode("anthropic", bodyFor("anthropic")).pieces
  expect(first?.usage).toMatchObject({ inputTokens: 1000, outputTokens: 1, cacheReadTokens: 300 })
  expect(second).not.toHaveProperty("usage")
})

test("a reason to stop that is not known is never taken for a whole answer", () => {
  const anthropicBody = bodyFor("anthropic").toString().replace('"stop_reason":"tool_use"', '"stop_reason":"tired"')
  expect(decode("anthropic", Buffer.from(anthropicBody)).pieces.at(-1)).toMatchObject({ stop: "max-tokens" })
  const chatBody = bodyFor("openai-compatible").toString().replace('"finish_reason":"tool_calls"', '"finish_reason":"tired"')
  expect(decode("openai-compatible", Buffer.from(chatBody)).pieces.at(-1)).toMatchObject({ stop: "max-tokens" })
})

const chat = (...chunks: readonly unknown[]): Buffer =>
  Buffer.from([...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`).join(""))

test("Chat Completions as others speak it: calls that share an index, repeat their name, come whole, and stop by `stop`", () => {
  const call = (id: string | undefined, args: string) => ({ choices: [{ delta: { tool_calls: [{ index: 0, id, function: { name: "file_read", arguments: args } }] } }] })
  const body = chat(call("a", '{"path":'), call("a", '"x"}'), call("b", "{}"), { choices: [{ delta: {}, finish_reason: "stop" }] })
  const { pieces } = decode("openai-compatible", body)
  expect(blocksOf(pieces)).toEqual(['call 0: file_read{"path":"x"}', "call 1: file_read{}"])
  expect(pieces.at(-1)).toEqual({
    type: "LlmCompleted",
    stop: "tool-calls",
    usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cost: "unknown" }
  })
})

test("Chat Completions as others speak it: thinking under either name, usage in the last chunk, an error with a number", () => {
  const body = chat(
    { choices: [{ delta: { reasoning: "hm" } }] },
    { choices: [{ delta: { reasoning_content: "!", content: "ok" } }] },
    { choices: [{ delta: { content: null }, finish_reason: "length" }], usage: { prompt_tokens: 9, completion_tokens: 2 } }
  )
  const { pieces } = decode("openai-compatible", body)
  expect(blocksOf(pieces)).toEqual(["thinking: hm!", "text: ok"])
  expect(pieces.at(-1)).toMatchObject({ stop: "max-tokens", usage: { inputTokens: 9, outputTokens: 2 } })
  const broken = decode("openai-compatible", chat({ error: { code: 502, message: "upstream" } }))
  expect(broken.pieces).toMatchObject([{ type: "LlmFailed", message: '{"code":502,"message":"upstream"}' }])
})

test("an answer that ends without any reason to have stopped is a failure that may pass", () => {
  expect(decode("openai-compatible", chat({ choices: [{ delta: { content: "half" } }] })).pieces.at(-1)).toMatchObject({
    type: "LlmFailed",
    failure: "transient"
  })
})
