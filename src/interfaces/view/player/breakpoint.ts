import { step } from "../../../machine/step.ts"
import type { State } from "../../../machine/state.ts"
import type { Row } from "../../../runtime/event-log/line.ts"
import { compileExpression, type Predicate } from "../../../runtime/replay/expression.ts"
import type { Moment } from "../../../runtime/replay/timeline.ts"
import type { Tape } from "./tape.ts"

/** Where running stops: what a person wrote, and what it means. */
export interface Breakpoint {
  readonly text: string
  readonly holds: Predicate
}

/** Errors: a sentence, where the expression means nothing. */
export const breakpointOf = (text: string): Breakpoint | string => {
  const holds = compileExpression(text)
  return typeof holds === "string" ? holds : { text: text.trim(), holds }
}

/** How far a run to the next breakpoint came: it stopped there, or nothing held as far as that event, or an expression failed. */
export type Sought =
  | { readonly type: "stopped" | "passed"; readonly event: number }
  | { readonly type: "failed"; readonly message: string }

/** Looks at so many events after event `n`, in order, and stops at the first where a breakpoint holds. */
export const soughtOn = (tape: Tape, breakpoints: readonly Breakpoint[], n: number, eventsMax: number): Sought =>
  guarded(() => {
    const last = Math.min(tape.rows.length, n + eventsMax)
    const stops = breakpoints.flatMap(({ holds }) => holds.first(momentsFrom(tape, n + 1, last))?.row.n ?? [])
    return stops.length === 0 ? { type: "passed", event: last } : { type: "stopped", event: Math.min(...stops) }
  })

/** The same backwards: the last event before `n` where one holds. */
export const soughtBack = (tape: Tape, breakpoints: readonly Breakpoint[], n: number, eventsMax: number): Sought =>
  guarded(() => {
    const first = Math.max(1, n - eventsMax)
    const stops = breakpoints.flatMap(({ holds }) => lastHeld(tape, holds, first, n - 1) ?? [])
    return stops.length === 0 ? { type: "passed", event: first } : { type: "stopped", event: Math.max(...stops) }
  })

const lastHeld = (tape: Tape, holds: Predicate, from: number, to: number): number | null => {
  let last: number | null = null
  for (let at = holds.first(momentsFrom(tape, from, to)); at !== null; at = holds.first(momentsFrom(tape, last + 1, to))) last = at.row.n
  return last
}

/** Each step from event `from` to event `to`; where this build cannot replay the log, there are no more. */
function* momentsFrom({ rows, momentAt }: Tape, from: number, to: number): Generator<Moment, void> {
  if (from > to) return
  const first = momentAt(from)
  if (typeof first === "string") return
  yield first
  let state: State = first.step.state
  for (let n = from + 1; n <= to; n++) {
    const row = rows[n - 1] as Row
    const moment: Moment = { row, before: state, step: step(state, row.event) }
    yield moment
    state = moment.step.state
  }
}

const guarded = (look: () => Sought): Sought => {
  try {
    return look()
  } catch (cause) {
    return { type: "failed", message: cause instanceof Error ? cause.message : String(cause) }
  }
}
