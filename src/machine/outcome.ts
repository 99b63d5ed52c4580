import type { Action, Cancel, EffectAction } from "./action.ts"
import type { Following, Heard } from "./chart.ts"
import type { Event, EventOf } from "./event.ts"
import type { State, StateName, StateOf } from "./state.ts"

/** What one event does: the next state, and what shall be done. */
export interface Step<S extends State = State> {
  readonly state: S
  readonly actions: readonly Action[]
  /** `stale`: an answer nobody waits for. `ignored`: an event without a meaning now. Both change nothing. */
  readonly outcome: "ok" | "stale" | "ignored"
}

/** What a state does with each event it hears; the chart says which these are and where each may lead. */
export type Room<N extends StateName> = {
  readonly [T in Heard<N>]: (state: StateOf<N>, event: EventOf<T>) => Step<StateOf<Following<N, T>> | StateOf<N>>
}

const NOTHING: readonly Action[] = []

/** A step that asks for nothing. */
export const stay = <S extends State>(state: S): Step<S> => ({ state, actions: NOTHING, outcome: "ok" })

/** The next state, its actions in order: cancels, effects by number, the rest. */
export const go = <S extends State>(state: S, actions: readonly Action[]): Step<S> => ({
  state,
  actions: actions.length < 2 ? actions : inOrder(actions),
  outcome: "ok"
})

/** The same state, nothing to do. */
export const inert = <S extends State>(state: S, event: Event): Step<S> => ({
  state,
  actions: NOTHING,
  outcome: "effect" in event ? "stale" : "ignored"
})

const inOrder = (actions: readonly Action[]): readonly Action[] => [
  ...actions.filter((action): action is Cancel => action.type === "Cancel"),
  ...actions.filter(startsWork).sort((a, b) => firstEffect(a) - firstEffect(b)),
  ...actions.filter((action) => action.type !== "Cancel" && !startsWork(action))
]

const startsWork = (action: Action): action is EffectAction => action.type === "ExecuteTools" || ("effect" in action && action.type !== "Cancel")

const firstEffect = (action: EffectAction): number =>
  action.type === "ExecuteTools" ? (action.calls[0]?.effect ?? 0) : action.effect
