import type { EventOf } from "../../machine/event.ts"
import { decide, permissionsOf } from "../../machine/policy/permission.ts"
import type { Session, ToolCall, Usage } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import { slice } from "../../machine/vector.ts"
import type { Recorded } from "../../runtime/session.ts"
import { lastAnswer } from "./conversation.ts"
import { costOf } from "./money.ts"
import { textOf } from "./tool-lines.ts"

/** One run as programs read it: what stood in the session before it is not counted. Units: tokens; `cost` in dollars, `unknown` where a price is not known. */
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
  /** How often the model asked a question and nobody was there to answer. */
  readonly unanswered: number
}

export const NOTHING_YET: Tally = { steps: 0, counted: "", unanswered: 0 }

/** A step is counted once, however often its request had to leave. */
export const tallied = (tally: Tally, { event, step }: Recorded): Tally => {
  const unanswered =
    tally.unanswered + (event.type === "ToolCallsVetted" && step.outcome === "ok" ? unansweredQuestions(event, step.state.session) : 0)
  return step.actions.reduce(
    (now, action) => {
      if (action.type !== "SendLlmRequest") return now
      const counted = `${step.state.session.turn}:${action.step}`
      return counted === now.counted ? now : { ...now, steps: now.steps + 1, counted }
    },
    unanswered === tally.unanswered ? tally : { ...tally, unanswered }
  )
}

/** A question that a rule denies, the person did not want to be asked. */
const unansweredQuestions = ({ facts }: EventOf<"ToolCallsVetted">, session: Session): number =>
  facts.filter((fact) => {
    if (fact.question === undefined) return false
    const verdict = decide(toolOf(session, fact.call), fact, permissionsOf(session))
    return verdict.decision === "deny" && verdict.unattended
  }).length

/** The calls that are vetted are those of the latest answer. */
const toolOf = ({ transcript }: Session, id: string): string => {
  const answer = slice(transcript).findLast((entry) => entry.type === "assistant")
  return answer?.blocks.find((block): block is ToolCall => block.type === "tool-call" && block.id === id)?.name ?? ""
}

/** `before`: the session as it stood when this run began. */
export const reportOf = (state: State, tally: Tally, before: Session): Report => {
  const { session } = state
  const used = usageSince(before, session)
  const { cost: _, ...usage } = used
  return {
    session: session.id,
    result: lastAnswer(session),
    outcome: outcomeOf(state),
    steps: tally.steps,
    usage,
    cost: costOf(used),
    denials: deniedCalls(session, before.transcript.length),
    error: state.name === "Error" ? { kind: state.error.kind, message: state.error.message } : null
  }
}

/** What was used since a session stood there. */
export const usageSince = (before: Session, after: Session): Usage => ({
  inputTokens: after.usage.inputTokens - before.usage.inputTokens,
  outputTokens: after.usage.outputTokens - before.usage.outputTokens,
  cacheReadTokens: after.usage.cacheReadTokens - before.usage.cacheReadTokens,
  cacheWriteTokens: after.usage.cacheWriteTokens - before.usage.cacheWriteTokens,
  cost: after.usage.cost - before.usage.cost,
  unpriced: after.usage.unpriced - before.usage.unpriced
})

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
          return result.status === "denied" && call !== undefined
            ? [{ tool: call.name, arguments: call.arguments, reason: textOf(result.parts) }]
            : []
        })
  )
}
