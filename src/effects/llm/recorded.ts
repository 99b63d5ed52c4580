import * as Effect from "effect/Effect"
import type { Event } from "../../machine/event.ts"
import { trace } from "../../machine/replay.ts"
import { canonicalRequest, type CanonicalRequest } from "../../machine/request.ts"
import { firstDifference } from "./difference.ts"
import { failed, isEnd, type OnPiece, type Piece } from "./piece.ts"
import { hashRequest } from "./request-hash.ts"

/** One model call of a log: the request it was for, and what the model said. */
export interface RecordedCall {
  readonly effect: number
  readonly hash: string
  /** The request, built again from the log; `null` where this build's machine decides otherwise than the one that wrote it. */
  readonly request: CanonicalRequest | null
  readonly pieces: readonly Piece[]
}

/** All model calls of a log, in order. */
export const recordedCalls = (events: readonly Event[]): readonly RecordedCall[] => {
  const requestsByEffect = requestsOf(events)
  const calls: { effect: number; hash: string; request: CanonicalRequest | null; pieces: Piece[] }[] = []
  for (const event of events) {
    if (event.type === "LlmStarted") {
      const { effect, hash } = event
      const built = requestsByEffect.get(effect)
      calls.push({ effect, hash, request: built !== undefined && hashRequest(built) === hash ? built : null, pieces: [] })
      continue
    }
    const piece = pieceOf(event)
    const call = piece === null ? undefined : calls.findLast(({ effect }) => "effect" in event && effect === event.effect)
    // A piece after the end came too late and was refused then, too.
    if (piece !== null && call !== undefined && !hasEnded(call)) call.pieces.push(piece)
  }
  return calls
}

const hasEnded = ({ pieces }: Pick<RecordedCall, "pieces">): boolean => {
  const last = pieces.at(-1)
  return last !== undefined && isEnd(last)
}

const pieceOf = (event: Event): Piece | null => {
  switch (event.type) {
    case "LlmTextDelta":
    case "LlmThinkingDelta":
    case "LlmToolCallDelta":
    case "LlmCompleted":
    case "LlmFailed": {
      const { at: _at, effect: _effect, ...piece } = event
      return piece as Piece
    }
    default:
      return null
  }
}

/** The canonical request of each `SendLlmRequest` that the log's events cause, by its effect. */
const requestsOf = (events: readonly Event[]): ReadonlyMap<number, CanonicalRequest> => {
  const requests = new Map<number, CanonicalRequest>()
  for (const { step } of trace(events)) {
    for (const action of step.actions) {
      if (action.type === "SendLlmRequest" && step.state.name === "CallingLlm") requests.set(action.effect, canonicalRequest(step.state))
    }
  }
  return requests
}

/**
 * Answers requests from a log, in its order, and refuses one that the log does not hold, naming the first difference. A call that was
 * broken off is left out where the log tries the same request again; else what came of it is played, and then nothing more, until it is interrupted.
 */
export const playRecording = (calls: readonly RecordedCall[]): ((request: CanonicalRequest, on: OnPiece) => Effect.Effect<void>) => {
  let next = 0
  return (request, on) =>
    Effect.suspend(() => {
      const hash = hashRequest(request)
      while (isTriedAgain(calls, next)) next += 1
      const call = calls[next]
      if (call?.hash !== hash) return Effect.sync(() => on(failed({ failure: "permanent", message: refusal(next, calls, request, hash) })))
      next += 1
      call.pieces.forEach(on)
      return hasEnded(call) ? Effect.void : Effect.never
    })
}

/** What was broken off and then asked again in the same words counts as one call. */
export const withoutTriedAgain = (calls: readonly RecordedCall[]): readonly RecordedCall[] => calls.filter((_, index) => !isTriedAgain(calls, index))

/** Answers requests from a log in its order, whatever they are; what differs is for others to find. `translate` puts names of this place into the answers. */
export const playInOrder = (
  calls: readonly RecordedCall[],
  translate: (text: string) => string
): ((request: CanonicalRequest, on: OnPiece) => Effect.Effect<void>) => {
  let next = 0
  return (_, on) =>
    Effect.suspend(() => {
      const call = calls[next++]
      if (call === undefined)
        return Effect.sync(() =>
          on(
            failed({
              failure: "permanent",
              message: `answer request ${next} from the recording: it holds only ${calls.length} model calls`
            })
          )
        )
      joined(call.pieces).forEach((piece) => on(translatedPiece(piece, translate)))
      return hasEnded(call) ? Effect.void : Effect.never
    })
}

/** Neighbours of one block as one piece, so that no name is cut in two. */
const joined = (pieces: readonly Piece[]): readonly Piece[] => {
  const whole: Piece[] = []
  for (const piece of pieces) {
    const last = whole.at(-1)
    if (last?.type === "LlmTextDelta" && piece.type === "LlmTextDelta")
      whole[whole.length - 1] = { ...last, ...piece, text: last.text + piece.text }
    else if (last?.type === "LlmToolCallDelta" && piece.type === "LlmToolCallDelta" && last.index === piece.index)
      whole[whole.length - 1] = { ...last, ...piece, arguments: last.arguments + piece.arguments }
    else whole.push(piece)
  }
  return whole
}

/** What a provider signed stays as it is. */
const translatedPiece = (piece: Piece, translate: (text: string) => string): Piece => {
  if (piece.type === "LlmTextDelta") return { ...piece, text: translate(piece.text) }
  return piece.type === "LlmToolCallDelta" ? { ...piece, arguments: translate(piece.arguments) } : piece
}

const isTriedAgain = (calls: readonly RecordedCall[], index: number): boolean => {
  const call = calls[index]
  return call !== undefined && !hasEnded(call) && calls[index + 1]?.hash === call.hash
}

const refusal = (index: number, calls: readonly RecordedCall[], request: CanonicalRequest, hash: string): string => {
  const call = calls[index]
  if (call === undefined) return `answer request ${index + 1} from the recording: it holds only ${calls.length} model calls`
  const difference =
    call.request === null
      ? `its hash is ${hash.slice(0, 12)}, recorded is ${call.hash.slice(0, 12)}, and this build cannot rebuild the recorded request`
      : (firstDifference(call.request, request) ?? "the requests look the same, but their hashes differ")
  return `answer request ${index + 1} from the recording: it differs from the recorded one: ${difference}`
}
