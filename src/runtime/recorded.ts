import type * as Effect from "effect/Effect"
import type { Unstamped } from "../effects/emit.ts"
import type { Event, PersonEvent, SessionResumed } from "../machine/event.ts"
import type { Step } from "../machine/step.ts"
import type { State } from "../machine/state.ts"
import type { LogError } from "./event-log/event-log.ts"

type Untimed<E> = E extends unknown ? Omit<E, "at"> : never

/** What a person or a host says to a session; the writer of the log puts the time on it. */
export type Said = Untimed<PersonEvent | SessionResumed> | Extract<Unstamped, { type: "ApprovalAnswered" }>

/** One line of the log as it was written, with what it did. */
export interface Recorded {
  readonly n: number
  readonly event: Event
  readonly step: Step
}

export interface Session {
  readonly id: string
  readonly state: () => State
  /** Says something; done when it is durable and its actions are under way. */
  readonly say: (said: Said) => Effect.Effect<void, LogError>
  /** Hears everything that is recorded from now on; gives back what ends the listening. */
  readonly listen: (listener: (recorded: Recorded) => void) => () => void
  /** Ends when the session is shut down; fails when its log can no longer be written. */
  readonly ended: Effect.Effect<void, LogError>
}
