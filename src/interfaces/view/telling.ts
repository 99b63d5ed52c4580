import type { Action } from "../../machine/action.ts"
import type { Session, ToolCall } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import type { Recorded } from "../../runtime/session.ts"
import { callWords } from "./call-words.ts"
import { plural } from "./money.ts"

/** What the telling of a session has to remember between two events. */
export interface Telling {
  /** Calls of a finished answer that are being looked at. */
  readonly vetting: readonly ToolCall[]
  /** Calls that run, by their effect, with the time they began at. */
  readonly running: Readonly<Record<number, RunningCall>>
  /** Calls that a person is asked about, by their effect. */
  readonly asked: Readonly<Record<number, ToolCall>>
  /** What a person wrote while the agent was busy, oldest first. */
  readonly queued: Session["queue"]
  /** Whether nothing happens before a person speaks. */
  readonly rests: boolean
}

/** Units: `since` in ms since the epoch. */
export interface RunningCall {
  readonly call: ToolCall
  readonly since: number
}

/** Where the telling begins, or goes on with a session that is resumed. */
export const tellingFrom = (state: State): Telling => ({
  vetting: [],
  running: {},
  asked: {},
  queued: state.session.queue,
  rests: isAtRest(state)
})

export const isAtRest = (state: State): boolean => state.name === "WaitingForInput" || (state.name === "Error" && state.retry === null)

/** What has to be remembered after an event; the same object where nothing of it changed. */
export const toldOn = (telling: Telling, { event, step }: Recorded): Telling => {
  const next: Telling = {
    vetting: vettingAfter(telling.vetting, step.actions),
    running: runningAfter(telling.running, step.actions, event),
    asked: askedAfter(telling.asked, step.actions, event),
    queued: step.state.session.queue,
    rests: isAtRest(step.state)
  }
  return (Object.keys(next) as (keyof Telling)[]).every((key) => next[key] === telling[key]) ? telling : next
}

const vettingAfter = (vetting: Telling["vetting"], actions: readonly Action[]): Telling["vetting"] =>
  actions.reduce((calls, action) => (action.type === "VetToolCalls" ? action.calls : calls), vetting)

const runningAfter = (running: Telling["running"], actions: readonly Action[], event: Recorded["event"]): Telling["running"] => {
  const started = actions.flatMap((action) => (action.type === "ExecuteTools" ? action.calls : []))
  const kept = withoutCancelled(
    event.type === "ToolCompleted" ? without(running, event.effect) : event.type === "SessionResumed" ? {} : running,
    actions
  )
  return started.length === 0
    ? kept
    : { ...kept, ...Object.fromEntries(started.map(({ effect, call }) => [effect, { call, since: event.at }])) }
}

const askedAfter = (asked: Telling["asked"], actions: readonly Action[], event: Recorded["event"]): Telling["asked"] => {
  const questions = actions.flatMap((action) => (action.type === "RequestApproval" ? [[action.effect, action.call] as const] : []))
  const kept = withoutCancelled(
    event.type === "ApprovalAnswered" ? without(asked, event.effect) : event.type === "SessionResumed" ? {} : asked,
    actions
  )
  return questions.length === 0 ? kept : { ...kept, ...Object.fromEntries(questions) }
}

const withoutCancelled = <T>(record: Readonly<Record<number, T>>, actions: readonly Action[]): Readonly<Record<number, T>> =>
  actions.reduce((left, action) => (action.type === "Cancel" ? without(left, action.effect) : left), record)

const without = <T>(record: Readonly<Record<number, T>>, key: number): Readonly<Record<number, T>> => {
  if (record[key] === undefined) return record
  const { [key]: _, ...rest } = record
  return rest
}

/** What runs now, for the line under a silent screen; `null` where nothing does. */
export const runningWords = ({ running }: Telling): string | null => {
  const calls = Object.values(running)
  if (calls.length === 0) return null
  const words = calls.map(({ call }) => callWords(call)).join(", ")
  return calls.length === 1 ? words : `${plural(calls.length, "call")}: ${words}`
}
