import type { EventType } from "./event.ts"
import type { StateName } from "./state.ts"

const W = "WaitingForInput"
const C = "CallingLlm"
const P = "ProcessingResponse"
const X = "ExecutingTools"
const H = "PostToolsHook"
const E = "Error"
const S = "ShuttingDown"

/**
 * Which states may follow when a state hears an event. A state that is not named does not hear it.
 * The reducer is typed by this table, `specs/machine.md` prints it, the XState machine is made from it,
 * and its cells are what coverage is measured against. `SessionOpened` is heard by no state: `initial` makes the first one.
 */
export const chart = {
  UserInput: { [W]: [C, W], [C]: [C], [P]: [P], [X]: [X], [H]: [H], [E]: [C, W] },
  InputTakenBack: { [C]: [C], [P]: [P], [X]: [X], [H]: [H] },
  InterruptRequested: { [C]: [C, W], [P]: [C, W], [X]: [C, W], [H]: [C, W], [E]: [W] },
  ContinueRequested: { [W]: [C, W], [E]: [C, W] },
  SettingsChanged: { [W]: [W], [C]: [C], [P]: [P], [X]: [X], [H]: [H], [E]: [E] },
  OffloadRequested: { [W]: [C, W] },
  WorkspaceRestored: { [W]: [W] },
  ShutdownRequested: { [W]: [S], [C]: [S], [P]: [S], [X]: [S], [H]: [S], [E]: [S] },
  ContextGathered: { [C]: [C, W] },
  ContextOffloaded: { [C]: [C, W, E] },
  LlmStarted: { [C]: [C] },
  LlmTextDelta: { [C]: [C] },
  LlmThinkingDelta: { [C]: [C] },
  LlmToolCallDelta: { [C]: [C] },
  LlmCompleted: { [C]: [P, C, W] },
  LlmFailed: { [C]: [E, C] },
  ToolCallsVetted: { [P]: [X, C, W] },
  ApprovalAnswered: { [X]: [X, H, C, W] },
  ToolProgress: { [X]: [X] },
  ToolCompleted: { [X]: [X, H, C, W] },
  PostToolsHookCompleted: { [H]: [C, W] },
  RetryTimeoutFired: { [E]: [C, W] },
  ShutdownCompleted: { [S]: [S] },
  SessionOpened: {},
  SessionResumed: { [W]: [W], [C]: [C], [P]: [P], [X]: [X, H], [H]: [H], [E]: [E], [S]: [W] }
} as const satisfies Record<EventType, Partial<Record<StateName, readonly StateName[]>>>

/** The type of the table, from which the reducer is typed. */
export type Chart = typeof chart

/** The events a state hears. */
export type Heard<N extends StateName> = { [T in EventType]: N extends keyof Chart[T] ? T : never }[EventType]

/** The names of the states that may follow when state `N` hears event `T`. */
export type Following<N extends StateName, T extends EventType> = N extends keyof Chart[T]
  ? Chart[T][N] extends readonly (infer F extends StateName)[]
    ? F
    : never
  : never

/** The cell as a list, empty where the event is not heard. */
export const following = (from: StateName, event: EventType): readonly StateName[] =>
  (chart[event] as Partial<Record<StateName, readonly StateName[]>>)[from] ?? []

/** Every (state, event, next) the chart allows. */
export const triples = (): readonly (readonly [StateName, EventType, StateName])[] =>
  (Object.keys(chart) as EventType[]).flatMap((event) =>
    (Object.keys(chart[event]) as StateName[]).flatMap((from) =>
      following(from, event).map((next) => [from, event, next] as const)
    )
  )
