import type { Action, ActionOf } from "../../../src/machine/action.ts"
import type { Event, EventType } from "../../../src/machine/event.ts"
import type { State } from "../../../src/machine/state.ts"

/** One effect as the world sees it: which action started it, and for which call. */
export interface OpenEffect {
  readonly effect: number
  readonly by: Starter
  /** The call it is about; empty where it is about none. */
  readonly call: string
  /** What was asked, where it waits for an approval. */
  readonly approval: ActionOf<"RequestApproval"> | null
}

export type Starter = Exclude<Action["type"], "Cancel" | "WaitForInput" | "DisplayError" | "DisplayMessage" | "RecordDecision">

/** Which answers fit the action that started the work. */
export const ANSWERS: Readonly<Record<Starter, readonly EventType[]>> = {
  GatherContext: ["ContextGathered"],
  OffloadContext: ["ContextOffloaded"],
  SendLlmRequest: ["LlmStarted", "LlmTextDelta", "LlmThinkingDelta", "LlmToolCallDelta", "LlmCompleted", "LlmFailed"],
  VetToolCalls: ["ToolCallsVetted"],
  RequestApproval: ["ApprovalAnswered"],
  ExecuteTools: ["ToolProgress", "ToolCompleted"],
  RunPostToolsHook: ["PostToolsHookCompleted"],
  ScheduleRetry: ["RetryTimeoutFired"],
  Shutdown: ["ShutdownCompleted"]
}

/** Answers after which nothing more comes for their effect. */
const LAST_WORDS: ReadonlySet<EventType> = new Set<EventType>([
  "ContextGathered",
  "ContextOffloaded",
  "LlmCompleted",
  "LlmFailed",
  "ToolCallsVetted",
  "ApprovalAnswered",
  "ToolCompleted",
  "PostToolsHookCompleted",
  "RetryTimeoutFired",
  "ShutdownCompleted"
])

export const closes = (type: EventType): boolean => LAST_WORDS.has(type)

/** The effects an action starts, in their order. */
export const startedBy = (action: Action): readonly OpenEffect[] => {
  switch (action.type) {
    case "ExecuteTools":
      return action.calls.map(({ effect, call }) => ({ effect, by: "ExecuteTools", call: call.id, approval: null }))
    case "RequestApproval":
      return [{ effect: action.effect, by: action.type, call: action.call.id, approval: action }]
    case "GatherContext":
    case "OffloadContext":
    case "SendLlmRequest":
    case "VetToolCalls":
    case "RunPostToolsHook":
    case "ScheduleRetry":
    case "Shutdown":
      return [{ effect: action.effect, by: action.type, call: "", approval: null }]
    case "Cancel":
    case "WaitForInput":
    case "DisplayError":
    case "DisplayMessage":
    case "RecordDecision":
      return []
  }
}

export const effectOf = (event: Event): number | null => ("effect" in event ? event.effect : null)

/** The open effect that an event answers rightly; `null` where it answers none. */
export const answeredBy = (open: readonly OpenEffect[], event: Event): OpenEffect | null => {
  const effect = effectOf(event)
  if (effect === null) return null
  const found = open.find((candidate) => candidate.effect === effect)
  return found !== undefined && ANSWERS[found.by].includes(event.type) ? found : null
}

/** What is still open once an accepted event has been heard, before its actions. A new process has nothing open. */
export const openAfter = (open: readonly OpenEffect[], event: Event): readonly OpenEffect[] => {
  if (event.type === "SessionResumed") return []
  const effect = effectOf(event)
  return effect !== null && LAST_WORDS.has(event.type) ? open.filter((candidate) => candidate.effect !== effect) : open
}

/** The effects a state says are open, read from its shape and from nothing of the machine's own. */
export const effectsIn = (state: State): readonly number[] => {
  switch (state.name) {
    case "WaitingForInput":
      return []
    case "CallingLlm":
      return [state.call.effect]
    case "ProcessingResponse":
    case "PostToolsHook":
      return [state.effect]
    case "ExecutingTools":
      return state.executions.flatMap(({ phase }) => ("effect" in phase ? [phase.effect] : []))
    case "Error":
      return state.retry === null ? [] : [state.retry.effect]
    case "ShuttingDown":
      return state.drained ? [] : [state.effect]
  }
}
