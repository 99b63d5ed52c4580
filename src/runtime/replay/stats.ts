import type { LlmFailed, SessionOpened } from "../../machine/event.ts"
import type { Usage } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import { initial, step, type Step } from "../../machine/step.ts"
import type { Row } from "../event-log/line.ts"
import type { LoadedLog } from "./log-source.ts"
import { makePrefixWatch, type PrefixBreak } from "./prefix.ts"
import { makeToolStats, type ToolStats } from "./tool-stats.ts"
import { makeTimeSpent, type TimeSpent } from "./waits.ts"

/** Where the time, the tokens and the money of a session went. */
export interface LogStats {
  readonly session: string
  readonly models: readonly string[]
  readonly events: number
  readonly turns: number
  readonly steps: number
  /** Requests that were sent: the steps, and every further attempt. */
  readonly requests: number
  readonly time: TimeSpent
  /** Units: tokens; `cost` in nanodollars of what is priced, `unpriced` the answers that are not. */
  readonly usage: Usage
  readonly tools: Readonly<Record<string, ToolStats>>
  readonly retries: number
  /** Failed model calls by the kind of failure. */
  readonly failures: Readonly<Partial<Record<LlmFailed["failure"], number>>>
  readonly interrupts: number
  /** How often another process took the session up. */
  readonly restarts: number
  readonly breaks: readonly PrefixBreak[]
}

/** What share of what the model read came from its cache, 0 to 1; `null` where it read nothing. */
export const cacheShare = ({ inputTokens, cacheReadTokens, cacheWriteTokens }: Usage): number | null => {
  const all = inputTokens + cacheReadTokens + cacheWriteTokens
  return all === 0 ? null : cacheReadTokens / all
}

/** Runs the machine over a log once, and counts. Errors: throws where the machine cannot hear an event of the log. */
export const statsOf = ({ rows }: LoadedLog): LogStats => {
  const time = makeTimeSpent()
  const tools = makeToolStats()
  const prefix = makePrefixWatch()
  const counts = makeCounts()
  let state: State | null = null
  for (const row of rows) {
    const before: State | null = state
    const taken: Step = before === null ? initial(row.event as SessionOpened) : step(before, row.event)
    state = taken.state
    time.hear(row, before)
    tools.hear(row, taken)
    prefix.hear(row, before, taken)
    counts.hear(row, taken)
  }
  if (state === null) throw new Error("count a log: it holds no event")
  const { session } = state
  return {
    session: session.id,
    ...counts.counts(),
    events: rows.length,
    turns: session.turn,
    requests: prefix.requests(),
    time: time.spent(),
    usage: session.usage,
    tools: tools.tools(state),
    breaks: prefix.breaks()
  }
}

const makeCounts = () => {
  const models = new Set<string>()
  const failures: Partial<Record<LlmFailed["failure"], number>> = {}
  let [steps, retries, interrupts, restarts, counted] = [0, 0, 0, 0, ""]
  return {
    hear: ({ event }: Row, { state, actions, outcome }: Step): void => {
      for (const action of actions) {
        if (action.type === "ScheduleRetry" && event.type === "LlmFailed") retries++
        if (action.type !== "SendLlmRequest") continue
        models.add(action.model)
        const here = `${state.session.turn}:${action.step}`
        if (here !== counted) steps++
        counted = here
      }
      if (outcome !== "ok") return
      if (event.type === "LlmFailed") failures[event.failure] = (failures[event.failure] ?? 0) + 1
      if (event.type === "InterruptRequested") interrupts++
      if (event.type === "SessionResumed") restarts++
    },
    counts: () => ({ models: [...models], steps, retries, failures, interrupts, restarts })
  }
}
