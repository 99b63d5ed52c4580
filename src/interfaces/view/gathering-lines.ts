import type { NextFragment, NextGathering } from "../../runtime/next-gathering.ts"
import { count } from "./money.ts"
import { fitted, span, whole, type Shown } from "./shown.ts"
import { oneLine } from "./visible.ts"

/** What the next turn would gather, a line a fragment; `session` is the one it goes on with, `null` a new one. */
export const gatheringLines = (
  session: string | null,
  { model, fragments, missing, tokens, totalTokens, sentTokens }: NextGathering
): readonly Shown[] => [
  whole(
    span("strong", session === null ? "the first turn of a new session" : `the next turn of ${session}`),
    span("dim", `  tokens as for ${oneLine(model)}`)
  ),
  ...fragments.map(fragmentLine),
  ...missing.map((name) => whole(span("notice", "  missing  "), span("plain", oneLine(name)))),
  whole(
    span("plain", `  ${count(sentTokens)} of ${count(tokens)} tokens would be sent`),
    span("dim", `; together at most ${count(totalTokens)}, a quarter of the model's window`)
  ),
  whole(span("dim", "  what your hooks would add is not asked for; --json has the texts"))
]

const fragmentLine = ({ source, budgetTokens, name, tokens, cut, sent, late }: NextFragment): Shown =>
  fitted(
    span(sent ? "good" : "dim", sent ? "  sent     " : "  in window"),
    span("plain", ` ${oneLine(name)}`),
    span("plain", `  ${count(tokens)} tokens${cut ? ", cut" : ""}`),
    span("dim", `  ${oneLine(source)}, at most ${count(budgetTokens)}${late ? "; not ready at once, so that a first turn goes without it" : ""}`)
  )
