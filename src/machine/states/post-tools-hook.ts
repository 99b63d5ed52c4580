import { countUsage } from "../answer.ts"
import type { PostToolsHookCompleted } from "../event.ts"
import { go, inert, type Room, type Step } from "../outcome.ts"
import type { CallingLlm, PostToolsHook, WaitingForInput } from "../state.ts"
import { say } from "../transcript.ts"
import { nextStep, settle, shutDown, takeEffect, toldOf } from "../transitions.ts"
import { changeSettings, isLate, queueInput, takeBackInput } from "./shared.ts"

/** Waits for what follows a batch of tools: checkpoint, auto-commit, diagnostics, the person's own hooks. */
export const postToolsHook: Room<"PostToolsHook"> = {
  PostToolsHookCompleted: (state, event) => (isLate(event, state.effect) ? inert(state, event) : completed(state, event)),
  UserInput: queueInput,
  InputTakenBack: takeBackInput,
  SettingsChanged: changeSettings,
  InterruptRequested: (state) => settle(state.session, "interrupted", [{ type: "Cancel", effect: state.effect }]),
  ShutdownRequested: (state) => shutDown(state.session, [{ type: "Cancel", effect: state.effect }]),
  SessionResumed: (state) => {
    const { effect, session } = takeEffect(state.session)
    return go({ ...state, session, effect }, [{ type: "RunPostToolsHook", effect, completed: state.completed }])
  }
}

const completed = (state: PostToolsHook, event: PostToolsHookCompleted): Step<CallingLlm | WaitingForInput> => {
  const counted = countUsage(state.session, event.usage)
  const session = event.note === undefined || event.note === "" ? counted : say(counted, { type: "note", source: "hook", text: event.note })
  return event.goOn ? nextStep(session, toldOf(event)) : settle(session, "stopped-by-hook", toldOf(event))
}
