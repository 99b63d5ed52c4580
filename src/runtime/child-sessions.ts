import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { problem, problemOf, type Problem } from "../effects/os/problem.ts"
import type { ChildAnswer, ChildSessionsOf, ChildWish } from "../effects/tools/child-sessions.ts"
import type { Limits, ReportedUsage, Session as SessionFacts } from "../machine/session.ts"
import type { State } from "../machine/state.ts"
import { slice } from "../machine/vector.ts"
import type { LogError } from "./event-log/log-error.ts"
import type { ChildOpening } from "./opening.ts"
import type { Session } from "./session.ts"
import type { Settings, SettingsError } from "./settings.ts"

/** Steps of a sub-agent. */
const STEPS_MAX = 50
const SHOWN_LENGTH = 160

/** How a child is begun, and what it is the child of. */
export interface Family {
  readonly settings: Settings
  readonly parent: () => SessionFacts
  readonly open: (settings: Settings, opening: ChildOpening) => Effect.Effect<Session, LogError | SettingsError, Scope.Scope>
  /** Hears what a child used whose answer nobody heard. */
  readonly owe: (usage: ReportedUsage) => void
}

/**
 * Sessions that calls of another session begin. A child only reads, has nobody to ask, and spends no more than what is left of its
 * parent's budget; several at once may each spend that much. It is shut down in order, also where its call is interrupted, and what it used is owed then.
 */
export const childSessions = (family: Family): ChildSessionsOf => ({
  ask: (wish) =>
    Effect.suspend(() => {
      let born: Session | null = null
      let heard = false
      return asked(family, wish, (session) => void (born = session)).pipe(
        Effect.tap(() => Effect.sync(() => void (heard = true))),
        Effect.ensuring(Effect.sync(() => (heard || born === null ? undefined : family.owe(usageOf(born.state())))))
      )
    })
})

const asked = (family: Family, wish: ChildWish, bear: (session: Session) => void): Effect.Effect<ChildAnswer, Problem> =>
  Effect.scoped(
    Effect.flatMap(Effect.try({ try: () => wishSettings(family, wish), catch: (thrown) => problemOf(wish.kind, thrown) }), (settings) =>
      Effect.acquireUseRelease(
        Effect.mapError(
          Effect.tap(family.open(settings, openingFor(family, wish)), (session) => Effect.sync(() => bear(session))),
          ({ message }) => problem(`${wish.kind}: ${message}`)
        ),
        (session) => Effect.mapError(askOne(session, wish), ({ message }) => problem(`${wish.kind}: ${message}`)),
        // A log that cannot be written any more is told by the parent's own.
        (session) => Effect.ignore(Effect.andThen(session.say({ type: "ShutdownRequested" }), session.ended))
      )
    )
  )

const openingFor = ({ parent }: Family, { kind, root }: ChildWish): ChildOpening => ({
  kind,
  parent: parent().id,
  roots: root === null ? parent().opened.roots : [root]
})

/** Errors: throws where no model is named, or nothing of the budget is left. */
const wishSettings = ({ settings, parent }: Family, { kind, model }: ChildWish): Settings => {
  const session = parent()
  const named = kind === "oracle" ? settings.oracle : (model ?? session.settings.model)
  if (named === null) throw problem("oracle: no model is set for it; the person can name one with the setting oracle")
  return {
    ...settings,
    model: named,
    mode: "plan",
    rules: session.opened.rules,
    limits: {
      ...settings.limits,
      ...whatIsLeft(session),
      stepsMax: kind !== "sub-agent" ? 1 : Math.min(STEPS_MAX, session.settings.limits.stepsMax)
    },
    appendSystemPrompt: "",
    autoCommit: false,
    hooks: settings.hooks.filter(({ event }) => event === "PreToolUse")
  }
}

const whatIsLeft = ({ usage, settings: { limits } }: SessionFacts): Pick<Limits, "tokensMax" | "costMax"> => {
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  return {
    tokensMax: limits.tokensMax === null ? null : Math.max(0, limits.tokensMax - tokens),
    costMax: limits.costMax === null ? null : Math.max(0, limits.costMax - usage.cost)
  }
}

const askOne = Effect.fnUntraced(function*(session: Session, { words, hear }: ChildWish): Effect.fn.Return<ChildAnswer, LogError, Scope.Scope> {
  const stop = session.listen(({ step }) => {
    for (const action of step.actions)
      if (action.type === "ExecuteTools") for (const { call } of action.calls) hear(`${call.name} ${call.arguments}`.slice(0, SHOWN_LENGTH))
  })
  yield* session.say({ type: "UserInput", parts: [{ type: "text", text: words }] })
  const state = yield* Effect.ensuring(untilRest(session), Effect.sync(stop))
  return { session: session.id, text: lastWords(state), why: whyStopped(state), usage: usageOf(state) }
})

const untilRest = (session: Session): Effect.Effect<State, LogError> => {
  const rests = (state: State): boolean => state.name === "WaitingForInput" || (state.name === "Error" && state.retry === null)
  const resting = Effect.callback<State>((resume) => {
    if (rests(session.state())) return resume(Effect.succeed(session.state()))
    const stop = session.listen(({ step }) => (rests(step.state) ? (stop(), resume(Effect.succeed(step.state))) : undefined))
    return Effect.sync(stop)
  })
  return Effect.raceFirst(resting, Effect.map(session.ended, () => session.state()))
}

const whyStopped = (state: State): string | null => {
  if (state.name === "Error") return state.error.message
  if (state.name !== "WaitingForInput") return "it was shut down"
  return state.why === "completed" ? null : state.why
}

const lastWords = ({ session }: State): string => {
  const last = slice(session.transcript).findLast((entry) => entry.type === "assistant")
  return last?.type === "assistant" ? last.blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("") : ""
}

/** A price that nobody knows makes the whole unknown. */
const usageOf = ({ session: { usage } }: State): ReportedUsage => {
  const { unpriced, ...rest } = usage
  return unpriced > 0 ? { ...rest, cost: "unknown" } : rest
}

