import { chop, hearings, stopOf, usageOf, type Answer, type AnswerBlock, type AnswerStop, type Heard, type WireSpeech } from "./answer.ts"
import { openai } from "./openai.ts"
import { compatibleRefusal } from "./openai-compatible-rules.ts"
import { asArray, asObject, textsOf, type Json } from "./shape.ts"

/** The wire of OpenAI Chat Completions, as Ollama, vLLM, OpenRouter and others speak it. */
export const openaiCompatible: WireSpeech = {
  path: "/v1/chat/completions",
  base: "/v1",
  frames: (answer, model, id) => {
    const chunk = chunkOf(model, id)
    const calls = answer.blocks.filter((block) => block.type === "tool-call")
    return [
      chunk({ role: "assistant", content: "" }),
      ...answer.blocks.flatMap((block) => deltasOf(answer, block, block.type === "tool-call" ? calls.indexOf(block) : 0, id).map((delta) => chunk(delta))),
      chunk({}, STOPS[stopOf(answer)]),
      usageChunk(answer, model, id),
      "data: [DONE]\n\n"
    ]
  },
  errorEvent: (error) => `data: ${JSON.stringify({ error: { message: error.message, type: error.type, code: error.type } })}\n\n`,
  errorBody: openai.errorBody,
  refusal: compatibleRefusal,
  key: openai.key,
  heard: (body) => heardOf(asArray(body["messages"]).map(asObject))
}

const STOPS: Readonly<Record<AnswerStop, string>> = {
  end: "stop",
  "tool-calls": "tool_calls",
  "max-tokens": "length",
  refusal: "stop",
  filter: "content_filter"
}

const sse = (data: Json): string => `data: ${JSON.stringify(data)}\n\n`

const headOf = (model: string, id: string): Json => ({ id: `chatcmpl-${id}`, object: "chat.completion.chunk", created: 1_700_000_000, model })

const chunkOf =
  (model: string, id: string) =>
  (delta: Json, finish: string | null = null): string =>
    sse({ ...headOf(model, id), choices: [{ index: 0, delta, finish_reason: finish }] })

const usageChunk = (answer: Answer, model: string, id: string): string => {
  const usage = usageOf(answer)
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  return sse({
    ...headOf(model, id),
    choices: [],
    usage: {
      prompt_tokens: prompt,
      prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: usage.cacheWriteTokens },
      completion_tokens: usage.outputTokens,
      total_tokens: prompt + usage.outputTokens
    }
  })
}

const deltasOf = (answer: Answer, block: AnswerBlock, index: number, id: string): readonly Json[] => {
  switch (block.type) {
    case "text": {
      const key = stopOf(answer) === "refusal" ? "refusal" : "content"
      return chop(block.text, answer.deltaBytes).map((text) => ({ [key]: text }))
    }
    case "thinking":
      return chop(block.text, answer.deltaBytes).map((text) => ({ reasoning_content: text }))
    case "tool-call":
      return [
        { tool_calls: [{ index, id: block.id ?? `call_${id}_${index}`, type: "function", function: { name: block.name, arguments: "" } }] },
        ...chop(block.arguments, answer.deltaBytes).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] }))
      ]
  }
}

const heardOf = (messages: readonly Json[]): Heard => {
  const heard = hearings()
  for (const { role, content } of messages) {
    if (role === "assistant") heard.next()
    else if (role !== "system") heard.add(role === "tool" ? "results" : "words", ...textsOf(content))
  }
  return heard.all
}
