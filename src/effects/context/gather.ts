import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { GatherContext } from "../../machine/action.ts"
import type { Session, ToolCall } from "../../machine/session.ts"
import type { Emit } from "../emit.ts"
import type { Source } from "../gathered.ts"
import { AgentWork } from "../git/agent-work.ts"
import { Budgets, totalTokens } from "./budgets.ts"
import { joinWithin, readGathered, type Answer, type Joining } from "./joined.ts"
import { gatherRulesOf } from "./rules-file.ts"
import { notYetSaid } from "./said.ts"
import { RULES, sourcesOf } from "./sources.ts"
import { dayOf } from "./surroundings.ts"

export type { Gathered, Source } from "../gathered.ts"

/**
 * Carries out `GatherContext`: what the model should know of the workspace this turn and was not told already, in an order that
 * never changes. The checkpoint of the turn is begun beside it and not waited for.
 */
export const gatherContext = Effect.fn("Context.gather")(function*(
  action: GatherContext,
  session: Session,
  emit: Emit,
  more: readonly Source[] = []
): Effect.fn.Return<void, never, AgentWork> {
  const { joined, missing } = yield* gatherAll(session, more)
  const tree = yield* (yield* AgentWork).beginTurn(action.turn)
  emit({
    type: "ContextGathered",
    effect: action.effect,
    fragments: notYetSaid(session, joined.map(({ fragment }) => fragment)),
    ...(missing.length === 0 ? {} : { missing }),
    ...(tree === null ? {} : { tree })
  })
})

/** Within a turn: the rules of folders that a batch of calls came to, and that were not said. */
export const gatherNews = (session: Session, calls: readonly ToolCall[]): Effect.Effect<string> =>
  Effect.gen(function*() {
    const { rulesTokens: budgetTokens } = yield* Budgets
    const { joined } = joinWithin(
      [{ source: { name: RULES, budgetTokens }, gathered: gatherRulesOf(session, calls) }],
      totalTokens(session),
      session.settings.model
    )
    return notYetSaid(
      session,
      joined.map(({ fragment }) => fragment)
    )
      .map(({ text }) => text)
      .join("\n\n")
  }).pipe(Effect.catchDefect(() => Effect.succeed("")))

/** All that the sources give for a turn of this session, within their budgets, whether it was said or not. Nothing is changed by it. */
export const gatherAll = Effect.fnUntraced(function*(session: Session, more: readonly Source[] = []): Effect.fn.Return<Joining> {
  const day = dayOf(yield* Clock.currentTimeMillis)
  const sources = [...sourcesOf(session, yield* Budgets, day), ...more]
  const answers = yield* Effect.forEach(sources, answerOf, { concurrency: "unbounded" })
  return joinWithin(answers, totalTokens(session), session.settings.model)
})

/** A source that hangs is left alone: nobody waits for it to notice that it was interrupted. */
const answerOf = (source: Source): Effect.Effect<Answer> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkDetach(source.gather, { startImmediately: true })
    const exit = yield* Effect.timeoutOption(Fiber.await(fiber), source.patienceMs).pipe(Effect.ensuring(Effect.sync(() => fiber.interruptUnsafe())))
    const given = Option.isSome(exit) && exit.value._tag === "Success" ? exit.value.value : null
    return { source, gathered: readGathered(given) }
  })
