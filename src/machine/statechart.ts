import { fromTransition, setup, type ActorSystem } from "xstate"
import type { Action } from "./action.ts"
import { chart, following } from "./chart.ts"
import type { Event, EventType, SessionOpened } from "./event.ts"
import type { StateName } from "./state.ts"
import { initial, step, type Step } from "./step.ts"

/*
 * The machine for those who live in XState: its chart as a statechart (pictures, inspector, paths), and `step` as the logic
 * of an actor. An entry point of its own, never on the hot path: XState's own `transition` is hundreds of times slower than `step`.
 */

/** An event by its name. Where the chart leaves a choice, `next` says which state follows; without it the first one does. */
export interface ChartEvent {
  readonly type: EventType
  readonly next?: StateName
}

const waitsFor = {
  WaitingForInput: "waits for a person",
  CallingLlm: "waits for the model, or for what the request needs first",
  ProcessingResponse: "waits for the facts about the tool calls of a finished answer",
  ExecutingTools: "waits for tools and approvals",
  PostToolsHook: "waits for what follows a batch of tools",
  Error: "waits for a retry timer, or for a person where no retry is left",
  ShuttingDown: "waits for the drain of open work"
} as const satisfies Record<StateName, string>

const stateNames = Object.keys(waitsFor) as readonly StateName[]
const eventTypes = Object.keys(chart) as readonly EventType[]

const choices = setup({
  types: { events: {} as ChartEvent },
  guards: { leadsTo: ({ event }, { next }: { readonly next: StateName }) => event.next === undefined || event.next === next }
})

/** A cell with one state is a plain transition, one with several a guarded choice between them. */
const transitionsOf = (from: StateName, event: EventType) => {
  const targets = following(from, event)
  if (targets.length === 1) return targets.map((target) => ({ target }))
  return targets.map((target) => ({ target, guard: { type: "leadsTo", params: { next: target } } as const }))
}

const nodeOf = (from: StateName) => ({
  description: waitsFor[from],
  on: Object.fromEntries(eventTypes.flatMap((event) => (following(from, event).length === 0 ? [] : [[event, transitionsOf(from, event)]])))
})

/**
 * The chart as an XState machine, made from the same table that types the reducer. It holds no session: it says where an event
 * may lead, and `step` says where it leads.
 */
export const statechart = choices.createMachine({
  id: "loom",
  initial: "WaitingForInput",
  states: Object.fromEntries(stateNames.map((name) => [name, nodeOf(name)]))
})

/**
 * The machine as the logic of an XState actor. Its input is the event that opens the session, its context the newest step:
 * `{ state, actions, outcome }`. Each action is also emitted once the snapshot is the state it came with, so that
 * `actor.on("SendLlmRequest", …)` is a runner; what it answers is sent back as an event.
 * An actor started from a persisted snapshot wants `SessionResumed` first: nothing it had started can answer any more.
 */
export const agentLogic = fromTransition<Step, Event, ActorSystem<any>, SessionOpened, Action>(
  ({ state }, event, scope) => {
    const taken = step(state, event)
    if (taken.actions.length > 0) scope.defer(() => taken.actions.forEach(scope.emit))
    return taken
  },
  ({ input }) => initial(input)
)
