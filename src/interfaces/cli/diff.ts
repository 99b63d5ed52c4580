import * as Effect from "effect/Effect"
import type { ToolCall } from "../../machine/session.ts"
import type { LogError } from "../../runtime/event-log/event-log.ts"
import { logError } from "../../runtime/event-log/log-error.ts"
import type { Beat } from "../../runtime/replay/beats.ts"
import { compareLogs, isEqual, type Comparison } from "../../runtime/replay/compare-logs.ts"
import type { LogOutcome } from "../../runtime/replay/log-outcome.ts"
import type { LoadedLog } from "../../runtime/replay/log-source.ts"
import { comparisonLines } from "../view/comparison-lines.ts"
import { costOf } from "../view/money.ts"
import { printer } from "../view/printer.ts"
import { harmless } from "../view/visible.ts"
import { EXIT, type ExitCode } from "./exit-code.ts"
import type { Command, Invocation } from "./invocation.ts"
import { logNamed } from "./log-word.ts"

/** Says where two logs part, and shows both from there on. Exit codes are those of `diff`: 0 the same, 1 different, 2 trouble. */
export const diff: Command = (invocation) =>
  Effect.catchTag(compareBoth(invocation), "LogError", ({ message }: LogError) =>
    Effect.sync((): ExitCode => {
      invocation.output.err(`${harmless(message)}\n`)
      return EXIT.usage
    })
  )

const compareBoth = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words } = invocation
  const [one, other] = words as readonly [string, string]
  const [a, b] = [yield* logNamed(invocation, one), yield* logNamed(invocation, other)]
  const comparison = yield* Effect.tryPromise({
    try: () => compareLogs(a, b, { exact: flags.exact === true, all: flags.all === true }),
    catch: (cause) => logError("damaged", `compare ${one} with ${other}: ${cause instanceof Error ? cause.message : String(cause)}`)
  })
  if (flags.json === true) output.out(`${JSON.stringify(told(comparison, one, other))}\n`)
  else {
    const compared = { ...comparison, names: { a: one, b: other }, calls: { a: callsOf(a), b: callsOf(b) } }
    printer(output.out, output.outLook).show(comparisonLines(compared, output.outLook().columns))
  }
  return isEqual(comparison) ? EXIT.done : EXIT.failed
})

const callsOf = ({ rows }: LoadedLog): ReadonlyMap<number, ToolCall> =>
  new Map(
    rows.flatMap(({ actions }) =>
      actions.flatMap((action) => (action.type === "ExecuteTools" ? action.calls.map(({ effect, call }) => [effect, call] as const) : []))
    )
  )

/** For programs: the same, with the events whole only where the logs part. */
const told = ({ opening, parting, fork, story, more, a, b }: Comparison, one: string, other: string) => ({
  equal: isEqual({ opening, parting }),
  fork,
  opening,
  parting,
  story: story.map((pair) => ({ a: numbers(pair.a), b: numbers(pair.b), same: pair.same })),
  more,
  a: outcome(a, one),
  b: outcome(b, other)
})

const numbers = (beat: Beat | null) => (beat === null ? null : { from: beat.from, to: beat.to, type: beat.event.type })

const outcome = ({ usage, ...rest }: LogOutcome, log: string) => {
  const { cost: _, ...tokens } = usage
  return { log, ...rest, usage: tokens, cost: costOf(usage) }
}
