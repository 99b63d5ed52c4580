import { fitted, span, whole, type Shown } from "../shown.ts"
import { oneLine } from "../visible.ts"
import type { State } from "../../../machine/state.ts"
import { firstMessageOf, stateTree } from "./state-tree.ts"
import type { Tape } from "./tape.ts"
import { NOTHING, treeLines } from "./tree.ts"

/** The state after event `n`, with what that event changed marked. */
export const statePane = (tape: Tape, n: number): readonly Shown[] => {
  const moment = tape.momentAt(n)
  if (typeof moment === "string") return [whole(span("bad", oneLine(moment)))]
  return compared(moment.step.state, moment.before, false)
}

/** What differs between the state after the marked event, or before this one, and the state after event `n`. */
export const changesPane = (tape: Tape, n: number, mark: number | null): readonly Shown[] => {
  const moment = tape.momentAt(n)
  const from = mark === null ? null : tape.momentAt(mark)
  if (typeof moment === "string") return [whole(span("bad", oneLine(moment)))]
  if (typeof from === "string") return [whole(span("bad", oneLine(from)))]
  const before = from === null ? moment.before : from.step.state
  const heading = fitted(
    span("dim", mark === null ? `what event ${n} changed; m marks an event to compare with` : `from event ${mark} to event ${n}`)
  )
  if (before === null) return [heading, fitted(span("dim", "before the first event there is no state"))]
  const lines = compared(moment.step.state, before, true)
  return [heading, ...(lines.length === 0 ? [fitted(span("dim", "nothing"))] : lines)]
}

const compared = (state: State, before: State | null, changesOnly: boolean): readonly Shown[] => {
  const first = before === null ? firstMessageOf(state) : Math.min(firstMessageOf(state), firstMessageOf(before))
  return treeLines(stateTree(state, first), before === null ? NOTHING : stateTree(before, first), { texts: "cut", changesOnly })
}
