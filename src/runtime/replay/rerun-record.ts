import { recordedCalls, withoutTriedAgain, type RecordedCall } from "../../effects/llm/recorded.ts"
import type { ApprovalAnswered, CallFacts, ContextGathered, Event, PersonEvent, PostToolsHookCompleted, ToolCompleted } from "../../machine/event.ts"
import { trace } from "../../machine/replay.ts"
import type { ToolCall } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import { canonicalJson } from "../event-log/canonical.ts"
import type { LoadedLog } from "./log-source.ts"

/** All that a log can answer with, when its session is held once more; each answer is given once, in its order. */
export interface Record {
  readonly calls: readonly RecordedCall[]
  readonly inputs: readonly Input[]
  readonly approvalsByCall: ByCall<ApprovalAnswered>
  readonly resultsByCall: ByCall<ToolCompleted>
  readonly factsByCall: ByCall<CallFacts>
  readonly gathered: readonly ContextGathered[]
  readonly hooks: readonly PostToolsHookCompleted[]
  /** Whether it ended in an error that nobody mended. */
  readonly endedInError: boolean
}

type ByCall<A> = ReadonlyMap<string, readonly A[]>

/** What a person said, and how far the session had come then; `null` where it was at rest. */
export interface Input {
  readonly event: PersonEvent
  readonly at: Progress | null
}

/** How much of the work that a turn is made of has happened since the session began. */
export type Progress = { readonly [key in "requests" | "answers" | "letters" | "vetted" | "started" | "results" | "hooks"]: number }

export const NO_PROGRESS: Progress = { requests: 0, answers: 0, letters: 0, vetted: 0, started: 0, results: 0, hooks: 0 }

export const progressAfter = (
  before: Progress,
  { event, step }: { readonly event: Event; readonly step: { readonly actions: readonly { readonly type: string }[] } }
): Progress => {
  const started = step.actions.some(({ type }) => type === "ExecuteTools") ? before.started + 1 : before.started
  const next = started === before.started ? before : { ...before, started }
  switch (event.type) {
    case "LlmStarted":
      return { ...next, requests: next.requests + 1 }
    case "LlmTextDelta":
    case "LlmThinkingDelta":
      return { ...next, letters: next.letters + event.text.length }
    case "LlmToolCallDelta":
      return { ...next, letters: next.letters + event.arguments.length }
    case "LlmCompleted":
    case "LlmFailed":
      return { ...next, answers: next.answers + 1 }
    case "ToolCallsVetted":
      return { ...next, vetted: next.vetted + 1 }
    case "ToolCompleted":
      return { ...next, results: next.results + 1 }
    case "PostToolsHookCompleted":
      return { ...next, hooks: next.hooks + 1 }
    default:
      return next
  }
}

/** Whether it has come as far; letters count only where the same answer is still streaming, for another may be shorter. */
export const isReached = (now: Progress, wanted: Progress): boolean =>
  (["requests", "answers", "vetted", "started", "results", "hooks"] as const).every((key) => now[key] >= wanted[key]) &&
  (now.answers > wanted.answers || now.letters >= wanted.letters)

/** Nothing happens before a person speaks. */
export const isAtRest = (state: State): boolean =>
  state.name === "WaitingForInput" || (state.name === "Error" && state.retry === null) || (state.name === "ShuttingDown" && state.drained)

export const recordOf = ({ rows }: LoadedLog): Record => {
  const events = rows.map(({ event }) => event)
  const approvalsByCall = new Map<string, ApprovalAnswered[]>()
  const resultsByCall = new Map<string, ToolCompleted[]>()
  const factsByCall = new Map<string, CallFacts[]>()
  const callByEffect = new Map<number, ToolCall>()
  const inputs: Input[] = []
  let progress = NO_PROGRESS
  let endedInError = false
  for (const { event, before, step } of trace(events)) {
    if (isInput(event) && step.outcome === "ok") inputs.push({ event, at: before !== null && !isAtRest(before) ? progress : null })
    if (event.type === "ApprovalAnswered" || event.type === "ToolCompleted") {
      const call = callByEffect.get(event.effect)
      if (call !== undefined && event.type === "ApprovalAnswered") add(approvalsByCall, call, event)
      if (call !== undefined && event.type === "ToolCompleted") add(resultsByCall, call, event)
    }
    if (event.type === "ToolCallsVetted" && before?.name === "ProcessingResponse") {
      for (const facts of event.facts) {
        const call = before.calls.find(({ id }) => id === facts.call)
        if (call !== undefined) add(factsByCall, call, facts)
      }
    }
    for (const action of step.actions) {
      if (action.type === "RequestApproval") callByEffect.set(action.effect, action.call)
      if (action.type === "ExecuteTools") for (const { effect, call } of action.calls) callByEffect.set(effect, call)
    }
    progress = progressAfter(progress, { event, step })
    if (step.state.name !== "ShuttingDown") endedInError = step.state.name === "Error"
  }
  return {
    calls: withoutTriedAgain(recordedCalls(events)),
    inputs,
    approvalsByCall,
    resultsByCall,
    factsByCall,
    gathered: events.filter((event) => event.type === "ContextGathered"),
    hooks: events.filter((event) => event.type === "PostToolsHookCompleted"),
    endedInError
  }
}

const INPUTS: readonly Event["type"][] = [
  "UserInput",
  "InputTakenBack",
  "InterruptRequested",
  "ContinueRequested",
  "SettingsChanged",
  "OffloadRequested",
  "WorkspaceRestored"
]

const isInput = (event: Event): event is PersonEvent => INPUTS.includes(event.type)

const add = <A>(byCall: Map<string, A[]>, call: ToolCall, answer: A): void => {
  const key = keyOf(call)
  const list = byCall.get(key)
  if (list === undefined) byCall.set(key, [answer])
  else list.push(answer)
}

/** Calls are the same where name and arguments are, whatever the order of these. */
export const keyOf = ({ name, arguments: given }: Pick<ToolCall, "name" | "arguments">): string => {
  try {
    return `${name} ${canonicalJson(JSON.parse(given))}`
  } catch {
    // Broken JSON is compared as it is.
    return `${name} ${given}`
  }
}

/** Takes each answer once, in its order; `undefined` where none is left. */
export const takerOf = <A>(byCall: ReadonlyMap<string, readonly A[]>): ((call: Pick<ToolCall, "name" | "arguments">) => A | undefined) => {
  const taken = new Map<string, number>()
  return (call) => {
    const key = keyOf(call)
    const index = taken.get(key) ?? 0
    taken.set(key, index + 1)
    return byCall.get(key)?.[index]
  }
}
