import { chop, hearings, stopOf, usageOf, type Answer, type AnswerBlock, type AnswerStop, type AnswerUsage, type Heard, type WireSpeech } from "./answer.ts"
import { anthropicRefusal } from "./anthropic-rules.ts"
import { seal } from "./seal.ts"
import { asArray, asObject, textsOf, type Json } from "./shape.ts"

/** The wire of Anthropic Messages. */
export const anthropic: WireSpeech = {
  path: "/v1/messages",
  base: "",
  frames: (answer, model, id) => [
    sse({ type: "message_start", message: startOf(answer, model, id) }) + sse({ type: "ping" }),
    ...answer.blocks.flatMap((block, index) => blockFrames(answer, block, index, id)),
    sse({
      type: "message_delta",
      delta: { stop_reason: STOPS[stopOf(answer)], stop_sequence: null },
      usage: usageWire(usageOf(answer), usageOf(answer).outputTokens)
    }),
    sse({ type: "message_stop" })
  ],
  errorEvent: (error) => sse({ type: "error", error }),
  errorBody: (status, error) =>
    JSON.stringify({
      type: "error",
      error: { type: error.type ?? ERROR_TYPES[status] ?? "api_error", message: error.message ?? `the server says ${status}` },
      request_id: "req_test"
    }),
  refusal: anthropicRefusal,
  key: (headers) => headers["x-api-key"] ?? headers["authorization"]?.replace(/^Bearer /, "") ?? null,
  heard: (body) => heardOf(asArray(body["messages"]).map(asObject))
}

const STOPS: Readonly<Record<AnswerStop, string>> = {
  end: "end_turn",
  "tool-calls": "tool_use",
  "max-tokens": "max_tokens",
  refusal: "refusal",
  filter: "refusal"
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error"
}

const sse = (event: Json): string => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`

const startOf = (answer: Answer, model: string, id: string): unknown => ({
  id: `msg_${id}`,
  type: "message",
  role: "assistant",
  model,
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: usageWire(usageOf(answer), 1)
})

const usageWire = (usage: AnswerUsage, outputTokens: number): unknown => ({
  input_tokens: usage.inputTokens,
  cache_creation_input_tokens: usage.cacheWriteTokens,
  cache_read_input_tokens: usage.cacheReadTokens,
  output_tokens: outputTokens
})

const blockFrames = (answer: Answer, block: AnswerBlock, index: number, id: string): readonly string[] => {
  const start = (content_block: unknown): string => sse({ type: "content_block_start", index, content_block })
  const delta = (value: unknown): string => sse({ type: "content_block_delta", index, delta: value })
  const stop = sse({ type: "content_block_stop", index })
  switch (block.type) {
    case "text":
      return [
        start({ type: "text", text: "" }),
        ...chop(block.text, answer.deltaBytes).map((text) => delta({ type: "text_delta", text })),
        stop
      ]
    case "thinking":
      return block.redacted === true
        ? [start({ type: "redacted_thinking", data: seal(block.text, block.signature) }), stop]
        : [
            start({ type: "thinking", thinking: "", signature: "" }),
            ...chop(block.text, answer.deltaBytes).map((thinking) => delta({ type: "thinking_delta", thinking })),
            delta({ type: "signature_delta", signature: seal(block.text, block.signature) }),
            stop
          ]
    case "tool-call":
      return [
        start({ type: "tool_use", id: block.id ?? `toolu_${id}_${index}`, name: block.name, input: {} }),
        delta({ type: "input_json_delta", partial_json: "" }),
        ...chop(block.arguments, answer.deltaBytes).map((partial_json) => delta({ type: "input_json_delta", partial_json })),
        stop
      ]
  }
}

const heardOf = (messages: readonly Json[]): Heard => {
  const heard = hearings()
  for (const { role, content } of messages) {
    if (role === "assistant") heard.next()
    else if (typeof content === "string") heard.add("words", content)
    else for (const block of asArray(content).map(asObject)) heard.add(block["type"] === "tool_result" ? "results" : "words", ...textsOf([block]))
  }
  return heard.all
}
