import type { Action } from "./action.ts"
import { behaves } from "./behaviour.ts"
import { go, type Step } from "./outcome.ts"
import { budgetReached, stepsSpent } from "./policy/budget.ts"
import { offloadTo, passesThreshold } from "./policy/offload.ts"
import type { Part, Session } from "./session.ts"
import type { CallingLlm, CallStage, ErrorState, Failure, ModelCall, ShuttingDown, WaitingForInput, WaitingReason } from "./state.ts"
import { say, sayGoOn, sayQueued } from "./transcript.ts"
import { lastOf } from "./vector.ts"

/*
 * The ways from one state into another that several states share. Each takes the actions that go before
 * (cancels, notices) and gives the whole step. There is one door into the model: `enterCall`.
 */

/** A person's words begin a turn. */
export const beginTurnWith = (session: Session, parts: readonly Part[], before: readonly Action[]): Step<CallingLlm | WaitingForInput> =>
  enterTurn(say(startTurn(session), { type: "user", parts }), before)

/** A turn begins with what is queued, or goes on with what was said. */
export const beginTurn = (session: Session, before: readonly Action[]): Step<CallingLlm | WaitingForInput> =>
  enterTurn(sayQueued(startTurn(session)), before)

/** The next step of the same turn; out of steps, but with messages queued, a new turn with them. */
export const nextStep = (session: Session, before: readonly Action[]): Step<CallingLlm | WaitingForInput> =>
  stepsSpent(session) && session.queue.length > 0 ? beginTurn(session, before) : enterCall(session, { attempt: 1, counted: false }, before)

/** The same step once more. */
export const tryAgain = (session: Session, attempt: number, before: readonly Action[]): Step<CallingLlm | WaitingForInput> =>
  enterCall(session, { attempt, counted: true }, before)

/** Comes to rest, unless messages are queued: they begin a new turn. */
export const settle = (session: Session, why: WaitingReason, before: readonly Action[] = []): Step<CallingLlm | WaitingForInput> =>
  session.queue.length > 0 ? beginTurn(session, before) : wait(session, why, before)

/** Comes to rest. */
export const wait = (session: Session, why: WaitingReason, before: readonly Action[] = []): Step<WaitingForInput> =>
  go({ name: "WaitingForInput", session, why }, [
    ...before,
    ...(session.turn > 0 && why !== "opened" && why !== "offloaded" ? [outcomeOf(session, why)] : []),
    { type: "WaitForInput", why }
  ])

/** The step failed for good: a person has to say how to go on. */
export const giveUp = (session: Session, error: Failure): Step<ErrorState> =>
  go({ name: "Error", session: sayQueued(session), error, retry: null }, [
    { type: "DisplayError", error, retryAt: null },
    { type: "RecordDecision", kind: "outcome", title: `turn ${session.turn} failed: ${error.message}` }
  ])

/** Begins to close; what is queued enters the transcript first. */
export const shutDown = (session: Session, before: readonly Action[]): Step<ShuttingDown> => {
  const { effect, session: next } = takeEffect(sayQueued(session))
  return go({ name: "ShuttingDown", session: next, effect, drained: false }, [...before, { type: "Shutdown", effect }])
}

/** The next effect number, and the session that has given it out. */
export const takeEffect = (session: Session): { readonly effect: number; readonly session: Session } => {
  const effect = session.effect + 1
  return { effect, session: { ...session, effect } }
}

/** Sends the request, offloading first what makes the window too long. */
export const sendRequest = (
  session: Session,
  { attempt, counted }: StepCount,
  before: readonly Action[],
  mayOffload = true
): Step<CallingLlm> => {
  const said = sayGoOn(sayQueued(session))
  if (mayOffload && passesThreshold(said)) {
    const to = offloadTo(said, "enough")
    if (to > said.window.base) return offload(said, { for: "call", to, counted }, attempt, before)
  }
  const { effect, session: taken } = takeEffect(said)
  const next = counted ? taken : { ...taken, step: taken.step + 1 }
  const { model } = next.settings
  const request: Action = { type: "SendLlmRequest", effect, model, attempt, step: next.step, from: next.window.base, to: next.transcript.length }
  return go(calling(next, effect, attempt, { name: "streaming" }), [...before, request])
}

/** Sends the request that something was awaited for, unless what was used meanwhile was the rest of a budget of tokens or money; the step was asked about before. */
export const sendAwaited = (
  session: Session,
  count: StepCount,
  before: readonly Action[],
  mayOffload = true
): Step<CallingLlm | WaitingForInput> =>
  (behaves(session, "awaited-usage-counts") ? refuse(session, { ...count, counted: true }, before) : null)
  ?? sendRequest(session, count, before, mayOffload)

/** Has the oldest of the window stored before anything else. */
export const offload = (
  session: Session,
  stage: Omit<Extract<CallStage, { name: "offloading" }>, "name">,
  attempt: number,
  before: readonly Action[]
): Step<CallingLlm> => {
  const { effect, session: next } = takeEffect(session)
  return go(calling(next, effect, attempt, { name: "offloading", ...stage }), [
    ...before,
    { type: "OffloadContext", effect, from: next.window.base, to: stage.to }
  ])
}

/** Which try of a step it is, and whether the step is already counted: a retry is no new step. */
export interface StepCount {
  readonly attempt: number
  readonly counted: boolean
}

/** What the world had to report, for the person. */
export const toldOf = ({ reports = [] }: { readonly reports?: readonly string[] }): readonly Action[] =>
  reports.map((text): Action => ({ type: "DisplayMessage", text }))

const enterCall = (session: Session, count: StepCount, before: readonly Action[]): Step<CallingLlm | WaitingForInput> =>
  refuse(session, count, before) ?? sendRequest(session, count, before)

const enterTurn = (session: Session, before: readonly Action[]): Step<CallingLlm | WaitingForInput> => {
  const refused = refuse(session, { attempt: 1, counted: false }, before)
  if (refused !== null) return refused
  const { effect, session: next } = takeEffect(session)
  return go(calling(next, effect, 1, { name: "gathering" }), [
    ...before,
    { type: "GatherContext", effect, turn: next.turn },
    { type: "RecordDecision", kind: "goal", title: titleOf(next) }
  ])
}

const refuse = (session: Session, { counted }: StepCount, before: readonly Action[]): Step<WaitingForInput> | null => {
  const reached = budgetReached(session, counted)
  if (reached === null) return null
  return wait(sayQueued(session), reached.why, [...before, { type: "DisplayMessage", text: reached.message }])
}

const startTurn = (session: Session): Session => ({ ...session, turn: session.turn + 1, step: 0 })

const calling = (session: Session, effect: number, attempt: number, stage: CallStage): CallingLlm => ({
  name: "CallingLlm",
  session,
  call: newCall(effect, attempt, session.settings.model, stage),
  streamed: ""
})

/** A call of which nothing came yet. */
export const newCall = (effect: number, attempt: number, model: string, stage: CallStage): ModelCall => ({
  effect,
  attempt,
  model,
  stage,
  blocks: [],
  open: null,
  callByIndex: {},
  usage: null
})

const outcomeOf = (session: Session, why: WaitingReason): Action => ({
  type: "RecordDecision",
  kind: "outcome",
  title: `turn ${session.turn}: ${why}`
})

const TITLE_LENGTH_MAX = 80

/** The first line of the words that began the turn. */
const titleOf = (session: Session): string => {
  const entry = lastOf(session.transcript)
  const text = entry?.type === "user" ? entry.parts.map((part) => (part.type === "text" ? part.text : "")).join(" ") : "go on"
  const line = text.trim().split("\n", 1)[0] ?? ""
  return line.length > TITLE_LENGTH_MAX ? `${line.slice(0, TITLE_LENGTH_MAX - 1)}…` : line
}
