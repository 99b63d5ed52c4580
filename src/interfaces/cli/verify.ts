import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { EventLog } from "../../runtime/event-log/event-log.ts"
import { explainDivergence } from "../../runtime/replay/verdict.ts"
import { verifyMany } from "../../runtime/replay/verify-many.ts"
import type { Found } from "../../runtime/replay/verify-task.ts"
import { plural } from "../view/money.ts"
import { oneLine } from "../view/visible.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command } from "./invocation.ts"
import { logsNamed, type NamedLog, type NamedLogs } from "./logs-named.ts"

/** Compares what this build decides with what each log says was decided: one line a log, and exit code 1 where one is neither exact nor compatible. */
export const verify: Command = Effect.fnUntraced(function*(invocation) {
  const { output, flags, words } = invocation
  if (words.length === 0 && flags.all !== true) return yield* usageError("verify: name a log, a folder or a session, or give --all")
  const named = yield* logsNamed(invocation)
  const counts = new Map<string, number>()
  yield* Stream.runForEach(findings(named), ([name, found]) =>
    Effect.sync(() => {
      counts.set(found.verdict, (counts.get(found.verdict) ?? 0) + 1)
      output.out(flags.json === true ? `${JSON.stringify({ log: name, ...found })}\n` : told(name, found))
    })
  )
  const { logs, passedOver } = named
  const many = logs.length !== 1 || passedOver > 0 || words.length === 0
  if (logs.length === 0) output.err(`verify ${flags.all === true ? "every session" : words.join(" ")}: there is no log\n`)
  if (many && flags.json !== true) output.out(`${summary(logs.length, counts, passedOver)}\n`)
  return logs.length > 0 && (counts.get("exact") ?? 0) + (counts.get("compatible") ?? 0) === logs.length ? EXIT.done : EXIT.failed
})

/** What was found of each log, in the order they were named. */
const findings = ({ logs, app }: NamedLogs): Stream.Stream<readonly [string, Found]> => {
  const looked = verifyMany(logs.map(({ task }) => task), { database: app?.directories.database ?? null })
  const found = app === null ? Stream.provide(looked, EventLog.layerMemory()) : Stream.provideService(looked, EventLog, app.log)
  return Stream.map(Stream.zipWithIndex(found), ([one, index]) => [(logs[index] as NamedLog).name, one])
}

/** One line, and where this build does something else, a few more that say what. */
const told = (name: string, found: Found): string => {
  const more = "firstBad" in found && found.firstBad?.at === "event" ? explainDivergence(found.firstBad) : []
  return [`${name}: ${found.message}`, ...more.map((line) => `  ${line}`)].map((line) => `${oneLine(line)}\n`).join("")
}

const ORDER: readonly Found["verdict"][] = ["exact", "compatible", "cut", "diverged", "damaged", "viewable", "newer", "unreadable"]

const summary = (logs: number, counts: ReadonlyMap<string, number>, passedOver: number): string => {
  const told = ORDER.flatMap((verdict) => (counts.has(verdict) ? [`${counts.get(verdict)} ${verdict}`] : []))
  const rest = passedOver === 0 ? "" : `; ${plural(passedOver, "other file")} passed over`
  return `${plural(logs, "log")}${told.length === 0 ? "" : `: ${told.join(", ")}`}${rest}`
}
