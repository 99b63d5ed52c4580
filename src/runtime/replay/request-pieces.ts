import { modelFacts } from "../../machine/model.ts"
import { canonicalRequest, render, type Message } from "../../machine/request.ts"
import type { CallingLlm } from "../../machine/state.ts"
import { at } from "../../machine/vector.ts"

/** A run of a request's canonical bytes, and what it belongs to: `system`, `tools`, `message 3 block 1`. */
export interface Piece {
  readonly path: string
  readonly text: string
}

/**
 * The canonical request of a state, piece by piece and only as far as somebody asks: its texts joined, and `REQUEST_END` behind
 * them, are the bytes that `LlmStarted` hashes. Without that end they are what the next request should begin with.
 */
export function* piecesOf(state: CallingLlm): Generator<Piece, void> {
  yield* headOf(state)
  const { session, call } = state
  const images = modelFacts(session, call.model)?.images ?? false
  const messages = makeMessages()
  const { base, marker } = session.window
  if (marker !== null) yield* messages.add({ role: "user", content: [{ type: "text", text: marker.text }] })
  for (let index = base; index < session.transcript.length; index++) {
    const message = render(at(session.transcript, index), call.model, images)
    if (message !== null) yield* messages.add(message)
  }
}

/** What closes the last message, the list of them and the request. */
export const REQUEST_END = "]}]}"

/** Everything before the messages, in the order in which it is written. */
function* headOf(state: CallingLlm): Generator<Piece, void> {
  const { session } = state
  const window = { base: session.transcript.length, marker: null, bytes: 0 }
  const { messages: _, ...head } = canonicalRequest({ ...state, session: { ...session, window } })
  let before = "{"
  for (const [path, value] of Object.entries(head)) {
    yield { path, text: `${before}"${path}":${JSON.stringify(value)}` }
    before = ","
  }
  yield { path: "messages", text: ',"messages":[' }
}

/** Neighbours of one role are joined, as in the request itself. */
const makeMessages = () => {
  let role: Message["role"] | null = null
  let number = 0
  let block = 0
  function* add(message: Message): Generator<Piece, void> {
    const goesOn = role === message.role
    if (!goesOn) {
      number++
      block = 0
    }
    for (const content of message.content) {
      const opening = block > 0 ? "," : `${number > 1 ? "]}," : ""}{"role":"${message.role}","content":[`
      yield { path: `message ${number} block ${++block}`, text: opening + JSON.stringify(content) }
    }
    role = message.role
  }
  return { add }
}
