import type { ResultStatus } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import { slice } from "../../machine/vector.ts"
import type { Step } from "../../machine/step.ts"
import type { Row } from "../event-log/line.ts"

/** What became of the calls of one tool. */
export interface ToolStats {
  readonly calls: number
  /** How many results of each kind; calls that are still open have none. */
  readonly byStatus: Readonly<Partial<Record<ResultStatus, number>>>
  /** Of the calls that ran to their end; `null` where none did. Units: ms. */
  readonly medianMs: number | null
  readonly longestMs: number | null
}

/** Counts the calls of tools and how long those took that came to an end. */
export const makeToolStats = () => {
  const startedByEffect = new Map<number, { readonly name: string; readonly at: number }>()
  const durationsByName = new Map<string, number[]>()
  const push = (name: string, ms: number): void => {
    const durations = durationsByName.get(name)
    if (durations === undefined) durationsByName.set(name, [ms])
    else durations.push(ms)
  }
  return {
    hear: ({ event }: Row, { actions, outcome }: Step): void => {
      for (const action of actions) {
        if (action.type === "ExecuteTools")
          for (const { effect, call } of action.calls) startedByEffect.set(effect, { name: call.name, at: event.at })
      }
      if (event.type !== "ToolCompleted" || outcome !== "ok") return
      const started = startedByEffect.get(event.effect)
      if (started !== undefined) push(started.name, event.at - started.at)
    },
    /** By the names of the tools, the most called first. */
    tools: (state: State): Readonly<Record<string, ToolStats>> => {
      const counts = countsOf(state)
      const names = [...counts.keys()].toSorted((one, other) => counts.get(other)!.calls - counts.get(one)!.calls || (one < other ? -1 : 1))
      return Object.fromEntries(names.map((name) => [name, { ...counts.get(name)!, ...spread(durationsByName.get(name) ?? []) }]))
    }
  }
}

type Counts = Pick<ToolStats, "calls" | "byStatus">

const countsOf = (state: State): ReadonlyMap<string, Counts> => {
  const counts = new Map<string, Counts>()
  const nameByCall = new Map<string, string>()
  const add = (name: string, calls: number, status: ResultStatus | null): void => {
    const { calls: before, byStatus } = counts.get(name) ?? { calls: 0, byStatus: {} }
    counts.set(name, { calls: before + calls, byStatus: status === null ? byStatus : { ...byStatus, [status]: (byStatus[status] ?? 0) + 1 } })
  }
  for (const entry of slice(state.session.transcript)) {
    if (entry.type === "assistant") {
      for (const block of entry.blocks) {
        if (block.type !== "tool-call") continue
        nameByCall.set(block.id, block.name)
        add(block.name, 1, null)
      }
    }
    if (entry.type === "results") for (const { call, status } of entry.results) add(nameByCall.get(call) ?? "", 0, status)
  }
  return counts
}

/** The lower one of the two in the middle, so that it is a time that was really measured. */
const spread = (durationsMs: readonly number[]): Pick<ToolStats, "medianMs" | "longestMs"> => {
  const sorted = durationsMs.toSorted((one, other) => one - other)
  return { medianMs: sorted[Math.floor((sorted.length - 1) / 2)] ?? null, longestMs: sorted.at(-1) ?? null }
}
