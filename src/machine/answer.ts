import type { LlmTextDelta, LlmThinkingDelta, LlmToolCallDelta } from "./event.ts"
import { addUsage } from "./policy/budget.ts"
import type { Block, EntryBody, ReportedUsage, Session, ToolCall } from "./session.ts"
import type { CallingLlm, ModelCall } from "./state.ts"
import { say } from "./transcript.ts"

/*
 * The answer while it streams. A delta to the open block builds one small state and one text,
 * whatever the length of the answer and of the session.
 */

/** The answer with these words at its end. */
export const addText = (state: CallingLlm, event: LlmTextDelta): CallingLlm => {
  const { call } = state
  if (event.usage !== undefined) return addText(withUsage(state, event.usage), withoutUsage(event))
  if (call.open !== null && call.open.type === "text") return grown(state, event.text)
  return openBlock(state, call, { type: "text", text: "" }, event.text)
}

/** A signature closes its block; the next thinking delta opens another. */
export const addThinking = (state: CallingLlm, event: LlmThinkingDelta): CallingLlm => {
  const { call } = state
  const { open } = call
  const redacted = event.redacted ?? false
  if (event.usage !== undefined) return addThinking(withUsage(state, event.usage), withoutUsage(event))
  const goesOn = open !== null && open.type === "thinking" && open.signature === null && open.redacted === redacted
  const next = goesOn ? grown(state, event.text) : openBlock(state, call, { type: "thinking", text: "", signature: null, redacted }, event.text)
  if (event.signature === undefined) return next
  return { ...next, call: { ...next.call, open: { type: "thinking", text: "", signature: event.signature, redacted } } }
}

/** The answer with this piece of a call; its first piece gives the call its id. */
export const addToolCall = (state: CallingLlm, event: LlmToolCallDelta): CallingLlm => {
  const { call } = state
  if (event.usage !== undefined) return addToolCall(withUsage(state, event.usage), withoutUsage(event))
  const id = call.callByIndex[event.index]
  if (id === undefined) return openCall(state, event)
  if (call.open !== null && call.open.type === "tool-call" && call.open.id === id) {
    return event.name === undefined
      ? grown(state, event.arguments)
      : { ...state, call: { ...call, open: named(call.open, event.name) }, streamed: state.streamed + event.arguments }
  }
  return {
    ...state,
    call: { ...call, blocks: call.blocks.map((block) => (block.type === "tool-call" && block.id === id ? extended(block, event) : block)) }
  }
}

const grown = (state: CallingLlm, text: string): CallingLlm => ({
  name: state.name,
  session: state.session,
  call: state.call,
  streamed: state.streamed + text
})

const named = (call: ToolCall, more: string): ToolCall => ({ type: "tool-call", id: call.id, name: call.name + more, arguments: call.arguments })

/** A piece for a call whose block is no longer the open one: some providers interleave calls. */
const extended = (call: ToolCall, event: LlmToolCallDelta): ToolCall => ({
  type: "tool-call",
  id: call.id,
  name: call.name + (event.name ?? ""),
  arguments: call.arguments + event.arguments
})

/** Call ids are counters of the session: the provider's own never enter the log. */
const openCall = (state: CallingLlm, event: LlmToolCallDelta): CallingLlm => {
  const callCount = state.session.callCount + 1
  const id = `call_${callCount}`
  const call: ModelCall = { ...state.call, callByIndex: { ...state.call.callByIndex, [event.index]: id } }
  const next: CallingLlm = { ...state, session: { ...state.session, callCount } }
  return openBlock(next, call, { type: "tool-call", id, name: event.name ?? "", arguments: "" }, event.arguments)
}

const openBlock = (state: CallingLlm, call: ModelCall, open: Block, streamed: string): CallingLlm => ({
  name: state.name,
  session: state.session,
  call: { ...call, blocks: answerBlocks(state), open },
  streamed
})

/** All blocks of the answer so far, in the order they came. */
export const answerBlocks = ({ call, streamed }: CallingLlm): readonly Block[] =>
  call.open === null ? call.blocks : [...call.blocks, filled(call.open, streamed)]

const filled = (block: Block, streamed: string): Block => {
  switch (block.type) {
    case "text":
      return { type: "text", text: streamed }
    case "thinking":
      return { type: "thinking", text: streamed, signature: block.signature, redacted: block.redacted }
    case "tool-call":
      return { type: "tool-call", id: block.id, name: block.name, arguments: streamed }
  }
}

/** The calls of an answer, in the order they came. */
export const callsOf = (blocks: readonly Block[]): readonly ToolCall[] => blocks.filter((block): block is ToolCall => block.type === "tool-call")

/** The newest word of the provider on what this request used so far. */
export const withUsage = (state: CallingLlm, usage: ReportedUsage | undefined): CallingLlm =>
  usage === undefined ? state : { ...state, call: { ...state.call, usage } }

const withoutUsage = <E extends { readonly usage?: ReportedUsage }>({ usage: _, ...event }: E): Omit<E, "usage"> => event

/** What the provider said of an unfinished answer's usage is added; the end of an answer says it anew. */
export const countUsage = (session: Session, usage: ReportedUsage | null | undefined): Session =>
  usage === null || usage === undefined ? session : { ...session, usage: addUsage(session.usage, usage) }

/** An unfinished answer enters the transcript as far as it came, marked; its calls are dropped, for they never ran. */
export const keepPartial = (state: CallingLlm, ended: Extract<EntryBody, { type: "assistant" }>["ended"]): Session => {
  const session = countUsage(state.session, state.call.usage)
  const blocks = answerBlocks(state).filter((block) => block.type !== "tool-call")
  return blocks.length === 0 ? session : say(session, { type: "assistant", model: state.call.model, blocks, ended })
}
