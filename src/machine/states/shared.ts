import type { Event, EventOf } from "../event.ts"
import { inert, stay, type Step } from "../outcome.ts"
import type { Session, Settings } from "../session.ts"
import type { State } from "../state.ts"

/** What several states do in the same way with an event. */

/** What a person writes while the agent is busy waits its turn. */
export const queueInput = <S extends State>(state: S, event: EventOf<"UserInput">): Step<S> =>
  stay({ ...state, session: { ...state.session, queue: [...state.session.queue, event.parts] } })

/** Takes the newest queued message out again; where none is queued it means nothing. */
export const takeBackInput = <S extends State>(state: S, event: EventOf<"InputTakenBack">): Step<S> =>
  state.session.queue.length === 0
    ? inert(state, event)
    : stay({ ...state, session: { ...state.session, queue: state.session.queue.slice(0, -1) } })

/** Holds from the next request and the next vetting on. A model nobody knows is refused. */
export const changeSettings = <S extends State>(state: S, event: EventOf<"SettingsChanged">): Step<S> => {
  const session = withSettings(state.session, event)
  return session === null ? inert(state, event) : stay({ ...state, session })
}

const withSettings = (session: Session, event: EventOf<"SettingsChanged">): Session | null => {
  const modelsByName = event.modelsByName === undefined ? session.modelsByName : { ...session.modelsByName, ...event.modelsByName }
  const settings: Settings = {
    model: event.model ?? session.settings.model,
    mode: event.mode ?? session.settings.mode,
    attended: event.attended ?? session.settings.attended,
    limits: event.limits === undefined ? session.settings.limits : { ...session.settings.limits, ...event.limits }
  }
  if (!Object.hasOwn(modelsByName, settings.model)) return null
  const opened = event.rules === undefined ? session.opened : { ...session.opened, rules: event.rules }
  return { ...session, opened, modelsByName, settings }
}

/** Whether an answer is not the one this state waits for. */
export const isLate = (event: Event, effect: number): boolean => !("effect" in event) || event.effect !== effect
