import { platform } from "node:os"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { GatherContext } from "../../machine/action.ts"
import type { ContextFragment } from "../../machine/event.ts"
import type { Session } from "../../machine/session.ts"
import type { Emit } from "../emit.ts"
import { AgentWork } from "../git/agent-work.ts"
import { gatherRules, type Gathered } from "./rules-file.ts"
import { notYetSaid } from "./said.ts"
import { dayOf, gatherSurroundings } from "./surroundings.ts"

/** Something else that is worth knowing before a request: it has the same time, and its name is what is missing without it. */
export interface Source {
  readonly name: string
  readonly gather: Effect.Effect<readonly Gathered[]>
}

/** What is not there by then goes with the next turn. Units: ms. */
const PATIENCE_MS = 50

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
  const { roots } = session.opened
  const day = dayOf(yield* Clock.currentTimeMillis)
  const sources: readonly Source[] = [
    { name: "rules file", gather: Effect.sync(() => [gatherRules(roots[0] ?? "/")]) },
    { name: "environment", gather: Effect.sync(() => gatherSurroundings(roots, platform(), day)) },
    ...more
  ]
  const gathered = (yield* Effect.forEach(sources, withinTime, { concurrency: "unbounded" })).flat()
  const fragments = gathered.flatMap((one): readonly ContextFragment[] => ("missing" in one || one.fragment === null ? [] : [one.fragment]))
  const missing = gathered.flatMap((one) => ("missing" in one ? [one.missing] : []))
  const tree = yield* (yield* AgentWork).beginTurn(action.turn)
  emit({
    type: "ContextGathered",
    effect: action.effect,
    fragments: notYetSaid(session, fragments),
    ...(missing.length === 0 ? {} : { missing }),
    ...(tree === null ? {} : { tree })
  })
})

const withinTime = ({ name, gather }: Source): Effect.Effect<readonly Gathered[]> =>
  Effect.catchDefect(
    Effect.timeoutOrElse(gather, { duration: PATIENCE_MS, orElse: () => Effect.succeed([{ missing: name }]) }),
    () => Effect.succeed([{ missing: name }])
  )
