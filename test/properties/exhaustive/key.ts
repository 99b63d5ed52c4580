import { passesThreshold } from "../../../src/machine/policy/offload.ts"
import type { Block, Entry, Session } from "../../../src/machine/session.ts"
import type { CallingLlm, ExecutingTools, State } from "../../../src/machine/state.ts"
import { at, lastOf } from "../../../src/machine/vector.ts"
import type { Shadow } from "../harness/world.ts"

/** Entries above this fill the window by themselves. */
const BIG_BYTES = 1000

/*
 * What makes two situations the same for the search, so that it ends.
 *
 * Kept is whatever the reducer branches on: the state with its stage, attempt and step, what each call of a batch waits for,
 * what is queued, which budgets are spent, the settings, the shape of the answer and of the end of the transcript (who speaks
 * last decides about "go on"), whether the window is full and what it could give up. Of the observer's memory, what its laws
 * compare later. Numbers that only count are kept as order or distance.
 *
 * Dropped is what no branch reads: ids, times, the generator, words (only whether they are blank), how long ago the session
 * began. One dropped thing does reach a branch later: how the window lies behind its first cut, which shows once an offload
 * has moved it there. So an offload that follows an offload may be tried from one of several places only.
 *
 * That nothing else is lost is no opinion: `futures.ts` compares situations of one key, move for move, while the search runs.
 */
export const keyOf = (state: State, shadow: Shadow): string => {
  const { session } = state
  return JSON.stringify([state.name, inside(state), sessionKey(session), shadowKey(state, shadow)])
}

const inside = (state: State): unknown => {
  switch (state.name) {
    case "WaitingForInput":
      return state.why
    case "CallingLlm":
      return callKey(state)
    case "ProcessingResponse":
      return state.calls.length
    case "ExecutingTools":
      return batchKey(state)
    case "PostToolsHook":
      return 0
    case "Error":
      return [state.error.kind, state.retry?.attempt ?? 0]
    case "ShuttingDown":
      return state.drained
  }
}

const callKey = ({ call, streamed }: CallingLlm): unknown => [
  call.stage.name === "offloading" ? [call.stage.for, call.stage.counted] : call.stage.name,
  call.attempt,
  call.model,
  call.blocks.map(blockKey),
  call.open === null ? "" : blockKey({ ...call.open, ...(call.open.type === "tool-call" ? { arguments: streamed } : { text: streamed }) } as Block),
  call.usage !== null
]

const blockKey = (block: Block): string => {
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? "blank" : "text"
    case "thinking":
      return block.signature === null ? "unsigned" : "signed"
    case "tool-call":
      return block.arguments === "{" ? "begun" : "call"
  }
}

/** Open effects by their order among themselves: only that is ever compared. */
const batchKey = ({ executions }: ExecutingTools): unknown => {
  const open = executions.flatMap(({ phase }) => ("effect" in phase ? [phase.effect] : [])).sort((a, b) => a - b)
  return executions.map(({ phase, changes, started, question }) => [
    phase.name,
    "effect" in phase ? open.indexOf(phase.effect) : phase.name === "done" ? phase.result.status : "",
    changes,
    started,
    question !== null
  ])
}

const sessionKey = (session: Session): unknown => {
  const { settings, usage } = session
  return [
    settings.model,
    settings.limits.stepsMax,
    session.step,
    session.queue.map((parts) => parts.every((part) => part.type === "text" && part.text.trim() === "")),
    session.approvals.length,
    settings.limits.tokensMax !== null && usage.outputTokens >= settings.limits.tokensMax,
    settings.limits.costMax !== null && [usage.cost >= settings.limits.costMax, usage.unpriced > 0],
    session.overflowedAt === `${session.turn}:${session.step}`,
    windowKey(session),
    endKey(session)
  ]
}

/**
 * Whether the window is full, and what it could give up now or once another turn has begun: closed turns, steps of the
 * latest, and whether something big lies before or after the latest turn began.
 */
const windowKey = (session: Session): unknown => {
  const { transcript, window } = session
  const turn = lastOf(transcript)?.turn
  let [turnBegins, stepBegins, bigBefore, bigAfter] = [false, false, false, false]
  for (let index = window.base; index < transcript.length; index++) {
    const entry = at(transcript, index)
    if (index > window.base && entry.turn !== at(transcript, index - 1).turn) [turnBegins, bigBefore, bigAfter] = [true, bigBefore || bigAfter, false]
    if (index > window.base && entry.type === "assistant" && entry.turn === turn) stepBegins = true
    if (entry.bytes > BIG_BYTES) bigAfter = true
  }
  return [passesThreshold(session), window.marker !== null, turnBegins, stepBegins, bigBefore, bigAfter]
}

/** How the transcript ends: its last entry, whether that is of this turn, and the last one that says something. */
const endKey = ({ transcript, window, turn }: Session): unknown => {
  if (transcript.length === 0) return ""
  const last = at(transcript, transcript.length - 1)
  let index = transcript.length - 1
  while (index >= window.base && isEmpty(at(transcript, index))) index--
  return [last.type, last.turn === turn, index >= window.base && at(transcript, index).type === "assistant", index < transcript.length - 1, index < window.base]
}

const isEmpty = (entry: Entry): boolean => {
  switch (entry.type) {
    case "user":
      return entry.parts.every((part) => part.type === "text" && part.text.trim() === "")
    case "assistant":
      return entry.blocks.every((block) => block.type === "text" && block.text.trim() === "")
    case "note":
    case "results":
      return false
  }
}

/** What the observer remembers beyond what the state tells; what it holds of words and answers follows from the state. */
const shadowKey = (state: State, shadow: Shadow): unknown => [
  shadow.newStep,
  shadow.steps - state.session.step,
  state.name === "CallingLlm" && state.call.stage.name === "offloading" ? shadow.offloadFor : "",
  shadow.offloadFailed,
  shadow.overflowed,
  shadow.asked.length,
  shadow.sent !== null && [shadow.sent.request.model === state.session.settings.model, shadow.sent.request.from === state.session.window.base]
]
