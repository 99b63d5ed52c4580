import type { Row } from "../../../runtime/event-log/line.ts"
import { recordedHash, type SentRequest } from "../../../runtime/replay/sent-request.ts"
import { count } from "../money.ts"
import { fitted, span, whole, type Shown } from "../shown.ts"
import { exact, oneLine } from "../visible.ts"
import { beginningOf } from "./rows.ts"
import type { Tape } from "./tape.ts"
import { NOTHING, treeLines } from "./tree.ts"

/** The request that was the newest at event `n`: readable, or byte by byte as it was hashed. */
export const requestPane = (tape: Tape, n: number, byBytes: boolean, columns: number): readonly Shown[] => {
  const sent = sentBefore(tape.rows, n)
  if (sent === null) return [fitted(span("dim", "no request has left yet; s goes to the next step"))]
  const made = tape.requestAt(sent.n)
  if (typeof made === "string") return [whole(span("bad", oneLine(made)))]
  if (made === null)
    return [fitted(span("bad", `event ${sent.n} was recorded with a request, but this build sends none there; \`loom verify\` compares`))]
  return [
    ...headOf(made, sent, recordedHash(tape.rows, sent)),
    fitted(span("plain", "")),
    ...(byBytes ? byteLines(made.text, columns) : treeLines(made.request, NOTHING, { texts: "whole" }))
  ]
}

const headOf = (
  { text, hash }: { readonly text: string; readonly hash: string },
  { n, step }: SentRequest,
  recorded: string | null
): readonly Shown[] => [
  fitted(
    span("strong", `request of step ${step}`),
    span("dim", `, event ${n}, ${count(Buffer.byteLength(text))} bytes; r shows it byte by byte, or readable`)
  ),
  recorded === null
    ? fitted(span("notice", `${hash.slice(0, 16)}… `), span("dim", "it never left, so no hash was recorded"))
    : recorded === hash
      ? fitted(span("good", `${hash.slice(0, 16)}… `), span("dim", "equal to the recorded hash"))
      : fitted(span("bad", `${hash.slice(0, 16)}… `), span("plain", `recorded was ${recorded.slice(0, 16)}…: this build makes another request`))
]

const sentBefore = (rows: readonly Row[], n: number): SentRequest | null => {
  for (let index = n - 1; index >= 0; index--) {
    const action = rows[index]?.actions.find(({ type }) => type === "SendLlmRequest")
    if (action?.type === "SendLlmRequest") return { n: index + 1, step: action.step, effect: action.effect }
  }
  return null
}

/** One long text, cut only where the pane ends; what cannot be seen is written out. */
const byteLines = (text: string, columns: number): readonly Shown[] => {
  const lines: Shown[] = []
  for (let rest = exact(text); rest !== "";) {
    const piece = beginningOf(rest, columns) || rest.slice(0, 1)
    lines.push(fitted(span("plain", piece)))
    rest = rest.slice(piece.length)
  }
  return lines
}
