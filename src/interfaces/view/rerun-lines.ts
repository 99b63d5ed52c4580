import type { Reran } from "../../runtime/replay/rerun.ts"
import type { Counts, ResultDifference } from "../../runtime/replay/rerun-compare.ts"
import { callWords } from "./call-words.ts"
import { plural } from "./money.ts"
import { span, whole, type Shown, type Tone } from "./shown.ts"
import { harmless, oneLine } from "./visible.ts"

/** More results than this are counted, not shown. */
const RESULTS_MAX = 20

/** What became of a rerun, as a review would tell it. */
export const rerunLines = ({
  session,
  root,
  error,
  equal,
  requests,
  results,
  first,
  resultDifferences,
  unrecorded
}: Reran): readonly Shown[] => [
  whole(
    span(equal ? "good" : "bad", equal ? "equal" : "different"),
    span("plain", `: ${countsWords("request", requests)}; ${countsWords("result", results)}`)
  ),
  ...(error === null ? [] : [whole(span("bad", `it ended in an error: ${oneLine(error)}`))]),
  ...(first === null
    ? []
    : [
        whole(),
        whole(span("strong", `request ${first.request} is the first that differs, at ${oneLine(first.place)}`)),
        ...diffShown(first.diff)
      ]),
  ...resultDifferences.slice(0, RESULTS_MAX).flatMap(resultLines),
  ...(resultDifferences.length > RESULTS_MAX ? [whole(span("dim", `and ${plural(resultDifferences.length - RESULTS_MAX, "more result")}`))] : []),
  ...unrecorded.map((call) => whole(span("notice", `never recorded: ${oneLine(callWords(call))}`))),
  whole(span("dim", `it is session ${session}${root === null ? "" : `, its files are in ${oneLine(root)}`}`))
]

const countsWords = (what: string, { recorded, now, differing }: Counts): string =>
  `${recorded === now ? plural(now, what) : `${plural(recorded, what)} recorded, ${now} now`}, ${differing === 0 ? "none differs" : `${differing} ${differing === 1 ? "differs" : "differ"}`}`

const resultLines = ({ call, name, arguments: given, recorded, now, diff }: ResultDifference): readonly Shown[] => [
  whole(),
  whole(
    span("strong", `the result of ${call} differs`),
    span(
      "plain",
      `: ${oneLine(callWords({ type: "tool-call", id: call, name, arguments: given }))}${recorded.status === now.status ? "" : `, recorded ${recorded.status}, now ${now.status}`}`
    )
  ),
  ...diffShown(diff)
]

const diffShown = (diff: string): readonly Shown[] =>
  harmless(diff)
    .split("\n")
    .filter((line) => !/^(?:={3,}|--- |\+\+\+ |\\ No newline)/.test(line))
    .map((line) => whole(span(toneOf(line), `  ${line}`)))

const toneOf = (line: string): Tone => {
  switch (line[0]) {
    case "+":
      return "added"
    case "-":
      return "removed"
    case "@":
      return "dim"
    default:
      return "plain"
  }
}
