import type { ToolCall } from "./session.ts"
import type { CompletedCall, Failure, Question, WaitingReason } from "./state.ts"

/**
 * What the machine wants done, as plain data. Those with an `effect` start work in the world and are answered
 * with that number; the others have no answer. Performed in order; what is cancelled has ended before the next starts.
 */
export type Action = EffectAction | Cancel | Notice
export type ActionType = Action["type"]
export type ActionOf<T extends ActionType> = Extract<Action, { readonly type: T }>

/** Work in the world, answered by its number. `ExecuteTools` carries a number for each of its calls. */
export type EffectAction =
  | GatherContext
  | OffloadContext
  | SendLlmRequest
  | VetToolCalls
  | RequestApproval
  | ExecuteTools
  | RunPostToolsHook
  | ScheduleRetry
  | Shutdown

export interface GatherContext {
  readonly type: "GatherContext"
  readonly effect: number
  readonly turn: number
}
/** Store the entries `from` (included) to `to` (excluded) with a keeper. */
export interface OffloadContext {
  readonly type: "OffloadContext"
  readonly effect: number
  readonly from: number
  readonly to: number
}
/** The request is built by `canonicalRequest` from the state this step returned. */
export interface SendLlmRequest {
  readonly type: "SendLlmRequest"
  readonly effect: number
  readonly model: string
  readonly attempt: number
  readonly step: number
  /** Entries of the transcript in the window: `from` included, `to` excluded. */
  readonly from: number
  readonly to: number
}
export interface VetToolCalls {
  readonly type: "VetToolCalls"
  readonly effect: number
  readonly calls: readonly ToolCall[]
}
export interface RequestApproval {
  readonly type: "RequestApproval"
  readonly effect: number
  readonly call: ToolCall
  /** Why it is asked. */
  readonly reason: string
  /** The narrowest rules that together would cover it. */
  readonly rules: readonly string[]
  readonly question: Question | null
}
export interface ExecuteTools {
  readonly type: "ExecuteTools"
  readonly calls: readonly StartedCall[]
}
export interface StartedCall {
  readonly effect: number
  readonly call: ToolCall
  readonly changes: boolean
}
export interface RunPostToolsHook {
  readonly type: "RunPostToolsHook"
  readonly effect: number
  readonly completed: readonly CompletedCall[]
}
export interface ScheduleRetry {
  readonly type: "ScheduleRetry"
  readonly effect: number
  readonly dueAt: number
}
export interface Shutdown {
  readonly type: "Shutdown"
  readonly effect: number
}

export interface Cancel {
  readonly type: "Cancel"
  readonly effect: number
}

/** Told, not answered. */
export type Notice = WaitForInput | DisplayError | DisplayMessage | RecordDecision

export interface WaitForInput {
  readonly type: "WaitForInput"
  readonly why: WaitingReason
}
export interface DisplayError {
  readonly type: "DisplayError"
  readonly error: Failure
  /** When it will be tried again, ms since the epoch; `null`: a person has to say. */
  readonly retryAt: number | null
}
/** What the machine itself has to say; never sent for a delta. */
export interface DisplayMessage {
  readonly type: "DisplayMessage"
  readonly text: string
}
/** Something worth remembering, for the decision graph; keyed by the event that caused it. */
export interface RecordDecision {
  readonly type: "RecordDecision"
  readonly kind: "goal" | "action" | "outcome" | "observation"
  readonly title: string
}

