import type { WindowReport, Zone } from "../../runtime/window-zones.ts"
import { count, plural } from "./money.ts"
import { fitted, span, whole, type Shown, type Span } from "./shown.ts"
import { oneLine } from "./visible.ts"

/** What the model would see now: zone by zone, and how far it is from offloading. */
export const contextLines = (report: WindowReport): readonly Shown[] => [
  whole(
    span("strong", `${share(report)} %`),
    span(
      "plain",
      ` of the window: about ${count(report.tokens)} tokens${report.windowTokens === null ? "" : ` of ${count(report.windowTokens)}`} for ${oneLine(report.model)}`
    )
  ),
  ...report.zones.filter(({ name, tokens }) => tokens > 0 || name === "history").map(zoneLine),
  amountLine("answer", report.answerTokens, span("dim", "kept free")),
  whole(span("dim", thresholdWords(report))),
  ...(report.left.messages === 0
    ? []
    : [
        whole(
          span(
            "dim",
            `${plural(report.left.messages, "message")} left for ${plural(report.left.keepers.length, "keeper")}; nothing of them is lost: loom context search WORDS finds it`
          )
        )
      ])
]

const share = ({ tokens, windowTokens, thresholdTokens }: WindowReport): number => {
  const room = windowTokens ?? thresholdTokens
  return room <= 0 ? 100 : Math.min(100, Math.round((tokens * 100) / room))
}

const zoneLine = ({ name, tokens, tokensMax, why }: Zone): Shown => {
  const over = tokensMax !== null && tokens > tokensMax
  return amountLine(
    name,
    tokens,
    span(over ? "notice" : "dim", `${tokensMax === null ? "" : `of ${count(tokensMax)}${over ? ", more than its zone" : ""} · `}${why}`)
  )
}

const amountLine = (name: string, tokens: number, why: Span): Shown =>
  fitted(span("plain", `  ${name.padEnd(12)} ${count(tokens).padStart(9)}  `), why)

const thresholdWords = ({ leftTokens, thresholdTokens, wouldLeave }: WindowReport): string => {
  const leaving =
    wouldLeave.messages === 0
      ? "nothing could leave now"
      : `then ${plural(wouldLeave.messages, "message")} of about ${count(wouldLeave.tokens)} tokens would leave`
  if (thresholdTokens >= Number.MAX_SAFE_INTEGER) return "nothing is offloaded by itself: nothing is known of the model"
  return leftTokens >= 0
    ? `offloaded above ${count(thresholdTokens)}, in about ${count(leftTokens)} tokens; ${leaving}`
    : `above ${count(thresholdTokens)}, offloaded before the next request; ${leaving}`
}

/** The keepers of a session, a line each. */
export const keeperLines = (
  spans: readonly { readonly name: string; readonly from: number; readonly to: number; readonly topic: string }[]
): readonly Shown[] =>
  spans.map(({ name, from, to, topic }) =>
    fitted(span("plain", `  ${oneLine(name)}`), span("dim", `  ${plural(to - from, "message")}  ${oneLine(topic)}`))
  )
