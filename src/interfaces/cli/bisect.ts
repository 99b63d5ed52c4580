import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describeEvent, describeState } from "../../machine/describe.ts"
import { bisectFiles, type FileBisection } from "../../runtime/replay/bisect-files.ts"
import type { FilesSource } from "../../runtime/replay/files-at.ts"
import { momentsOf } from "../../runtime/replay/timeline.ts"
import type { NamedTree } from "../../runtime/replay/trees.ts"
import { scratchFolder } from "../../runtime/scratch.ts"
import { bisectionLines } from "../view/bisection-lines.ts"
import { count, plural } from "../view/money.ts"
import { printer } from "../view/printer.ts"
import { harmless } from "../view/visible.ts"
import { EXIT, type ExitCode } from "./exit-code.ts"
import type { Command, Invocation, Trouble } from "./invocation.ts"
import { sourceNamed, troubleOf, writeRows } from "./looking.ts"
import { situationGiven, type Situation } from "./situation.ts"

/** Names the first event at which an expression holds, or the step whose files a command finds bad. Exit code 1 where there is none. */
export const bisect: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const situation = yield* situationGiven("bisect", invocation.flags)
  const source = yield* sourceNamed(invocation, invocation.words[0] as string)
  return yield* situation.type === "when" ? byState(invocation, source, situation) : byCommand(invocation, source, situation.command)
})

/** Every event is looked at in order: what an expression says may become true and false again, and halving would miss the first. */
const byState = (
  { output, flags, words }: Invocation,
  { log }: FilesSource,
  { text, holds }: Extract<Situation, { readonly type: "when" }>
): Effect.Effect<ExitCode, Trouble> =>
  Effect.gen(function*() {
    const first = yield* Effect.try({ try: () => holds.first(momentsOf(log.rows)), catch: (cause) => troubleOf(`bisect ${words[0]}`, cause) })
    const missed = holds.missed()
    if (missed !== null && !output.quiet) output.err(`${harmless(missed)}\n`)
    const found = first === null ? null : { n: first.row.n, event: first.row.event, state: first.step.state.name }
    if (flags.json === true)
      output.out(
        `${JSON.stringify({ session: log.header.session, when: text, first: found, looked: first?.row.n ?? log.rows.length, missed })}\n`
      )
    else if (first === null) output.out(`${harmless(text)} holds at none of the ${plural(log.rows.length, "event")}\n`)
    else
      output.out(
        harmless(
          `event ${first.row.n}: ${describeEvent(first.row.event)}\nthe first of ${plural(log.rows.length, "event")} at which ${text} holds; then: ${describeState(first.step.state)}\n`
        )
      )
    return first === null ? EXIT.failed : EXIT.done
  })

const byCommand = (invocation: Invocation, source: FilesSource, command: string): Effect.Effect<ExitCode, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    const { output, flags, environment } = invocation
    const logFile = source.file ?? join(yield* scratchFolder("loom-log-"), `${source.log.header.session}.jsonl`)
    if (source.file === null) yield* writeRows(logFile, source.log.header, source.log.rows)
    const told = (text: string): void => (output.quiet ? undefined : output.err(`${text}\n`))
    const found = yield* bisectFiles(source, {
      command,
      environment,
      logFile,
      hear: (bytes) => (output.verbose ? output.err(harmless(bytes.toString())) : undefined),
      onProbe: (number, tree, { verdict, code }) =>
        told(
          `${number === null ? "      " : `probe ${count(number)}`}  ${verdict.padEnd(4)}  files as they were ${whenWords(tree)}${code === 0 ? "" : ` (exit code ${code})`}`
        )
    })
    if (flags.json === true) output.out(`${JSON.stringify({ session: source.log.header.session, check: command, ...forPrograms(found) })}\n`)
    else printer(output.out, output.outLook).show(bisectionLines(found, command))
    return found.bisected.result === "found" ? EXIT.done : EXIT.failed
  })

const whenWords = ({ why, from }: NamedTree): string => (why.includes(`event ${from}`) ? why : `${why}, event ${from}`)

const forPrograms = ({ bisected, probes, places, step }: FileBisection) => ({
  ...bisected,
  ...(bisected.result === "found"
    ? { good: places[bisected.good], bad: places[bisected.bad], skipped: bisected.skipped.map((place) => places[place]) }
    : {}),
  ...(bisected.result === "unknown" ? { place: places[bisected.place] } : {}),
  checkpoints: places.length,
  probes,
  step
})
