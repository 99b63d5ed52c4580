import { hashRequest } from "../src/effects/llm/request-hash.ts"
import type { Action, SendLlmRequest } from "../src/machine/action.ts"
import type { Event, SessionOpened } from "../src/machine/event.ts"
import { canonicalRequest } from "../src/machine/request.ts"
import { initial, step, type Step } from "../src/machine/step.ts"
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
  modelsByName: { [MODEL]: { windowTokens: 200_000, outputTokensMax: 32_000, images: true, priced: true } },
  settings: {
    model: MODEL,
    mode: "bypass",
    attended: true,
    limits: { stepsMax: 1000, tokensMax: null, costMax: null, attemptsMax: 3, toolsParallelMax: 8, outputTokensMax: 8000, windowTokensMax: null }
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

/** One event and what it did. */
export interface Heard {
  readonly event: Event
  readonly taken: Step
}

/**
 * A whole session of at least so many events, most of them deltas, as logs are: turns of a call that reads and a last answer,
 * the window offloaded as it fills. The machine drives it: each action it takes is answered.
 */
export function* wholeSession(count: number, answerDeltas = 1000): Generator<Heard, void> {
  let state: State | null = null
  let events = 0
  const due: Unstamped[] = [opening]
  for (let next = due.shift(); next !== undefined; next = due.shift()) {
    events++
    const event = { ...next, at: events } as Event
    const taken: Step = state === null ? initial(opening) : step(state, event)
    state = taken.state
    yield { event, taken }
    for (const action of taken.actions) due.push(...answersTo(action, taken.state, events < count ? answerDeltas : null))
  }
}

type Unstamped = Event extends infer E ? (E extends Event ? Omit<E, "at"> : never) : never

/** What the world answers; a person who is asked when enough was said (`null`) closes the session. */
const answersTo = (action: Action, state: State, answerDeltas: number | null): readonly Unstamped[] => {
  switch (action.type) {
    case "WaitForInput":
      return [answerDeltas === null ? { type: "ShutdownRequested" } : { type: "UserInput", parts: [{ type: "text", text: "look once more" }] }]
    case "GatherContext":
      return [{ type: "ContextGathered", effect: action.effect, fragments: [] }]
    case "OffloadContext":
      return [{ type: "ContextOffloaded", effect: action.effect, ok: true, keeper: `keeper-${action.effect}` }]
    case "SendLlmRequest":
      return state.name === "CallingLlm" ? answer(action, hashRequest(canonicalRequest(state)), answerDeltas ?? 1) : []
    case "VetToolCalls":
      return [{ type: "ToolCallsVetted", effect: action.effect, facts: action.calls.map(({ id }) => ({ call: id, changes: false, paths: [], commands: [], hosts: [] })) }]
    case "ExecuteTools":
      return action.calls.map(({ effect }) => ({ type: "ToolCompleted", effect, status: "ok", parts: [{ type: "text", text: "1\tone line of a file\n".repeat(20) }] }))
    case "Shutdown":
      return [{ type: "ShutdownCompleted", effect: action.effect }]
    default:
      return []
  }
}

const answer = ({ effect, step }: SendLlmRequest, hash: string, count: number): readonly Unstamped[] => [
  { type: "LlmStarted", effect, hash },
  ...Array.from({ length: count }, (_, index): Unstamped => ({ type: "LlmTextDelta", effect, text: piece(index) })),
  ...(step > 1 ? [] : [{ type: "LlmToolCallDelta", effect, index: 1, name: "file_read", arguments: '{"path":"a.ts"}' } satisfies Unstamped]),
  { type: "LlmCompleted", effect, stop: step > 1 ? "end" : "tool-calls", usage: { inputTokens: 100, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 1000 } }
]

/** Now and then a line ends, something is quoted, or a letter is not ASCII, as in what models write. */
const piece = (index: number): string => {
  if (index % 12 === 11) return `the end of line ${index}.\n`
  if (index % 50 === 49) return `what "${index}" means `
  return index % 400 === 399 ? `so \u2013 as said \u2013 it is ` : `piece ${index} of the answer `
}
