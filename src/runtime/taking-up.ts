import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Emit } from "../effects/emit.ts"
import { modelFacts } from "../effects/llm/catalogue.ts"
import type { Cause, Work } from "../effects/perform.ts"
import type { Vetted } from "../effects/tools/vetted-calls.ts"
import type { Action } from "../machine/action.ts"
import { resumption } from "../machine/behaviour.ts"
import type { CallFacts } from "../machine/event.ts"
import type { Rule } from "../machine/session.ts"
import type { State } from "../machine/state.ts"
import type { EventLog, Journal } from "./event-log/event-log.ts"
import type { LogError } from "./event-log/log-error.ts"
import { knownModel, type Opening } from "./opening.ts"
import { runSession, type Said, type Session } from "./session.ts"
import type { SettingsError } from "./settings.ts"

/** The calls that an earlier process allowed because a sandbox would hold them: they do not run without one now. */
export const heldBySandbox = Effect.fnUntraced(function*(
  log: EventLog["Service"],
  id: string
): Effect.fn.Return<ReadonlyMap<string, Vetted>, LogError> {
  const facts = yield* Stream.runFold(
    log.read(id),
    (): readonly CallFacts[] => [],
    (last, { event }) => (event.type === "ToolCallsVetted" ? event.facts : last)
  )
  return new Map(facts.flatMap(({ call, sandboxed }) => (sandboxed === true ? [[call, { paths: null, sandboxed }] as const] : [])))
})

/** What a process says first to a session that it takes up. */
export const takeUp = Effect.fnUntraced(function*(
  session: Session,
  opening: Opening,
  asked: readonly Rule[] = []
): Effect.fn.Return<void, LogError | SettingsError> {
  // Both are in the inbox before anything that is taken up again can answer: nothing is decided under the old settings.
  const settings = yield* settingsNow({ ...opening, settings: { ...opening.settings, rules: [...opening.settings.rules, ...asked] } })
  yield* Effect.all([session.say(resumption(session.state())), session.say(settings)], { concurrency: "unbounded", discard: true })
  yield* Effect.forEach(opening.attended ? [] : unanswerable(session.state()), session.say, { discard: true })
})

/** Takes a session up, ends what was open in it, and starts nothing. */
export const brokenOff = Effect.fnUntraced(function*(journal: Journal, state: State): Effect.fn.Return<Session, LogError, Scope.Scope> {
  const session = yield* runSession(journal, state, onlyShutDown)
  yield* session.say(resumption(session.state()))
  // What is queued begins a turn of its own when the one before it is ended.
  for (let left = 3 + state.session.queue.length; session.state().name !== "WaitingForInput" && left > 0; left--)
    yield* session.say({ type: "InterruptRequested" })
  return session
})

const onlyShutDown = (action: Action, _cause: Cause, emit: Emit): readonly Work<never>[] =>
  action.type === "Shutdown"
    ? [{ effect: action.effect, changes: false, run: Effect.sync(() => emit({ type: "ShutdownCompleted", effect: action.effect })) }]
    : []

/** What holds from now on: the limits, rules and mode of this process; the model only if somebody named one. */
const settingsNow = Effect.fnUntraced(function*({ settings, attended }: Opening): Effect.fn.Return<Said, SettingsError> {
  const common = { type: "SettingsChanged", mode: settings.mode, attended, limits: settings.limits, rules: settings.rules } as const
  if (!settings.modelSaid) return common
  const model = yield* knownModel(settings.model)
  return { ...common, model, modelsByName: { [model]: modelFacts(model) } }
})

/** What an earlier process asked a person, and nobody is there to answer now. */
const unanswerable = (state: State): readonly Said[] =>
  state.name !== "ExecutingTools"
    ? []
    : state.executions.flatMap(({ phase }) =>
        phase.name === "awaiting-approval"
          ? [{ type: "ApprovalAnswered", effect: phase.effect, answer: "no", words: "nobody is there to be asked" } satisfies Said]
          : []
      )

