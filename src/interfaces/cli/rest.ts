import * as Effect from "effect/Effect"
import type { State } from "../../machine/state.ts"
import type { LogError } from "../../runtime/event-log/event-log.ts"
import type { Said, Session } from "../../runtime/session.ts"
import { isAtRest } from "../view/telling.ts"

/** Waits until nothing happens before a person speaks, or the session is over; gives back the state of that moment. */
export const untilRest = (session: Session): Effect.Effect<State, LogError> =>
  Effect.raceFirst(
    Effect.callback<State>((resume) => {
      if (isAtRest(session.state())) return resume(Effect.succeed(session.state()))
      const stop = session.listen(({ step }) => {
        if (!isAtRest(step.state)) return
        stop()
        resume(Effect.succeed(step.state))
      })
      return Effect.sync(stop)
    }),
    Effect.map(session.ended, () => session.state())
  )

/** Says something and waits for what comes of it. */
export const sayAndRest = (session: Session, said: Said): Effect.Effect<State, LogError> => Effect.andThen(session.say(said), untilRest(session))

/** Shuts a session down in order: everything open is ended and the log is closed. */
export const shutDown = (session: Session): Effect.Effect<void, LogError> =>
  Effect.andThen(session.say({ type: "ShutdownRequested" }), session.ended)

/** A person's words as the machine hears them. */
export const words = (text: string): Extract<Said, { readonly type: "UserInput" }> => ({ type: "UserInput", parts: [{ type: "text", text }] })
