import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { GraphOf } from "./graph.ts"

/** Leads to the decision graphs, which are loaded and opened by the first who goes through it; where nobody built one, to those of the host. */
export const GraphDoor = Context.Reference<Effect.Effect<GraphOf>>("loom/GraphDoor", {
  defaultValue: () => Effect.flatMap(Effect.promise(() => import("./graph.ts")), ({ Graph }) => Graph)
})

/** The goal of the turn that a call runs in, once all that was heard up to then is in the graph; `null` where nobody keeps it. */
export const TurnGoal = Context.Reference<Effect.Effect<string | null>>("loom/TurnGoal", { defaultValue: () => Effect.succeed(null) })
