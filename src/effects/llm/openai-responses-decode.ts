import type { LlmCompleted } from "../../machine/event.ts"
import type { ReportedUsage } from "../../machine/session.ts"
import type { Decoder } from "./exchange.ts"
import type { Response as Told, ResponseOutputItem, ResponseStreamEvent } from "./openai.ts"
import { sealOf } from "./openai-responses-encode.ts"
import { failed, type End, type ModelFailure, type OnPiece } from "./piece.ts"
import { priced, UNREPORTED } from "./price.ts"

/** Turns the events of OpenAI's Responses wire into pieces. `model` as `provider:model`, for the price. */
export const responsesDecoder = (model: string, sort: (error: unknown) => ModelFailure, on: OnPiece): Decoder => {
  let counted: ReportedUsage | undefined
  let refused = false
  let called = false
  /** Items whose text or arguments have begun to stream. */
  const begun = new Set<number>()
  const end = (response: Told): End => {
    counted = usageOf(model, response)
    if (response.status === "failed") return failed(sort(response.error), counted)
    return { type: "LlmCompleted", stop: stopOf(response, refused, called), usage: counted ?? UNREPORTED }
  }
  const event = (data: string): void => {
    const told = JSON.parse(data) as ResponseStreamEvent
    switch (told.type) {
      case "response.output_text.delta":
        return on({ type: "LlmTextDelta", text: told.delta })
      case "response.refusal.delta":
        refused = true
        return on({ type: "LlmTextDelta", text: told.delta })
      case "response.reasoning_summary_part.added":
        return told.summary_index === 0 ? undefined : on({ type: "LlmThinkingDelta", text: "\n\n" })
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        begun.add(told.output_index)
        return on({ type: "LlmThinkingDelta", text: told.delta })
      case "response.output_item.added":
        if (told.item.type !== "function_call") return
        called = true
        return on({ type: "LlmToolCallDelta", index: told.output_index, name: told.item.name, arguments: "" })
      case "response.function_call_arguments.delta":
        begun.add(told.output_index)
        return on({ type: "LlmToolCallDelta", index: told.output_index, arguments: told.delta })
      case "response.output_item.done":
        return finished(told.item, told.output_index, begun.has(told.output_index), on)
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        return on(end(told.response))
      case "error":
        return on(failed(sort((told as { readonly error?: unknown }).error ?? told), counted))
    }
  }
  return { event, closed: () => {}, usage: () => counted }
}

/** What only the finished item tells: the seal of reasoning, and arguments that did not stream. */
const finished = (item: ResponseOutputItem, index: number, streamed: boolean, on: OnPiece): void => {
  if (item.type === "function_call" && !streamed) on({ type: "LlmToolCallDelta", index, arguments: item.arguments === "" ? "{}" : item.arguments })
  if (item.type === "reasoning" && typeof item.encrypted_content === "string" && item.encrypted_content !== "") {
    const text = streamed ? "" : item.summary.map((part) => part.text).join("\n\n")
    on({ type: "LlmThinkingDelta", text, signature: sealOf(item.id, item.encrypted_content) })
  }
}

const stopOf = (response: Told, refused: boolean, called: boolean): LlmCompleted["stop"] => {
  if (response.status === "incomplete") return response.incomplete_details?.reason === "content_filter" ? "filter" : "max-tokens"
  if (refused) return "refusal"
  return called ? "tool-calls" : "end"
}

const usageOf = (model: string, { usage }: Told): ReportedUsage | undefined => {
  if (usage === undefined || usage === null) return undefined
  const cacheReadTokens = usage.input_tokens_details?.cached_tokens ?? 0
  const cacheWriteTokens = usage.input_tokens_details?.cache_write_tokens ?? 0
  const inputTokens = Math.max(0, usage.input_tokens - cacheReadTokens - cacheWriteTokens)
  return priced(model, { inputTokens, outputTokens: usage.output_tokens, cacheReadTokens, cacheWriteTokens })
}
