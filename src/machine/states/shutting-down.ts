import { countUsage } from "../answer.ts"
import { inert, stay, type Room } from "../outcome.ts"
import { wait } from "../transitions.ts"

/** Waits for the drain of open work; hears nothing else but a new process that opens the session again. */
export const shuttingDown: Room<"ShuttingDown"> = {
  ShutdownCompleted: (state, event) =>
    state.drained || event.effect !== state.effect
      ? inert(state, event)
      : stay({ ...state, session: countUsage(state.session, event.usage), drained: true }),
  SessionResumed: (state) => wait(state.session, "opened")
}
