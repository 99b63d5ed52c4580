import type { Event, SessionOpened } from "../src/machine/event.ts"
import { initial, step } from "../src/machine/step.ts"
import type { State } from "../src/machine/state.ts"
import { say } from "../src/machine/transcript.ts"

/** Made-up sessions for the figures that need no model. */

export const MODEL = "bench:model"

export const opening: SessionOpened = {
  type: "SessionOpened",
  at: 1,
  session: "bench",
  machine: 1,
  seed: 7,
  system: "You are an agent.",
  tools: [],
  rules: [],
  roots: ["/bench"],
  modelsByName: { [MODEL]: { windowTokens: 1_000_000, outputTokensMax: 32_000, images: true, priced: true } },
  settings: {
    model: MODEL,
    mode: "bypass",
    attended: true,
    limits: { stepsMax: 1000, tokensMax: null, costMax: null, attemptsMax: 3, toolsParallelMax: 8, outputTokensMax: 8000, windowTokensMax: 100_000_000 }
  }
}

/** The state in which an answer streams, after so many messages. */
export const streamingState = (messages: number): State => {
  let state: State = initial(opening).state
  for (let index = 0; index < messages; index++) {
    const session = say(state.session, { type: "user", parts: [{ type: "text", text: `message ${index}` }] })
    state = { ...state, session } as State
  }
  return eventsUntilStreaming.reduce<State>((at, event) => step(at, event).state, state)
}

const eventsUntilStreaming: readonly Event[] = [
  { type: "UserInput", at: 2, parts: [{ type: "text", text: "tell me" }] },
  { type: "ContextGathered", at: 3, effect: 1, fragments: [] },
  { type: "LlmStarted", at: 4, effect: 2, hash: "0".repeat(64) }
]

/** Pieces of an answer to effect 2, made anew each time so that no text is shared. */
export const deltas = (count: number): readonly Event[] =>
  Array.from({ length: count }, (_, index) => ({ type: "LlmTextDelta", at: 5 + index, effect: 2, text: `w${index % 1000} ` }) satisfies Event)

/** A whole session of so many events, most of them deltas, as logs are. */
export const wholeSession = (count: number): readonly Event[] => {
  const turnLength = 2000
  const events: Event[] = [opening]
  let state: State = initial(opening).state
  const hear = (event: Event): void => {
    events.push(event)
    state = step(state, event).state
  }
  while (events.length < count - 4) {
    const at = events.length + 1
    hear({ type: "UserInput", at, parts: [{ type: "text", text: `turn at ${at}` }] })
    hear({ type: "ContextGathered", at, effect: state.session.effect, fragments: [] })
    const effect = state.session.effect
    const pieces = Math.min(turnLength, count - events.length - 1)
    for (let index = 0; index < pieces; index++) hear({ type: "LlmTextDelta", at: at + index, effect, text: `piece ${index} of the answer ` })
    hear({ type: "LlmCompleted", at: at + pieces, effect, stop: "end", usage: { inputTokens: 100, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 1000 } })
  }
  return events
}
