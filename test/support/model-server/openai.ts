import { chop, hearings, stopOf, usageOf, type Answer, type AnswerBlock, type Heard, type WireSpeech } from "./answer.ts"
import { openaiRefusal } from "./openai-rules.ts"
import { seal } from "./seal.ts"
import { asArray, asObject, textsOf, type Json } from "./shape.ts"

/** The wire of OpenAI Responses. */
export const openai: WireSpeech = {
  path: "/v1/responses",
  base: "/v1",
  frames: (answer, model, id) => numbered(eventsOf(answer, model, id)).map(sse),
  errorEvent: (error) => sse({ type: "error", code: error.type, message: error.message, param: null, sequence_number: 9999 }),
  errorBody: (status, error) =>
    JSON.stringify({
      error: {
        message: error.message ?? `the server says ${status}`,
        type: error.type ?? (status >= 500 ? "server_error" : "invalid_request_error"),
        param: null,
        code: error.code ?? null
      }
    }),
  refusal: openaiRefusal,
  key: (headers) => headers["authorization"]?.replace(/^Bearer /, "") ?? null,
  heard: (body) => heardOf(asArray(body["input"]).map(asObject))
}

const sse = (event: Json): string => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`

const numbered = (events: readonly Json[]): readonly Json[] => events.map((event, index) => ({ ...event, sequence_number: index }))

const eventsOf = (answer: Answer, model: string, id: string): readonly Json[] => {
  const items = answer.blocks.map((block, index) => itemOf(answer, block, index, id))
  const response = (status: string, more: Json = {}): Json => ({
    id: `resp_${id}`,
    object: "response",
    created_at: 1_700_000_000,
    status,
    error: null,
    incomplete_details: null,
    model,
    output: [],
    ...more
  })
  return [
    { type: "response.created", response: response("in_progress") },
    { type: "response.in_progress", response: response("in_progress") },
    ...answer.blocks.flatMap((block, index) => blockEvents(answer, block, items[index] ?? {}, index)),
    lastEvent(answer, (status, more) => response(status, { ...more, output: items, usage: usageWire(answer) }))
  ]
}

const lastEvent = (answer: Answer, response: (status: string, more?: Json) => Json): Json => {
  switch (stopOf(answer)) {
    case "max-tokens":
      return { type: "response.incomplete", response: response("incomplete", { incomplete_details: { reason: "max_output_tokens" } }) }
    case "filter":
      return { type: "response.incomplete", response: response("incomplete", { incomplete_details: { reason: "content_filter" } }) }
    case "end":
    case "tool-calls":
    case "refusal":
      return { type: "response.completed", response: response("completed") }
  }
}

const usageWire = (answer: Answer): Json => {
  const usage = usageOf(answer)
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + usage.outputTokens
  }
}

/** A finished item, as it stands in the response's output. */
const itemOf = (answer: Answer, block: AnswerBlock, index: number, id: string): Json => {
  switch (block.type) {
    case "text":
      return { id: `msg_${id}_${index}`, type: "message", status: "completed", role: "assistant", content: [textPart(answer, block.text)] }
    case "thinking": {
      const summary = block.redacted === true || block.text === "" ? [] : [{ type: "summary_text", text: block.text }]
      return { id: `rs_${id}_${index}`, type: "reasoning", summary, encrypted_content: seal(block.redacted === true ? "" : block.text, block.signature) }
    }
    case "tool-call":
      return {
        id: `fc_${id}_${index}`,
        type: "function_call",
        status: "completed",
        call_id: block.id ?? `call_${id}_${index}`,
        name: block.name,
        arguments: block.arguments
      }
  }
}

const textPart = (answer: Answer, text: string): Json =>
  stopOf(answer) === "refusal" ? { type: "refusal", refusal: text } : { type: "output_text", text, annotations: [] }

const blockEvents = (answer: Answer, block: AnswerBlock, item: Json, index: number): readonly Json[] => {
  const at = { item_id: item["id"], output_index: index }
  const done: Json = { type: "response.output_item.done", output_index: index, item }
  const added = (empty: Json): Json => ({ type: "response.output_item.added", output_index: index, item: { ...item, ...empty } })
  switch (block.type) {
    case "text":
      return [added({ status: "in_progress", content: [] }), ...textEvents(answer, block.text, { ...at, content_index: 0 }), done]
    case "thinking":
      return [added({ summary: [], encrypted_content: "" }), ...summaryEvents(answer, asArray(item["summary"]), { ...at, summary_index: 0 }), done]
    case "tool-call":
      return [
        added({ status: "in_progress", arguments: "" }),
        ...chop(block.arguments, answer.deltaBytes).map((delta): Json => ({ type: "response.function_call_arguments.delta", ...at, delta })),
        { type: "response.function_call_arguments.done", ...at, arguments: block.arguments },
        done
      ]
  }
}

const textEvents = (answer: Answer, text: string, at: Json): readonly Json[] => {
  const kind = stopOf(answer) === "refusal" ? "refusal" : "output_text"
  return [
    { type: "response.content_part.added", ...at, part: textPart(answer, "") },
    ...chop(text, answer.deltaBytes).map((delta): Json => ({ type: `response.${kind}.delta`, ...at, delta })),
    { type: `response.${kind}.done`, ...at, [kind === "refusal" ? "refusal" : "text"]: text },
    { type: "response.content_part.done", ...at, part: textPart(answer, text) }
  ]
}

const summaryEvents = (answer: Answer, summary: readonly unknown[], at: Json): readonly Json[] =>
  summary.flatMap((part) => {
    const text = String(asObject(part)["text"])
    return [
      { type: "response.reasoning_summary_part.added", ...at, part: { type: "summary_text", text: "" } },
      ...chop(text, answer.deltaBytes).map((delta): Json => ({ type: "response.reasoning_summary_text.delta", ...at, delta })),
      { type: "response.reasoning_summary_text.done", ...at, text },
      { type: "response.reasoning_summary_part.done", ...at, part }
    ]
  })

/** One answer is a run of items that the model made. */
const heardOf = (items: readonly Json[]): Heard => {
  const heard = hearings()
  let answering = false
  for (const item of items) {
    const made = item["role"] === "assistant" || item["type"] === "function_call" || item["type"] === "reasoning"
    if (made && !answering) heard.next()
    answering = made
    if (!made) heard.add("output" in item ? "results" : "words", ...textsOf(item["output"] ?? item["content"]))
  }
  return heard.all
}
