import type { LlmCompleted } from "../../machine/event.ts"
import type { ReportedUsage } from "../../machine/session.ts"
import type { Anthropic } from "./anthropic.ts"
import type { Decoder } from "./exchange.ts"
import { failed, noReason, type ModelFailure, type OnPiece } from "./piece.ts"
import { priced, UNREPORTED } from "./price.ts"

/** What the stream says when it goes wrong in the middle. */
type ErrorEvent = { readonly type: "error"; readonly error: unknown }
type Event = Anthropic.RawMessageStreamEvent | ErrorEvent | { readonly type: "ping" }

/** Turns the events of Anthropic's Messages wire into pieces. `model` as `provider:model`, for the price. */
export const anthropicDecoder = (model: string, sort: (error: unknown) => ModelFailure, on: OnPiece): Decoder => {
  let counted: ReportedUsage | undefined
  let untold = false
  let stop: LlmCompleted["stop"] | null = null
  /** The call whose arguments have not begun: one without any gets none at all on this wire. */
  let bare: number | null = null
  /** The usage goes along with the first delta after it was told, so that an interrupted answer counts too. */
  const news = (): { readonly usage?: ReportedUsage } => {
    if (!untold || counted === undefined) return {}
    untold = false
    return { usage: counted }
  }
  const count = (usage: Anthropic.Usage | Anthropic.MessageDeltaUsage | undefined): void => {
    counted = priced(model, {
      inputTokens: usage?.input_tokens ?? counted?.inputTokens ?? 0,
      outputTokens: usage?.output_tokens ?? counted?.outputTokens ?? 0,
      cacheReadTokens: usage?.cache_read_input_tokens ?? counted?.cacheReadTokens ?? 0,
      cacheWriteTokens: usage?.cache_creation_input_tokens ?? counted?.cacheWriteTokens ?? 0
    })
    untold = true
  }
  const event = (data: string): void => {
    const told = JSON.parse(data) as Event
    switch (told.type) {
      case "message_start":
        return count(told.message.usage)
      case "content_block_start":
        if (told.content_block.type === "tool_use") bare = told.index
        return start(told, on, news)
      case "content_block_delta":
        if (told.delta.type === "input_json_delta" && told.delta.partial_json !== "") bare = null
        return delta(told, on, news)
      case "content_block_stop":
        if (bare === told.index) on({ type: "LlmToolCallDelta", index: bare, arguments: "{}" })
        bare = null
        return
      case "message_delta":
        count(told.usage)
        stop = told.delta.stop_reason === null ? stop : stopOf(told.delta.stop_reason)
        return
      case "message_stop":
        return on(stop === null ? failed(noReason(model), counted) : { type: "LlmCompleted", stop, usage: counted ?? UNREPORTED })
      case "error":
        return on(failed(sort(told.error), counted))
      case "ping":
        return
    }
  }
  return { event, closed: () => {}, usage: () => counted }
}

type News = () => { readonly usage?: ReportedUsage }

const start = ({ index, content_block: block }: Anthropic.RawContentBlockStartEvent, on: OnPiece, news: News): void => {
  if (block.type === "text" && block.text !== "") on({ type: "LlmTextDelta", text: block.text, ...news() })
  if (block.type === "tool_use") on({ type: "LlmToolCallDelta", index, name: block.name, arguments: "", ...news() })
  if (block.type === "redacted_thinking") on({ type: "LlmThinkingDelta", text: "", signature: block.data, redacted: true, ...news() })
}

const delta = ({ index, delta }: Anthropic.RawContentBlockDeltaEvent, on: OnPiece, news: News): void => {
  switch (delta.type) {
    case "text_delta":
      return on({ type: "LlmTextDelta", text: delta.text, ...news() })
    case "thinking_delta":
      return on({ type: "LlmThinkingDelta", text: delta.thinking, ...news() })
    case "signature_delta":
      return on({ type: "LlmThinkingDelta", text: "", signature: delta.signature, ...news() })
    case "input_json_delta":
      return delta.partial_json === "" ? undefined : on({ type: "LlmToolCallDelta", index, arguments: delta.partial_json, ...news() })
    case "citations_delta":
      return
  }
}

/** A reason that is not known here counts as an answer cut short: it is never taken for a whole one. */
const stopOf = (reason: Anthropic.StopReason): LlmCompleted["stop"] => {
  switch (reason) {
    case "end_turn":
    case "stop_sequence":
    case "pause_turn":
      return "end"
    case "tool_use":
      return "tool-calls"
    case "refusal":
      return "refusal"
    case "max_tokens":
    case "model_context_window_exceeded":
      return "max-tokens"
  }
  return "max-tokens"
}
