import type { Event, PersonEvent, SessionOpened, SessionResumed } from "../../../src/machine/event.ts"
import type { State } from "../../../src/machine/state.ts"
import type { Step } from "../../../src/machine/step.ts"
import { answerTo, pick, wrongAnswer, type Choice } from "./answer.ts"
import type { OpenEffect } from "./effects.ts"
import { edgeLaws } from "./laws.ts"
import type { Machine } from "./machine.ts"
import { Broken, emptyShadow, observe, type EdgeLaw, type Shadow } from "./world.ts"

type Unstamped<E> = E extends unknown ? Omit<E, "at"> : never

/** What happens next in a random session, independent of the state it will meet. */
export type Move =
  | ({ readonly move: "answer"; readonly which: number } & Choice)
  | ({ readonly move: "wrong answer" } & Choice)
  | { readonly move: "host"; readonly event: Unstamped<PersonEvent | SessionResumed> }
  /** An event of a log, at its own time. */
  | { readonly move: "recorded"; readonly event: Event }

/** A whole random session: how it was opened, what happened, and where it is cut by the laws that cut. */
export interface Plan {
  readonly opened: SessionOpened
  readonly moves: readonly Move[]
  readonly cut: number
}

export interface Row {
  readonly event: Event
  readonly before: State | null
  readonly step: Step
}

/** A session as it was played: every event with what it did, and what an observer knows at its end. */
export interface Played {
  readonly rows: readonly Row[]
  readonly state: State
  readonly shadow: Shadow
}

export const eventsOf = ({ rows }: Played): readonly Event[] => rows.map(({ event }) => event)

/** Units: ms between two events. */
const PAUSE_MS = 7

export const opened = (machine: Machine, event: SessionOpened): Played => {
  const step = machine.initial(event)
  return { rows: [{ event, before: null, step }], state: step.state, shadow: emptyShadow }
}

/** One more event. Errors: throws `Broken` with all events so far. */
export const hear = (machine: Machine, played: Played, event: Event, laws: readonly EdgeLaw[] = edgeLaws): Played => {
  try {
    const { step, shadow } = observe(machine, played.state, event, played.shadow, laws)
    return { rows: [...played.rows, { event, before: played.state, step }], state: step.state, shadow }
  } catch (error) {
    throw error instanceof Broken
      ? error.within([...eventsOf(played), event])
      : new Broken("total", "every event in every state gives a step", String(error), [...eventsOf(played), event])
  }
}

export const play = (machine: Machine, plan: Plan, laws: readonly EdgeLaw[] = edgeLaws): Played => {
  let played = opened(machine, plan.opened)
  for (const move of plan.moves) {
    const event = eventFor(move, played)
    if (event !== null) played = hear(machine, played, event, laws)
  }
  return played
}

/** The event a move stands for here; `null` where it stands for none. */
export const eventFor = (move: Move, { state, shadow, rows }: Played): Event | null => {
  const at = nextAt(rows)
  switch (move.move) {
    case "answer":
      return shadow.open.length === 0
        ? { type: "UserInput", at, parts: [{ type: "text", text: `words ${rows.length}` }] }
        : inTime(answerTo(pick(shadow.open, move.which), state, at, move), state)
    case "wrong answer":
      return wrongAnswer(shadow.open, state, at, move)
    case "host":
      return { ...move.event, at } as Event
    case "recorded":
      return move.event
  }
}

export const nextAt = (rows: Played["rows"]): number => (rows[rows.length - 1]?.event.at ?? 0) + PAUSE_MS

/** A timer never fires early. */
const inTime = (event: Event, state: State): Event =>
  event.type === "RetryTimeoutFired" && state.name === "Error" && state.retry !== null ? { ...event, at: Math.max(event.at, state.retry.dueAt) } : event

const PATIENCE = 300

/** A fair environment: everything open is answered, the model comes to an end, until nothing is open. */
export const settled = (machine: Machine, played: Played, laws: readonly EdgeLaw[] = edgeLaws): Played => {
  let now = played
  for (let patience = PATIENCE; now.shadow.open.length > 0 && patience > 0; patience--) {
    now = hear(machine, now, fairAnswer(now.shadow.open[0] as OpenEffect, now), laws)
  }
  return now
}

const fairAnswer = (open: OpenEffect, { state, rows }: Played): Event =>
  inTime(answerTo(open, state, nextAt(rows), { kind: 0, a: 0, b: 0 }), state)
