import type { State, StateName } from "../../machine/state.ts"
import type { Row } from "../event-log/line.ts"

/** What a session waited for between two events. `away`: no process held it, until one took it up again. */
export type Wait =
  | "person"
  | "approval"
  | "gathering"
  | "offloading"
  | "first-token"
  | "streaming"
  | "vetting"
  | "tools"
  | "hook"
  | "retry"
  | "shutdown"
  | "away"

/** Where the time went. Units: ms; the values of the first two records sum to the time from the first event to the last. */
export interface TimeSpent {
  readonly totalMs: number
  readonly msByState: Readonly<Partial<Record<StateName, number>>>
  readonly msByWait: Readonly<Partial<Record<Wait, number>>>
  /** What is `tools` above, by the names of those that ran; several at once are one name, as `file_read + shell`. */
  readonly msByTools: Readonly<Record<string, number>>
}

/** Adds up the time between events. */
export const makeTimeSpent = () => {
  const byState: Partial<Record<StateName, number>> = {}
  const byWait: Partial<Record<Wait, number>> = {}
  /** A model may call tools by any name, also by one that every object has. */
  const byTools = new Map<string, number>()
  let totalMs = 0
  let lastAt: number | null = null
  return {
    hear: ({ event }: Row, before: State | null): void => {
      const ms = event.at - (lastAt ?? event.at)
      lastAt = event.at
      if (before !== null && ms > 0) {
        const wait = event.type === "SessionResumed" ? "away" : waitOf(before)
        totalMs += ms
        byState[before.name] = (byState[before.name] ?? 0) + ms
        byWait[wait] = (byWait[wait] ?? 0) + ms
        if (wait === "tools") byTools.set(toolsRunning(before), (byTools.get(toolsRunning(before)) ?? 0) + ms)
      }
    },
    spent: (): TimeSpent => ({ totalMs, msByState: byState, msByWait: byWait, msByTools: Object.fromEntries(byTools) })
  }
}

const waitOf = (state: State): Wait => {
  switch (state.name) {
    case "WaitingForInput":
      return "person"
    case "CallingLlm":
      if (state.call.stage.name !== "streaming") return state.call.stage.name
      return state.call.open === null && state.call.blocks.length === 0 ? "first-token" : "streaming"
    case "ProcessingResponse":
      return "vetting"
    case "ExecutingTools":
      return state.executions.some(({ phase }) => phase.name === "running") ? "tools" : "approval"
    case "PostToolsHook":
      return "hook"
    case "Error":
      return state.retry === null ? "person" : "retry"
    case "ShuttingDown":
      return "shutdown"
  }
}

const toolsRunning = (state: State): string => {
  if (state.name !== "ExecutingTools") return ""
  const names = state.executions.flatMap(({ call, phase }) => (phase.name === "running" ? [call.name] : []))
  return [...new Set(names)].toSorted().join(" + ")
}
