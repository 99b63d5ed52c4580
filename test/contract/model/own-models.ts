import * as Effect from "effect/Effect"
import { Llm } from "../../../src/effects/llm/llm.ts"
import type { Piece as OwnPiece } from "../../../src/effects/llm/piece.ts"
import { hashRequest } from "../../../src/effects/llm/request-hash.ts"
import type { Event } from "../../../src/machine/event.ts"
import { OPENED } from "../../effects/llm/session.ts"
import { configOf, MODELS, noBlobs } from "../../effects/llm/support.ts"
import { anthropic } from "../../support/model-server/anthropic.ts"
import type { Answer, Fault, Wire, WireSpeech } from "../../support/model-server/answer.ts"
import { openaiCompatible } from "../../support/model-server/openai-compatible.ts"
import { openai } from "../../support/model-server/openai.ts"
import { bodyOf } from "../../support/model-server/send.ts"
import { startModelServer } from "../../support/model-server/server.ts"
import { requestTo } from "./ask.ts"
import type { ModelAnswer, ModelTrial, Situation, Staged } from "./host-model.ts"
import { modelOfLayer } from "./model-of-layer.ts"

const SPEECH: Readonly<Record<Wire, WireSpeech>> = { anthropic, openai, "openai-compatible": openaiCompatible }
const SECRET = "sk-this-must-turn-up-nowhere"
const IDLE_MS = 200

/** The real providers' layer over a server on loopback that speaks the wire. */
export const wireTrial = (wire: Wire): ModelTrial => ({
  name: `layerProviders over ${wire}`,
  model: MODELS[wire],
  secret: SECRET,
  timeoutMs: 10_000,
  when: (situation) => overWire(wire, situation)
})

const overWire = async (wire: Wire, situation: Situation): Promise<Staged> => {
  const server = await startModelServer({ wire, answer: () => wireAnswer(wire, situation) })
  const config = configOf(wire, server.url, { key: SECRET, ...(situation.happens === "stalls" ? { idleMs: IDLE_MS } : {}) })
  if (situation.happens === "is not there") await server.close()
  return {
    model: modelOfLayer(Llm.layerProviders({ config, resolveBlob: noBlobs })),
    hungUp: async () => (await Promise.race([server.requests[0]?.ended, new Promise((resolve) => setTimeout(() => resolve("held"), 500))])) !== "held",
    close: () => server.close()
  }
}

const wireAnswer = (wire: Wire, situation: Situation): Answer | Fault => {
  switch (situation.happens) {
    case "answers":
      return { ...answerOf(situation.answer), ...(situation.sliceBytes === undefined ? {} : { sliceBytes: situation.sliceBytes }) }
    case "goes on for ever":
    case "stalls":
      return { fault: "stall", after: bytesOf(wire, situation), answer: answerOf(situation.answer) }
    case "is cut":
      return { fault: "cut", after: bytesOf(wire, situation), answer: answerOf(situation.answer) }
    case "ends early":
      return { fault: "end", after: bytesOf(wire, situation), answer: answerOf(situation.answer) }
    case "is garbled":
      return { fault: "body", body: 'event: message_start\ndata: {"type": not what the wire allows}\n\n' }
    case "is no stream":
      return { fault: "body", body: "<html><body>Welcome</body></html>", contentType: "text/html" }
    case "refuses":
      return REFUSALS[situation.why]
    case "limits the rate":
      return { fault: "status", status: 429, headers: { "retry-after": `${situation.retryAfterS}` }, error: { type: "rate_limit_error", message: "slow down" } }
    case "is not there":
      return { fault: "status", status: 500 }
  }
}

const REFUSALS: Readonly<Record<"unauthorized" | "overloaded" | "too long", Fault>> = {
  unauthorized: { fault: "status", status: 401, error: { type: "authentication_error", message: `the key ${SECRET.slice(0, 3)}… is not valid` } },
  overloaded: { fault: "status", status: 503, error: { type: "overloaded_error", message: "too many ask at once" } },
  "too long": { fault: "status", status: 413, error: { type: "request_too_large", message: "prompt is too long" } }
}

const answerOf = (answer: ModelAnswer): Answer => ({ deltaBytes: 5, ...answer })

const bytesOf = (wire: Wire, { answer, share }: { readonly answer: ModelAnswer; readonly share: number }): number =>
  Math.floor(bodyOf(SPEECH[wire], answerOf(answer), MODELS[wire], "0").length * share)

/** It says what it used by itself, and nothing can befall it. */
export const scriptedTrial: ModelTrial = {
  name: "layerScripted",
  model: "scripted:x",
  when: (situation) => {
    if (situation.happens === "goes on for ever") return { model: scripted(situation.answer, 20) }
    return situation.happens === "answers" && situation.answer.usage === undefined && situation.sliceBytes === undefined ? { model: scripted(situation.answer, 0) } : null
  }
}

const scripted = (answer: ModelAnswer, chunkMs: number) => modelOfLayer(Llm.layerScripted({ chunkMs, chunkBytes: 5, answers: [answer] }))

/** It plays again what another model said to the same request. */
export const recordedTrial: ModelTrial = {
  name: "layerRecorded",
  model: "scripted:x",
  when: async (situation) => {
    if (situation.happens !== "answers" && situation.happens !== "goes on for ever") return null
    if (situation.happens === "answers" && situation.sliceBytes !== undefined) return null
    const pieces = await piecesOf(situation.answer)
    const heard = situation.happens === "answers" ? pieces : pieces.slice(0, pieces.length / 2)
    return { model: modelOfLayer(Llm.layerRecorded(recordingOf(heard))) }
  }
}

const piecesOf = async (answer: ModelAnswer): Promise<readonly OwnPiece[]> => {
  const pieces: OwnPiece[] = []
  const layer = Llm.layerScripted({ chunkMs: 0, chunkBytes: 5, answers: [answer] })
  await Effect.runPromise(Effect.provide(Llm.use(({ ask }) => ask(requestTo("scripted:x"), (piece) => pieces.push(piece))), layer))
  const { usage } = answer
  return usage === undefined ? pieces : pieces.map((piece) => (piece.type === "LlmCompleted" ? { ...piece, usage: { ...usage, cost: "unknown" } } : piece))
}

const recordingOf = (pieces: readonly OwnPiece[]): readonly Event[] => [
  OPENED,
  { type: "LlmStarted", at: 1, effect: 1, hash: hashRequest(requestTo("scripted:x")) },
  ...pieces.map((piece) => ({ ...piece, at: 1, effect: 1 }) as Event)
]
