import * as Effect from "effect/Effect"
import type { Session } from "../../machine/session.ts"
import type { Gathered } from "../gathered.ts"
import { projectOf } from "../git/project.ts"
import { courseChange } from "./course-change.ts"
import { CaughtUp, GraphDoor, type Door } from "./door.ts"

/** What the reminder takes at most of the budget. */
const REMINDER_TOKENS = 64

/**
 * What the model should know of this project's decisions before a turn, within its budget; and where the course changes, that it should say why. In a
 * project of which nothing was ever said it loads nothing.
 */
export const gatherDecisions = Effect.fnUntraced(function*(session: Session, budgetTokens: number): Effect.fn.Return<readonly Gathered[]> {
  const door = yield* GraphDoor
  if (door === null) return []
  const reminder = session.opened.tools.some(({ name }) => name === "decision_log") ? courseChange(session) : null
  return [
    ...(yield* remembered(door, session, budgetTokens - REMINDER_TOKENS)),
    ...(reminder === null ? [] : [{ fragment: { source: "decision reminder", text: reminder } }])
  ]
})

const remembered = Effect.fnUntraced(function*(door: Door, session: Session, budgetTokens: number): Effect.fn.Return<readonly Gathered[]> {
  const project = yield* projectOf(session.opened.roots[0] ?? "/")
  if (!(yield* door.isAnythingSaid(project))) return []
  yield* yield* CaughtUp
  const [{ rememberedIn, rememberedText }, { of }] = yield* Effect.all([Effect.promise(() => import("./remembered.ts")), door.graphs], {
    concurrency: 2
  })
  return yield* Effect.match(rememberedIn(of(project), session.id), {
    onSuccess: (found): readonly Gathered[] => {
      const text = rememberedText(found, budgetTokens, session.settings.model)
      return text === null ? [] : [{ fragment: { source: "decisions", text } }]
    },
    onFailure: () => [{ missing: "decisions" }]
  })
})
