import type { LlmTextDelta, LlmThinkingDelta, LlmToolCallDelta } from "./event.ts"
import { addUsage } from "./policy/budget.ts"
import type { Block, EntryBody, ReportedUsage, Session, ToolCall } from "./session.ts"
import type { CallingLlm } from "./state.ts"
import { say } from "./transcript.ts"

/*
 * The answer while it streams. A delta to the open block builds one small state, one block and one text,
 * whatever the length of the answer and of the session.
 */

export const addText = (state: CallingLlm, event: LlmTextDelta): CallingLlm => {
  const { open } = state
  const usage = event.usage ?? state.usage
  if (open !== null && open.type === "text") {
    const { name, session, call, blocks } = state
    return { name, session, call, blocks, open: { type: "text", text: open.text + event.text }, usage }
  }
  return openBlock(state, { type: "text", text: event.text }, usage)
}

export const addThinking = (state: CallingLlm, event: LlmThinkingDelta): CallingLlm => {
  const { open } = state
  const usage = event.usage ?? state.usage
  const signature = event.signature ?? null
  const redacted = event.redacted ?? false
  if (open !== null && open.type === "thinking" && open.signature === null && open.redacted === redacted) {
    const { name, session, call, blocks } = state
    return { name, session, call, blocks, open: { type: "thinking", text: open.text + event.text, signature, redacted }, usage }
  }
  return openBlock(state, { type: "thinking", text: event.text, signature, redacted }, usage)
}

export const addToolCall = (state: CallingLlm, event: LlmToolCallDelta): CallingLlm => {
  const { open } = state
  const usage = event.usage ?? state.usage
  const id = state.call.callByIndex[event.index]
  if (id === undefined) return openCall(state, event, usage)
  if (open !== null && open.type === "tool-call" && open.id === id) {
    const { name, session, call, blocks } = state
    return { name, session, call, blocks, open: extended(open, event), usage }
  }
  return { ...state, blocks: state.blocks.map((block) => (block.type === "tool-call" && block.id === id ? extended(block, event) : block)), usage }
}

const extended = (call: ToolCall, event: LlmToolCallDelta): ToolCall => ({
  type: "tool-call",
  id: call.id,
  name: call.name + (event.name ?? ""),
  arguments: call.arguments + event.arguments
})

/** Call ids are counters of the session: the provider's own never enter the log. */
const openCall = (state: CallingLlm, event: LlmToolCallDelta, usage: ReportedUsage | null): CallingLlm => {
  const callCount = state.session.callCount + 1
  const id = `call_${callCount}`
  const next: CallingLlm = {
    ...state,
    session: { ...state.session, callCount },
    call: { ...state.call, callByIndex: { ...state.call.callByIndex, [event.index]: id } }
  }
  return openBlock(next, { type: "tool-call", id, name: event.name ?? "", arguments: event.arguments }, usage)
}

const openBlock = (state: CallingLlm, block: Block, usage: ReportedUsage | null): CallingLlm => ({
  name: state.name,
  session: state.session,
  call: state.call,
  blocks: answerBlocks(state),
  open: block,
  usage
})

/** All blocks of the answer so far, in the order they came. */
export const answerBlocks = (state: CallingLlm): readonly Block[] => (state.open === null ? state.blocks : [...state.blocks, state.open])

export const callsOf = (blocks: readonly Block[]): readonly ToolCall[] => blocks.filter((block): block is ToolCall => block.type === "tool-call")

/** What the provider said of an unfinished answer's usage is added; the end of an answer says it anew. */
export const countUsage = (session: Session, usage: ReportedUsage | null | undefined): Session =>
  usage === null || usage === undefined ? session : { ...session, usage: addUsage(session.usage, usage) }

/** An unfinished answer enters the transcript as far as it came, marked; its calls are dropped, for they never ran. */
export const keepPartial = (state: CallingLlm, ended: Extract<EntryBody, { type: "assistant" }>["ended"]): Session => {
  const session = countUsage(state.session, state.usage)
  const blocks = answerBlocks(state).filter((block) => block.type !== "tool-call")
  return blocks.length === 0 ? session : say(session, { type: "assistant", model: state.call.model, blocks, ended })
}
