import { describeAction, describeEvent } from "../../../machine/describe.ts"
import { fitted, span, whole, type Shown } from "../shown.ts"
import { oneLine } from "../visible.ts"
import { rowAt, timeAt, type Tape } from "./tape.ts"
import { NOTHING, treeLines } from "./tree.ts"
import { timeWords } from "./story-pane.ts"

/** The fields of event `n`, whole. */
export const eventPane = (tape: Tape, n: number): readonly Shown[] => {
  const { event } = rowAt(tape, n)
  const moment = tape.momentAt(n)
  const { type, at, ...fields } = event
  return [
    fitted(span("strong", type), span("dim", `  ${new Date(at).toISOString()}  ${timeWords(timeAt(tape, n))}`)),
    fitted(span("plain", oneLine(describeEvent(event)))),
    ...(typeof moment === "string" ? [whole(span("bad", oneLine(moment)))] : OUTCOMES[moment.step.outcome]),
    fitted(span("plain", "")),
    ...(Object.keys(fields).length === 0 ? [fitted(span("dim", "it has no fields of its own"))] : treeLines(fields, NOTHING, { texts: "whole" }))
  ]
}

const OUTCOMES = {
  ok: [],
  stale: [fitted(span("notice", "stale: it answers what nobody waited for any more, and changed nothing"))],
  ignored: [fitted(span("notice", "ignored: it had no meaning in this state, and changed nothing"))]
} as const satisfies Readonly<Record<string, readonly Shown[]>>

/** What event `n` caused, as it was recorded; where this build would do something else, that too. */
export const actionsPane = (tape: Tape, n: number): readonly Shown[] => {
  const { actions } = rowAt(tape, n)
  const moment = tape.momentAt(n)
  const told = actions.flatMap((action) => {
    const { type, ...fields } = action
    return [
      fitted(span("strong", type), span("dim", `  ${oneLine(describeAction(action))}`)),
      ...treeLines(fields, NOTHING, { texts: "whole" }),
      fitted(span("plain", ""))
    ]
  })
  const same = typeof moment === "string" || JSON.stringify(moment.step.actions) === JSON.stringify(actions)
  return [
    ...(actions.length === 0 ? [fitted(span("dim", "it caused nothing"))] : told),
    ...(same || typeof moment === "string"
      ? []
      : [
          fitted(span("bad", "this build decides otherwise; `loom verify` compares")),
          ...moment.step.actions.map((action) => fitted(span("notice", `  ${oneLine(describeAction(action))}`)))
        ])
  ]
}
