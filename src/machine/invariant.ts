import type { Entry, Session } from "./session.ts"
import type { State } from "./state.ts"
import { slice } from "./vector.ts"

/** The numbers of the effects that are open in this state: what a process that stopped here had running. */
export const openEffectsOf = (state: State): readonly number[] => {
  switch (state.name) {
    case "WaitingForInput":
      return []
    case "CallingLlm":
      return [state.call.effect]
    case "ProcessingResponse":
    case "PostToolsHook":
      return [state.effect]
    case "ExecutingTools":
      return state.executions
        .flatMap(({ phase }) => (phase.name === "running" || phase.name === "awaiting-approval" ? [phase.effect] : []))
        .sort((a, b) => a - b)
    case "Error":
      return state.retry === null ? [] : [state.retry.effect]
    case "ShuttingDown":
      return state.drained ? [] : [state.effect]
  }
}

/** What is wrong with a state, in words; nothing in a state that the machine made. */
export const violations = (state: State): readonly string[] => [
  ...effectViolations(state),
  ...queueViolations(state),
  ...executionViolations(state),
  ...windowViolations(state.session),
  ...pairViolations(state)
]

const effectViolations = (state: State): readonly string[] =>
  openEffectsOf(state).flatMap((effect) =>
    effect >= 1 && effect <= state.session.effect ? [] : [`effect ${effect} is open but was never given out (newest ${state.session.effect})`]
  )

const queueViolations = ({ name, session }: State): readonly string[] =>
  session.queue.length > 0 && (name === "WaitingForInput" || name === "Error" || name === "ShuttingDown")
    ? [`${session.queue.length} messages are queued in ${name}`]
    : []

const executionViolations = (state: State): readonly string[] => {
  if (state.name !== "ExecutingTools") return []
  const running = state.executions.filter(({ phase }) => phase.name === "running")
  const wrong: string[] = []
  if (running.length > 1 && running.some(({ changes }) => changes)) wrong.push("a call that may change something runs beside another")
  if (openEffectsOf(state).length === 0) wrong.push("a batch waits for nothing")
  return wrong
}

const windowViolations = (session: Session): readonly string[] => {
  const { window, transcript } = session
  const wrong: string[] = []
  if (window.base < 0 || window.base > transcript.length) wrong.push(`the window begins at ${window.base} of ${transcript.length}`)
  if ((window.base > 0) !== (window.marker !== null)) wrong.push("a window that begins later has a marker, and no other")
  return wrong
}

/** Every call has its result in the entry that follows, in the same order; only the batch in work may be open. */
const pairViolations = (state: State): readonly string[] => {
  const entries = slice(state.session.transcript)
  const mayBeOpen = state.name === "ProcessingResponse" || state.name === "ExecutingTools"
  return entries.flatMap((entry, index) => {
    const calls = callIds(entry)
    if (calls.length === 0 || (mayBeOpen && index === entries.length - 1)) return []
    const next = entries[index + 1]
    const answered = next?.type === "results" ? next.results.map((result) => result.call) : []
    return calls.join() === answered.join() ? [] : [`calls ${calls.join()} are followed by results ${answered.join() || "of none"}`]
  })
}

const callIds = (entry: Entry): readonly string[] =>
  entry.type === "assistant" ? entry.blocks.flatMap((block) => (block.type === "tool-call" ? [block.id] : [])) : []
