import type { Block, ReportedUsage, Session, ToolCall, ToolResult } from "./session.ts"

/** The seven states. Each names what it waits for; all hold the session. */
export type State =
  | WaitingForInput
  | CallingLlm
  | ProcessingResponse
  | ExecutingTools
  | PostToolsHook
  | ErrorState
  | ShuttingDown

/** The names of the seven states. */
export type StateName = State["name"]
export type StateOf<N extends StateName> = Extract<State, { readonly name: N }>

/** Why the session waits for a person. */
export type WaitingReason =
  | "opened"
  | "completed"
  | "interrupted"
  | "cut-short"
  | "refused"
  | "stopped-by-hook"
  | "budget-steps"
  | "budget-tokens"
  | "budget-cost"
  | "offloaded"

/** Waits for a person. */
export interface WaitingForInput {
  readonly name: "WaitingForInput"
  readonly session: Session
  readonly why: WaitingReason
}

/** Waits for the model, or for what the request needs first. A delta rebuilds only this small object. */
export interface CallingLlm {
  readonly name: "CallingLlm"
  readonly session: Session
  readonly call: ModelCall
  /** The text of the open block so far: words, thinking, or the arguments of a call. */
  readonly streamed: string
}

/** The call that `CallingLlm` waits for; it stays the same object while one block streams. */
export interface ModelCall {
  readonly effect: number
  /** 1 for the first try of a step. */
  readonly attempt: number
  readonly model: string
  readonly stage: CallStage
  /** Finished blocks of the answer so far, in the order they came. */
  readonly blocks: readonly Block[]
  /** The block that is being streamed, as it began: what it streamed since stands in `streamed`. */
  readonly open: Block | null
  /** Ids of the tool calls in the answer so far, by the index the provider gave them. */
  readonly callByIndex: Readonly<Record<string, string>>
  /** What the provider said of this request's usage so far. */
  readonly usage: ReportedUsage | null
}

/** What a call of the model waits for. */
export type CallStage =
  | { readonly name: "gathering" }
  | {
      readonly name: "offloading"
      /** A call whose window is too long, a call that came back as too long, or a person who asked. */
      readonly for: "call" | "overflow" | "person"
      /** The entries from the window's base up to this index leave. */
      readonly to: number
      /** Whether the step that called is already counted: it is tried again. */
      readonly counted: boolean
    }
  | { readonly name: "streaming" }

/** Waits for the facts about the tool calls of a finished answer. */
export interface ProcessingResponse {
  readonly name: "ProcessingResponse"
  readonly session: Session
  readonly effect: number
  readonly calls: readonly ToolCall[]
}

/** Waits for tools and approvals. */
export interface ExecutingTools {
  readonly name: "ExecutingTools"
  readonly session: Session
  readonly executions: readonly Execution[]
}

/** One call of a batch, and how far it is. */
export interface Execution {
  readonly call: ToolCall
  /** Whether it may change something: then it runs alone, in call order. */
  readonly changes: boolean
  /** Why it is asked; empty where nothing is. */
  readonly reason: string
  /** The narrowest rules that would cover it, offered with the question; none where only `once` will do. */
  readonly rules: readonly string[]
  /** Set where the call is a question of the model to the person: the answer is its result. */
  readonly question: Question | null
  /** Whether it was ever started. */
  readonly started: boolean
  readonly phase: ExecutionPhase
}

/** What the model asks the person. */
export interface Question {
  readonly text: string
  readonly options: readonly string[]
}

/** How far a call is; waiting and running ones carry the number of what they wait for. */
export type ExecutionPhase =
  | { readonly name: "awaiting-approval"; readonly effect: number }
  | { readonly name: "held" }
  | { readonly name: "running"; readonly effect: number }
  | { readonly name: "done"; readonly result: ToolResult }

/** Waits for what follows a batch of tools. */
export interface PostToolsHook {
  readonly name: "PostToolsHook"
  readonly session: Session
  readonly effect: number
  readonly completed: readonly CompletedCall[]
}

/** A call of a batch that is over, as the hook is told of it. */
export interface CompletedCall {
  readonly call: ToolCall
  readonly changes: boolean
  readonly status: ToolResult["status"]
}

/** Waits for a retry timer, or for a person where no retry is left. */
export interface ErrorState {
  readonly name: "Error"
  readonly session: Session
  readonly error: Failure
  readonly retry: Retry | null
}

/** Why a model call failed. `transient` and `rate-limited` may pass; `overflow`: the request was too long. */
export interface Failure {
  readonly kind: "transient" | "rate-limited" | "permanent" | "overflow"
  readonly message: string
}

/** Units: `dueAt` in ms since the epoch. `attempt` is the one that failed. */
export interface Retry {
  readonly effect: number
  readonly attempt: number
  readonly dueAt: number
}

/** Waits for the drain of open work. Absorbs everything but `SessionResumed`. */
export interface ShuttingDown {
  readonly name: "ShuttingDown"
  readonly session: Session
  readonly effect: number
  readonly drained: boolean
}
