import type { Action } from "../action.ts"
import { countUsage } from "../answer.ts"
import { go, inert, stay, type Room } from "../outcome.ts"
import type { ErrorState } from "../state.ts"
import { beginTurnWith, shutDown, takeEffect, tryAgain, wait } from "../transitions.ts"
import { changeSettings } from "./shared.ts"

/** Waits for a retry timer, or for a person where no retry is left. */
export const error: Room<"Error"> = {
  RetryTimeoutFired: (state, event) =>
    state.retry === null || event.effect !== state.retry.effect
      ? inert(state, event)
      : tryAgain(countUsage(state.session, event.usage), state.retry.attempt + 1, []),
  ContinueRequested: (state) => tryAgain(state.session, 1, cancelRetry(state)),
  UserInput: (state, event) => beginTurnWith(state.session, event.parts, cancelRetry(state)),
  InterruptRequested: (state) => wait(state.session, "interrupted", cancelRetry(state)),
  SettingsChanged: changeSettings,
  ShutdownRequested: (state) => shutDown(state.session, cancelRetry(state)),
  SessionResumed: (state) => {
    if (state.retry === null) return stay(state)
    const { effect, session } = takeEffect(state.session)
    return go({ ...state, session, retry: { ...state.retry, effect } }, [{ type: "ScheduleRetry", effect, dueAt: state.retry.dueAt }])
  }
}

const cancelRetry = (state: ErrorState): readonly Action[] => (state.retry === null ? [] : [{ type: "Cancel", effect: state.retry.effect }])
