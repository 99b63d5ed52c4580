import type { Session, ToolCall, Usage } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import { slice } from "../../machine/vector.ts"
import type { Recorded } from "../../runtime/session.ts"
import { lastAnswer } from "./conversation.ts"
import { costOf } from "./money.ts"
import { textOf } from "./tool-lines.ts"

/** One run as programs read it. Units: tokens; `cost` in dollars, `unknown` where a price is not known. */
export interface Report {
  readonly session: string
  /** The final message. */
  readonly result: string
  readonly outcome: string
  /** Model requests of this run, retries not counted. */
  readonly steps: number
  readonly usage: Omit<Usage, "cost">
  readonly cost: number | "unknown"
  readonly denials: readonly Denial[]
  readonly error: { readonly kind: string; readonly message: string } | null
}

export interface Denial {
  readonly tool: string
  readonly arguments: string
  readonly reason: string
}

/** What a run counts while it goes on. */
export interface Tally {
  readonly steps: number
  /** The newest step that was counted, as `turn:step`. */
  readonly counted: string
}

export const NOTHING_YET: Tally = { steps: 0, counted: "" }

/** A step is counted once, however often its request had to leave. */
export const tallied = (tally: Tally, { step }: Recorded): Tally =>
  step.actions.reduce((now, action) => {
    if (action.type !== "SendLlmRequest") return now
    const counted = `${step.state.session.turn}:${action.step}`
    return counted === now.counted ? now : { steps: now.steps + 1, counted }
  }, tally)

/** `from`: how many entries the transcript had before this run. */
export const reportOf = (state: State, tally: Tally, from: number): Report => {
  const { session } = state
  const { cost: _, ...usage } = session.usage
  return {
    session: session.id,
    result: lastAnswer(session),
    outcome: outcomeOf(state),
    steps: tally.steps,
    usage,
    cost: costOf(session.usage),
    denials: deniedCalls(session, from),
    error: state.name === "Error" ? { kind: state.error.kind, message: state.error.message } : null
  }
}

export const outcomeOf = (state: State): string => {
  switch (state.name) {
    case "WaitingForInput":
      return state.why
    case "Error":
      return "error"
    case "CallingLlm":
    case "ProcessingResponse":
    case "ExecutingTools":
    case "PostToolsHook":
    case "ShuttingDown":
      return "interrupted"
  }
}

/** The calls that were denied, by a rule or because nobody could be asked, with the reason the model was given. */
export const deniedCalls = ({ transcript }: Session, from: number): readonly Denial[] => {
  const entries = slice(transcript, from)
  const calls = new Map<string, ToolCall>()
  for (const entry of entries) {
    if (entry.type === "assistant") for (const block of entry.blocks) if (block.type === "tool-call") calls.set(block.id, block)
  }
  return entries.flatMap((entry) =>
    entry.type !== "results"
      ? []
      : entry.results.flatMap((result) => {
          const call = calls.get(result.call)
          return result.status === "denied" && call !== undefined ? [{ tool: call.name, arguments: call.arguments, reason: textOf(result.parts) }] : []
        })
  )
}
