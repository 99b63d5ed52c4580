import type { Hook, Trial, Tried } from "../../runtime/hook-trial.ts"
import { fitted, span, whole, type Shown, type Span } from "./shown.ts"
import { oneLine } from "./visible.ts"

/** The hooks that hold here, in the order in which they run; a program is shown whole. */
export const hookLines = (hooks: readonly Hook[]): readonly Shown[] =>
  hooks.length === 0
    ? [fitted(span("plain", "no hooks; they are written as [[hooks.PreToolUse]] with matcher and command into config.toml"))]
    : hooks.map((hook) =>
        whole(
          ...named(hook),
          span(
            "dim",
            `  ${hook.timeoutMs / 1000} s${hook.keys.length === 0 ? "" : `, with ${oneLine(hook.keys.join(", "))}`}  ${oneLine(hook.source)}`
          )
        )
      )

const named = ({ event, matcher, command }: Hook): readonly Span[] => [
  span("strong", event.padEnd(16)),
  span("plain", ` ${matcher === "" ? "*" : oneLine(matcher)}: ${oneLine(command)}`)
]

/** What each hook said to a sample, and what would come of it. */
export const trialLines = ({ tried, verdict }: Trial): readonly Shown[] => [
  ...(tried.length === 0
    ? [
        fitted(
          span(
            "plain",
            verdict?.decision === "invalid" ? `such a call cannot run: ${oneLine(verdict.reason)}` : "no hook is asked about it"
          )
        )
      ]
    : []),
  ...tried.flatMap(triedLines),
  ...(tried.length === 0 || verdict === null
    ? []
    : [
        whole(
          span(
            verdict.decision === "allow" ? "good" : verdict.decision === "ask" ? "notice" : "bad",
            `${WORDS[verdict.decision]}${"reason" in verdict ? `: ${oneLine(verdict.reason)}` : ""}`
          )
        )
      ])
]

const WORDS = { allow: "the call runs", ask: "the call asks", deny: "the call is denied", invalid: "the call cannot run" } as const

const triedLines = ({ hook, answer: { verdict, stop, context, failure, message } }: Tried): readonly Shown[] => {
  const said = [
    ...(failure === null ? [] : [`failed: ${failure}`]),
    ...(verdict === null || failure !== null ? [] : [`${verdict.decision}: ${verdict.reason}`]),
    ...(stop === null ? [] : [`stop: ${stop}`]),
    ...(context === "" ? [] : [`for the model: ${context}`]),
    ...(message === null ? [] : [`for you: ${message}`])
  ]
  return [whole(...named(hook)), ...(said.length === 0 ? ["nothing against it"] : said).map((line) => whole(span("plain", `  ${oneLine(line)}`)))]
}
