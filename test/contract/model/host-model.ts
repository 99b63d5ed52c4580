import type { CanonicalRequest } from "../../../src/machine/request.ts"
import type { Piece } from "../../../src/effects/llm/piece.ts"

export type { CanonicalRequest, Piece }

/** A model as a host writes it, free of everything but the language. */
export interface HostModel {
  /**
   * Streams the answer to `on`: any deltas, then exactly one end, `LlmCompleted` or `LlmFailed`; a failure is an end and no rejection.
   * Aborted, it says nothing more, and has closed its connection when it settles.
   */
  readonly ask: (request: CanonicalRequest, on: (piece: Piece) => void, signal: AbortSignal) => Promise<void>
}

/** What the model's provider shall say. */
export interface ModelAnswer {
  readonly blocks: readonly AnswerBlock[]
  /** Why it stops; left out: `tool-calls` where a block is one, else `end`. */
  readonly stop?: "end" | "tool-calls" | "max-tokens" | "refusal"
  /** Left out: whatever it says. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number; readonly cacheReadTokens: number; readonly cacheWriteTokens: number }
}

export type AnswerBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  /** `arguments` is raw JSON, valid or not. */
  | { readonly type: "tool-call"; readonly name: string; readonly arguments: string }

/** What happens when the model is asked. `share`: how much of the answer's bytes have left before, from 0 to 1. */
export type Situation =
  /** `sliceBytes`: its bytes come in such slices, also in the middle of a letter. */
  | { readonly happens: "answers"; readonly answer: ModelAnswer; readonly sliceBytes?: number }
  /** The answer begins, and does not end until it is interrupted. */
  | { readonly happens: "goes on for ever"; readonly answer: ModelAnswer; readonly share: number }
  /** The connection is torn down. */
  | { readonly happens: "is cut"; readonly answer: ModelAnswer; readonly share: number }
  /** The response ends in good order, but too early. */
  | { readonly happens: "ends early"; readonly answer: ModelAnswer; readonly share: number }
  /** Nothing more comes, and the model was set up to give up after 200 ms or so. */
  | { readonly happens: "stalls"; readonly answer: ModelAnswer; readonly share: number }
  /** The stream holds what its wire does not allow. */
  | { readonly happens: "is garbled" }
  /** A page for people comes instead of a stream. */
  | { readonly happens: "is no stream" }
  | { readonly happens: "refuses"; readonly why: "unauthorized" | "overloaded" | "too long" }
  | { readonly happens: "limits the rate"; readonly retryAfterS: number }
  | { readonly happens: "is not there" }

/** A model in a situation. */
export interface Staged {
  readonly model: HostModel
  /** Whether the provider saw that the connection was closed by the model; left out where nobody can tell. */
  readonly hungUp?: () => boolean | Promise<boolean>
  readonly close?: () => void | Promise<void>
}

/** What to try a model with. */
export interface ModelTrial {
  readonly name: string
  /** `provider:model`, as requests name it. */
  readonly model: string
  /** Brings the situation about; `null` where it cannot come about with this model. */
  readonly when: (situation: Situation) => Staged | null | Promise<Staged | null>
  /** The key, which must turn up nowhere. */
  readonly secret?: string
  /** What to wait for at most. Units: ms; left out: 2,000. */
  readonly timeoutMs?: number
}
