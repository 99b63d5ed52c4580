import { hashRequest } from "../../../../src/effects/llm/request-hash.ts"
import type { Action } from "../../../../src/machine/action.ts"
import type { Event } from "../../../../src/machine/event.ts"
import { canonicalRequest } from "../../../../src/machine/request.ts"
import type { CallingLlm, State } from "../../../../src/machine/state.ts"
import { initial, step, type Step } from "../../../../src/machine/step.ts"
import { opening } from "../../../properties/harness/opening.ts"

/** One event of a session as the machine heard it. */
export interface Recorded {
  readonly event: Event
  readonly actions: readonly Action[]
  readonly state: State
}

/** The events as a session that was really held: each `LlmStarted` carries the hash of the request it answers. */
export const recorded = (events: Iterable<Event>): readonly Recorded[] => {
  const rows: Recorded[] = []
  let state: State | null = null
  let sent: { readonly effect: number; readonly state: CallingLlm } | null = null
  for (const given of events) {
    const event: Event = given.type === "LlmStarted" && given.effect === sent?.effect ? { ...given, hash: hashRequest(canonicalRequest(sent.state)) } : given
    const taken: Step = state === null ? initial(event as Extract<Event, { type: "SessionOpened" }>) : step(state, event)
    state = taken.state
    const request = taken.actions.find((action) => action.type === "SendLlmRequest")
    if (request !== undefined && taken.state.name === "CallingLlm") sent = { effect: request.effect, state: taken.state }
    rows.push({ event, actions: taken.actions, state: taken.state })
  }
  return rows
}

/** Turns that stream: each is a question, an answer of so many pieces, and rest. */
export const conversation = (turns: number, pieces: number, session = "s"): readonly Recorded[] => recorded(talk(turns, pieces, session))

function* talk(turns: number, pieces: number, session: string): Generator<Event, void> {
  let at = 1_700_000_000_000
  let effect = 0
  yield { ...opening(), session, at, modelsByName: { "test:one": { windowTokens: 1e9, outputTokensMax: 4096, images: true, priced: true } } }
  for (let turn = 1; turn <= turns; turn++) {
    yield { type: "UserInput", at: ++at, parts: [{ type: "text", text: `question ${turn}` }] }
    yield { type: "ContextGathered", at: ++at, effect: ++effect, fragments: [] }
    yield { type: "LlmStarted", at: ++at, effect: ++effect, hash: "" }
    for (let piece = 0; piece < pieces; piece++) yield { type: "LlmTextDelta", at: (at += 16), effect, text: piece % 9 === 0 ? `wörter ${piece}\n` : ` word ${piece}` }
    yield { type: "LlmCompleted", at: ++at, effect, stop: "end", usage: { inputTokens: 10, outputTokens: pieces, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 5 } }
  }
}
