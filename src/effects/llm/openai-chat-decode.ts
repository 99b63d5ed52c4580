import type { LlmCompleted } from "../../machine/event.ts"
import type { ReportedUsage } from "../../machine/session.ts"
import type { Decoder } from "./exchange.ts"
import type { ChatCompletionChunk } from "./openai.ts"
import { failed, noReason, type ModelFailure, type OnPiece } from "./piece.ts"
import { priced, UNREPORTED } from "./price.ts"

/** What those who imitate the wire put beside it. */
interface Chunk extends Partial<Omit<ChatCompletionChunk, "choices">> {
  readonly choices?: readonly { readonly delta?: Delta; readonly finish_reason?: string | null }[] | null
  readonly error?: unknown
}
interface Delta {
  readonly content?: string | null
  readonly refusal?: string | null
  /** Both names are in use for what a model thinks. */
  readonly reasoning_content?: string | null
  readonly reasoning?: string | null
  readonly tool_calls?: readonly CallDelta[] | null
}
interface CallDelta {
  readonly index?: number
  readonly id?: string | null
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null }
}

/** Turns the chunks of Chat Completions into pieces. `model` as `provider:model`, for the price. */
export const chatDecoder = (model: string, sort: (error: unknown) => ModelFailure, on: OnPiece): Decoder => {
  let counted: ReportedUsage | undefined
  let refused = false
  let finish: string | null = null
  const calls = callBook(on)
  const complete = (): void => {
    if (finish === null) return on(failed(noReason(model), counted))
    calls.close()
    on({ type: "LlmCompleted", stop: stopOf(finish, refused, calls.count() > 0), usage: counted ?? UNREPORTED })
  }
  const delta = ({ content, refusal, reasoning_content: thought, reasoning, tool_calls: told }: Delta): void => {
    const thinking = filled(thought) ?? filled(reasoning)
    const text = filled(content) ?? filled(refusal)
    if (filled(refusal) !== null) refused = true
    if (thinking !== null) on({ type: "LlmThinkingDelta", text: thinking })
    if (text !== null) on({ type: "LlmTextDelta", text })
    for (const call of told ?? []) calls.add(call)
  }
  const event = (data: string): void => {
    if (data === "[DONE]") return complete()
    const { choices, usage, error } = JSON.parse(data) as Chunk
    if (error !== undefined && error !== null) return on(failed(sort(error), counted))
    if (usage !== undefined && usage !== null) counted = usageOf(model, usage)
    const choice = choices?.[0]
    if (choice === undefined) return
    if (choice.delta !== undefined && choice.delta !== null) delta(choice.delta)
    finish = filled(choice.finish_reason) ?? finish
  }
  // Some servers leave out the closing mark; once they gave a reason and ended in good order, the answer is whole.
  return { event, closed: () => (finish === null ? undefined : complete()), usage: () => counted }
}

/** Numbers the calls: some servers give all of them the index 0, or none, and tell them apart by id. */
const callBook = (on: OnPiece) => {
  const calls: { readonly index: number; readonly id: string | null; named: boolean; begun: boolean }[] = []
  const find = ({ index, id }: CallDelta) => {
    const given = filled(id)
    if (given !== null) return calls.find((call) => call.id === given)
    return index === undefined ? calls.at(-1) : calls.findLast((call) => call.index === index)
  }
  const add = (told: CallDelta): void => {
    let call = find(told)
    if (call === undefined) {
      call = { index: told.index ?? calls.length, id: filled(told.id), named: false, begun: false }
      calls.push(call)
    }
    const piece = told.function?.arguments ?? ""
    const name = call.named ? null : filled(told.function?.name)
    call.named ||= name !== null
    call.begun ||= piece !== ""
    if (name !== null || piece !== "") {
      on({ type: "LlmToolCallDelta", index: calls.indexOf(call), arguments: piece, ...(name === null ? {} : { name }) })
    }
  }
  /** A call without arguments may stream none at all. */
  const close = (): void => {
    for (const [index, call] of calls.entries()) if (!call.begun) on({ type: "LlmToolCallDelta", index, arguments: "{}" })
  }
  return { add, close, count: () => calls.length }
}

const filled = (text: string | null | undefined): string | null => (text === undefined || text === null || text === "" ? null : text)

/** A reason that is not known here counts as an answer cut short: it is never taken for a whole one. */
const stopOf = (finish: string, refused: boolean, called: boolean): LlmCompleted["stop"] => {
  switch (finish) {
    case "stop":
    case "eos":
    case "end_turn":
    case "tool_calls":
    case "function_call":
      if (refused) return "refusal"
      return called ? "tool-calls" : "end"
    case "content_filter":
      return "filter"
    default:
      return "max-tokens"
  }
}

const usageOf = (model: string, usage: NonNullable<ChatCompletionChunk["usage"]>): ReportedUsage => {
  const cacheReadTokens = usage.prompt_tokens_details?.cached_tokens ?? 0
  const cacheWriteTokens = usage.prompt_tokens_details?.cache_write_tokens ?? 0
  const inputTokens = Math.max(0, usage.prompt_tokens - cacheReadTokens - cacheWriteTokens)
  return priced(model, { inputTokens, outputTokens: usage.completion_tokens ?? 0, cacheReadTokens, cacheWriteTokens })
}
