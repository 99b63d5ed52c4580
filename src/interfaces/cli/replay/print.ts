import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describeState } from "../../../machine/describe.ts"
import type { Event } from "../../../machine/event.ts"
import { trace } from "../../../machine/replay.ts"
import type { State } from "../../../machine/state.ts"
import type { ChainVerdict } from "../../../runtime/event-log/chain.ts"
import { EventLog } from "../../../runtime/event-log/event-log.ts"
import { logErrorOf } from "../../../runtime/event-log/log-error.ts"
import { rowsOfFile } from "../../../runtime/replay/log-source.ts"
import { storyOfFile, storyOfSession } from "../../../runtime/replay/story.ts"
import { makeTimeline } from "../../../runtime/replay/timeline.ts"
import { actionsPane, eventPane } from "../../view/player/event-pane.ts"
import { statePane } from "../../view/player/state-pane.ts"
import { makeTape } from "../../view/player/tape.ts"
import { printer } from "../../view/printer.ts"
import { span, whole } from "../../view/shown.ts"
import { harmless } from "../../view/visible.ts"
import { usageError, type Invocation, type Trouble } from "../invocation.ts"
import { fileNamed, logNamed, sayCut, sessionNamed } from "../log-word.ts"

type Printing = Effect.Effect<void, Trouble, Scope.Scope>

/** The story, line by line as the log is read; of a damaged one what stands before the damage. */
export const printStory = (invocation: Invocation, word: string): Printing => {
  const file = fileNamed(invocation, word)
  const write = (line: string): void => invocation.output.out(`${harmless(line)}\n`)
  if (file !== null) return Effect.map(writeAll(word, storyOfFile(file), write), (chain) => sayCut(invocation, word, chain))
  return Effect.gen(function*() {
    const { app, id } = yield* sessionNamed(invocation, word)
    yield* Effect.provideService(Stream.runForEach(storyOfSession(id), (line) => Effect.sync(() => write(line))), EventLog, app.log)
  })
}

/** One line an event, with what it caused and where it led; the last line holds the whole state. With `at` that event alone, with its whole state. */
export const printJson = (invocation: Invocation, word: string, at: number | null): Printing =>
  Effect.gen(function*() {
    const write = (line: string): void => invocation.output.out(`${line}\n`)
    const file = fileNamed(invocation, word)
    if (at !== null) {
      const { row, step } = yield* momentOf(invocation, word, at)
      return write(JSON.stringify({ n: row.n, event: row.event, outcome: step.outcome, actions: step.actions, state: step.state }))
    }
    if (file !== null) return yield* writeAll(word, jsonLines(eventsOfFile(file, (chain) => sayCut(invocation, word, chain))), write)
    const { rows } = yield* logNamed(invocation, word)
    yield* writeAll(word, jsonLines(rows.map(({ event }) => event)), write)
  })

/** One event as the player shows it: its fields, what it caused, and the state after it. */
export const printAt = (invocation: Invocation, word: string, at: number): Printing =>
  Effect.gen(function*() {
    const log = yield* logNamed(invocation, word)
    yield* checkAt(at, log.rows.length)
    const tape = makeTape(log)
    const { out, outLook } = invocation.output
    printer(out, outLook).show([...eventPane(tape, at), whole(), ...actionsPane(tape, at), whole(span("strong", "state")), ...statePane(tape, at)])
  })

const momentOf = Effect.fnUntraced(function*(invocation: Invocation, word: string, at: number) {
  const { rows } = yield* logNamed(invocation, word)
  yield* checkAt(at, rows.length)
  return yield* Effect.try({ try: () => makeTimeline(rows).at(at), catch: (cause) => logErrorOf(`replay ${word}`, cause) })
})

const checkAt = (at: number, count: number) => (at > count ? Effect.fail(usageError(`--at ${at}: the log has events 1 to ${count}`)) : Effect.void)

const writeAll = <A>(word: string, lines: Generator<string, A>, write: (line: string) => void): Effect.Effect<A, Trouble> =>
  Effect.gen(function*() {
    for (;;) {
      const next = yield* Effect.try({ try: () => lines.next(), catch: (cause) => logErrorOf(`replay ${word}`, cause) })
      if (next.done === true) return next.value
      write(next.value)
    }
  })

function* eventsOfFile(file: string, end: (chain: ChainVerdict) => void): Generator<Event, void> {
  const rows = rowsOfFile(file)
  for (let next = rows.next(); ; next = rows.next()) {
    if (next.done === true) return end(next.value)
    yield next.value.event
  }
}

function* jsonLines(events: Iterable<Event>): Generator<string, void> {
  let state: State | null = null
  let n = 0
  for (const { event, step } of trace(events)) {
    state = step.state
    yield JSON.stringify({ n: ++n, event, outcome: step.outcome, actions: step.actions, state: { name: state.name, words: describeState(state) } })
  }
  if (state !== null) yield JSON.stringify({ final: state })
}
