import type { LlmCompleted, LlmFailed, LlmTextDelta, LlmThinkingDelta, LlmToolCallDelta } from "../../machine/event.ts"
import type { ReportedUsage } from "../../machine/session.ts"

type Bare<E> = Omit<E, "at" | "effect">

/** A part of a model's answer as it streams; its usage is what the provider said so far. */
export type Delta = Bare<LlmTextDelta> | Bare<LlmThinkingDelta> | Bare<LlmToolCallDelta>
/** How an answer ends; nothing follows it. */
export type End = Bare<LlmCompleted> | Bare<LlmFailed>
/** What a model's answer is made of: the machine's events without the number of the effect and the time. */
export type Piece = Delta | End

/** Why a call failed, before it is a piece. Units: `retryAfterMs` in ms from now. */
export interface ModelFailure {
  readonly failure: LlmFailed["failure"]
  readonly message: string
  readonly retryAfterMs?: number
}

export const failed = (failure: ModelFailure, usage?: ReportedUsage): Bare<LlmFailed> =>
  usage === undefined ? { type: "LlmFailed", ...failure } : { type: "LlmFailed", ...failure, usage }

/** The stream ended in good order, but never said why the answer stopped: then nobody can say that it is whole. */
export const noReason = (model: string): ModelFailure => ({ failure: "transient", message: `ask ${model}: the answer stopped without saying why` })

export const isEnd = (piece: Piece): piece is End => piece.type === "LlmCompleted" || piece.type === "LlmFailed"

/** Takes the pieces of one answer as they come; never waits and never throws. */
export type OnPiece = (piece: Piece) => void
