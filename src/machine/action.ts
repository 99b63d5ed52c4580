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

/** Gather what the model should know of the workspace this turn; answered by `ContextGathered`. */
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
/** Find out the facts of each call; answered by one `ToolCallsVetted`. */
export interface VetToolCalls {
  readonly type: "VetToolCalls"
  readonly effect: number
  readonly calls: readonly ToolCall[]
}
/** Ask the person about a call; answered by `ApprovalAnswered`, whenever they please. */
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
/** Run these calls side by side; each is answered by its own `ToolCompleted`. */
export interface ExecuteTools {
  readonly type: "ExecuteTools"
  readonly calls: readonly StartedCall[]
}
/** A call that runs now. `changes`: it may change something, so its cause is durable before it starts. */
export interface StartedCall {
  readonly effect: number
  readonly call: ToolCall
  readonly changes: boolean
}
/** Do what follows a batch in which something may have changed: checkpoint, hooks, auto-commit. */
export interface RunPostToolsHook {
  readonly type: "RunPostToolsHook"
  readonly effect: number
  readonly completed: readonly CompletedCall[]
}
/** Wake the session when the retry is due. Units: `dueAt` in ms since the epoch. */
export interface ScheduleRetry {
  readonly type: "ScheduleRetry"
  readonly effect: number
  readonly dueAt: number
}
/** Drain what is open; answered by `ShutdownCompleted`. */
export interface Shutdown {
  readonly type: "Shutdown"
  readonly effect: number
}

/** End the work of this effect; it has ended before the next action starts, and its answer is stale. */
export interface Cancel {
  readonly type: "Cancel"
  readonly effect: number
}

/** Told, not answered. */
export type Notice = WaitForInput | DisplayError | DisplayMessage | RecordDecision

/** The session rests: it is the person's turn. */
export interface WaitForInput {
  readonly type: "WaitForInput"
  readonly why: WaitingReason
}
/** A request failed: say so, and when it will be tried again. */
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

