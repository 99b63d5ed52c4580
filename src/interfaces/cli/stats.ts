import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { LogError } from "../../runtime/event-log/event-log.ts"
import { logError } from "../../runtime/event-log/log-error.ts"
import { cacheShare, statsOf, type LogStats } from "../../runtime/replay/stats.ts"
import { costOf } from "../view/money.ts"
import { printer } from "../view/printer.ts"
import { statsLines, statsTable, sumOf, totalOf, type Sum } from "../view/stats-lines.ts"
import { harmless } from "../view/visible.ts"
import { EXIT } from "./exit-code.ts"
import type { Command, Invocation } from "./invocation.ts"
import { logNamed } from "./log-word.ts"

/** Says where time, tokens and money went; of several logs a line each and what they come to. One that cannot be read keeps none of the others from being counted. */
export const stats: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words } = invocation
  const counted: (readonly [string, LogStats])[] = []
  const failures: LogError[] = []
  for (const word of words) {
    const read = yield* Effect.result(countOne(invocation, word))
    if (Result.isSuccess(read)) counted.push([word, read.success])
    else if (read.failure instanceof LogError) failures.push(read.failure)
    else return yield* read.failure
  }
  if (flags.json === true) output.out(jsonLines(counted))
  else
    printer(output.out, output.outLook).show(
      counted.length === 1 ? statsLines(counted[0]![1]) : counted.length === 0 ? [] : statsTable(counted, output.outLook().columns)
    )
  const [first, ...others] = failures
  for (const { message } of others) output.err(`${harmless(message)}\n`)
  return first === undefined ? EXIT.done : yield* first
})

const countOne = (invocation: Invocation, word: string) =>
  Effect.flatMap(logNamed(invocation, word), (log) =>
    Effect.try({
      try: () => statsOf(log),
      catch: (cause) => logError("damaged", `count ${word}: ${cause instanceof Error ? cause.message : String(cause)}`)
    })
  )

/** One line a log, and of several a last one with the total. */
const jsonLines = (counted: readonly (readonly [string, LogStats])[]): string => {
  const total = counted.length > 1 ? [{ total: told(totalOf(counted.map(([, one]) => one))) }] : []
  return [...counted.map(([log, one]) => ({ log, ...one, ...money(one), workMs: sumOf(one).workMs })), ...total]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("")
}

const told = (sum: Sum) => ({ ...sum, ...money(sum) })

/** In dollars, as in every other report of a program; what is not known is `"unknown"`. */
const money = ({ usage }: Pick<Sum, "usage">) => {
  const { cost: _, ...tokens } = usage
  return { usage: tokens, cost: costOf(usage), cacheShare: cacheShare(usage) }
}
