import type { Action, ActionType } from "../../machine/action.ts"
import type { SessionOpened } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import { initial, step, type Step } from "../../machine/step.ts"
import type { Row } from "../event-log/line.ts"

/** What decides: the machine of this build, or another one that is looked into. */
export interface Decider {
  readonly initial: (opened: SessionOpened) => Step
  readonly step: typeof step
}

export const thisMachine: Decider = { initial, step }

/** One event as a machine heard it, with what it brought into the world: effects by their numbers, and calls of the model. */
export interface Heard {
  readonly row: Row
  /** `null` where the machine broke on it. */
  readonly step: Step | null
  /** The newest effect number before it. */
  readonly effectBefore: number
  readonly issued: readonly Issued[]
  /** The id that a call of the model got with this event. */
  readonly call: string | null
}

/** Work that an event began. `call`: the id of the call it is about, or empty. */
export interface Issued {
  readonly effect: number
  readonly by: ActionType
  readonly call: string
}

/** The machine over one event. */
export const hear = (machine: Decider, state: State | null, row: Row): Heard => {
  const taken = takenBy(machine, state, row)
  const effectBefore = state?.session.effect ?? 0
  if (taken === null) return { row, step: null, effectBefore, issued: [], call: null }
  const { session } = taken.state
  const call = state !== null && session.callCount > state.session.callCount ? `call_${session.callCount}` : null
  return { row, step: taken, effectBefore, issued: taken.actions.flatMap(issuedBy), call }
}

/** A whole log; it ends where the machine breaks. */
export const hearAll = (machine: Decider, rows: readonly Row[]): readonly Heard[] => {
  const all: Heard[] = []
  let state: State | null = null
  for (const row of rows) {
    const heard = hear(machine, state, row)
    all.push(heard)
    if (heard.step === null) break
    state = heard.step.state
  }
  return all
}

/** A machine that is looked into may be one that breaks. */
const takenBy = (machine: Decider, state: State | null, { event }: Row): Step | null => {
  try {
    return state === null ? machine.initial(event as SessionOpened) : machine.step(state, event)
  } catch {
    // Whoever asked whether the log shows it hears the same, with the machine's own words.
    return null
  }
}

const issuedBy = (action: Action): readonly Issued[] => {
  switch (action.type) {
    case "ExecuteTools":
      return action.calls.map(({ effect, call }) => ({ effect, by: action.type, call: call.id }))
    case "RequestApproval":
      return [{ effect: action.effect, by: action.type, call: action.call.id }]
    case "GatherContext":
    case "OffloadContext":
    case "SendLlmRequest":
    case "VetToolCalls":
    case "RunPostToolsHook":
    case "ScheduleRetry":
    case "Shutdown":
      return [{ effect: action.effect, by: action.type, call: "" }]
    case "Cancel":
    case "WaitForInput":
    case "DisplayError":
    case "DisplayMessage":
    case "RecordDecision":
      return []
  }
}
