import { hashRequestText } from "../../effects/llm/request-hash.ts"
import { canonicalRequest, type CanonicalRequest } from "../../machine/request.ts"
import type { State } from "../../machine/state.ts"
import type { Row } from "../event-log/line.ts"

/** A request of a log: the event whose step sent it, and its effect. */
export interface SentRequest {
  readonly n: number
  readonly step: number
  readonly effect: number
}

/** A request as the request builder makes it, as the exact text that is hashed, and that hash. */
export interface MadeRequest {
  readonly request: CanonicalRequest
  readonly text: string
  readonly hash: string
}

/** The request of the state that `SendLlmRequest` came with; `null` where that state sends none. */
export const requestText = (state: State): MadeRequest | null => {
  if (state.name !== "CallingLlm") return null
  const request = canonicalRequest(state)
  const text = JSON.stringify(request)
  return { request, text, hash: hashRequestText(text) }
}

/** The hash that was recorded when it left; `null` where it never did. */
export const recordedHash = (rows: readonly Row[], { n, effect }: SentRequest): string | null => {
  for (let index = n; index < rows.length; index++) {
    const { event, actions } = rows[index] as Row
    if (event.type === "LlmStarted" && event.effect === effect) return event.hash
    if (actions.some(({ type }) => type === "SendLlmRequest")) return null
  }
  return null
}
