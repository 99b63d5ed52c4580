import type { ActionOf } from "../../machine/action.ts"
import { callWords } from "./call-words.ts"
import { questionLines } from "./question.ts"
import { span, whole, type Shown } from "./shown.ts"
import { exact, oneLine } from "./visible.ts"

type Asked = ActionOf<"RequestApproval">

/** What a person chose for one call. */
export type Choice = "once" | "session" | "always" | "no"

/** Several calls that are asked about together. `at`: the call that a key chooses for; `always`: the rules wait for a yes; `sent`: the answers are on their way. */
export interface Batch {
  readonly asks: readonly Asked[]
  readonly choices: readonly (Choice | null)[]
  readonly at: number
  readonly stage: "choosing" | "always" | "sent"
}

/** All that is asked, each call with exactly what will run. */
export const batchLines = (asks: readonly Asked[]): readonly Shown[] => [
  whole(span("strong", `${asks.length} calls ask; each has an answer of its own`)),
  ...asks.flatMap((asked, index) => [whole(span("dim", `${index + 1} of ${asks.length}`)), ...questionLines(asked)])
]

const WORDS: Readonly<Record<Choice, string>> = { once: "yes", session: "session", always: "always", no: "no" }
const WORD_COLUMNS = 7

/** The choices so far, and the keys. */
export const batchBottom = ({ asks, choices, at }: Batch): readonly Shown[] => {
  const marked = asks[at]
  return [
    ...asks.map(({ call }, index) => {
      const choice = choices[index] ?? null
      return whole(
        span("strong", index === at ? "▸ " : "  "),
        span(choice === null ? "dim" : choice === "no" ? "bad" : "good", (choice === null ? "?" : WORDS[choice]).padEnd(WORD_COLUMNS)),
        span("plain", ` ${index + 1} ${callWords(call)}`)
      )
    }),
    ...(marked === undefined || marked.rules.length === 0
      ? []
      : [whole(span("dim", `  for ${at + 1}, this session and always mean: ${marked.rules.map(oneLine).join(", ")}`))]),
    whole(
      ...keys([
        ["y", "once"],
        ...(marked === undefined || marked.rules.length === 0
          ? []
          : ([
              ["s", "for this session"],
              ["a", "always"]
            ] as const)),
        ["n", "no"],
        ["v", "view all"],
        ["↑↓", "another call"]
      ]),
      ...keys([
        ["Y", "yes to the rest"],
        ["N", "no to the rest"],
        ["Enter", "gives the answers"]
      ]),
      span("dim", "  Esc interrupts")
    )
  ]
}

const keys = (pairs: readonly (readonly [string, string])[]) =>
  pairs.flatMap(([key, words]) => [span("strong", `  ${key}`), span("plain", ` ${words}`)])

export const batchAlwaysLines = (rules: readonly string[]): readonly Shown[] => [
  whole(span("notice", "always: these rules would be written to your config.toml and hold in every folder")),
  ...rules.map((rule) => whole(span("strong", `    ${exact(rule)}`)))
]
