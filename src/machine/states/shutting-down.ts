import { countUsage } from "../answer.ts"
import { behaves } from "../behaviour.ts"
import { go, inert, type Room } from "../outcome.ts"
import type { Session } from "../session.ts"
import { toldOf, wait } from "../transitions.ts"
import { lastOf } from "../vector.ts"

/** Waits for the drain of open work; hears nothing else but a new process that opens the session again. */
export const shuttingDown: Room<"ShuttingDown"> = {
  ShutdownCompleted: (state, event) =>
    state.drained || event.effect !== state.effect
      ? inert(state, event)
      : go({ ...state, session: countUsage(state.session, event.usage), drained: true }, toldOf(event)),
  SessionResumed: (state) => wait(state.session, isBrokenOff(state.session) ? "interrupted" : "opened")
}

/** Whether the shutdown came in the midst of a turn: then a person can go on with it. */
const isBrokenOff = (session: Session): boolean => {
  if (!behaves(session, "broken-off-turn")) return false
  const last = lastOf(session.transcript)
  return last !== undefined && !(last.type === "assistant" && last.ended !== "interrupted" && last.ended !== "failed")
}
