import type { Event } from "../../machine/event.ts"
import type { Row } from "../event-log/line.ts"
import { joinedDelta } from "./beats.ts"

/** Pieces of one block that follow each other: events `from` to `to`, which one event could be. */
export interface Run {
  readonly from: number
  readonly to: number
  readonly event: Event
}

/** All runs of at least two pieces, in order. */
export const runsOf = (rows: readonly Row[]): readonly Run[] => {
  const runs: Run[] = []
  for (const { n, event } of rows) {
    const last = runs[runs.length - 1]
    const joined = last === undefined ? null : joinedDelta(last.event, event)
    if (last === undefined || joined === null) runs.push({ from: n, to: n, event })
    else runs[runs.length - 1] = { ...last, to: n, event: joined }
  }
  return runs.filter(({ from, to }) => from < to)
}

/** Writes each run as one event, at its first. */
export const asOne = (runs: readonly Run[]): ((row: Row) => Event | null) => {
  const changedByNumber = new Map<number, Event | null>()
  for (const { from, to, event } of runs) {
    for (let n = from; n <= to; n++) changedByNumber.set(n, n === from ? event : null)
  }
  return ({ n, event }) => (changedByNumber.has(n) ? (changedByNumber.get(n) ?? null) : event)
}
