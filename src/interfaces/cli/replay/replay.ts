import { existsSync } from "node:fs"
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { State } from "../../../machine/state.ts"
import { describeState } from "../../../machine/describe.ts"
import { trace, type Traced } from "../../../machine/replay.ts"
import { EventLog } from "../../../runtime/event-log/event-log.ts"
import { logErrorOf } from "../../../runtime/event-log/log-error.ts"
import { readLog } from "../../../runtime/event-log/read-log.ts"
import { storyOfFile, storyOfSession } from "../../../runtime/replay/story.ts"
import { harmless } from "../../view/visible.ts"
import { EXIT } from "../exit-code.ts"
import type { Command, Invocation, Trouble } from "../invocation.ts"
import { appOf } from "../open.ts"

/** Tells what happened in a log, event by event; `--json` gives what each event did, and the state it all led to. */
export const replay: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words } = invocation
  const word = words[0] as string
  const file = resolve(word)
  const write = (line: string): Effect.Effect<void> => Effect.sync(() => output.out(`${line}\n`))
  if (!existsSync(file)) yield* ofSession(invocation, word, flags.json === true, write)
  else yield* ofFile(word, file, flags.json === true, write)
  return EXIT.done
})

type Write = (line: string) => Effect.Effect<void>

const ofFile = (word: string, file: string, json: boolean, write: Write): Effect.Effect<void, Trouble> =>
  Effect.gen(function*() {
    const lines = json ? jsonLines(trace(eventsOfFile(file))) : storyOfFile(file)
    for (;;) {
      const next = yield* Effect.try({ try: () => lines.next(), catch: (cause) => logErrorOf(`replay ${word}`, cause) })
      if (next.done === true) return
      yield* write(json ? next.value : harmless(next.value))
    }
  })

function* eventsOfFile(file: string) {
  for (const row of readLog(file)) yield row.event
}

const ofSession = (invocation: Invocation, word: string, json: boolean, write: Write): Effect.Effect<void, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    const app = yield* appOf(invocation)
    const { id } = yield* app.sessions.find(word)
    if (!json) return yield* Effect.provideService(Stream.runForEach(storyOfSession(id), (line) => write(harmless(line))), EventLog, app.log)
    const rows = yield* Stream.runCollect(app.log.read(id))
    for (const line of jsonLines(trace(rows.map(({ event }) => event)))) yield* write(line)
  })

/** One line an event, with what it caused and where it led; the last line holds the whole state. */
function* jsonLines(steps: Iterable<Traced>): Generator<string, void> {
  let state: State | null = null
  let n = 0
  for (const { event, step } of steps) {
    state = step.state
    yield JSON.stringify({ n: ++n, event, outcome: step.outcome, actions: step.actions, state: { name: state.name, words: describeState(state) } })
  }
  if (state !== null) yield JSON.stringify({ final: state })
}
