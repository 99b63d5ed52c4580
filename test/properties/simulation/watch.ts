import type { Event, EventType, SessionOpened } from "../../../src/machine/event.ts"
import { violations } from "../../../src/machine/invariant.ts"
import type { State } from "../../../src/machine/state.ts"
import { initial, type Step } from "../../../src/machine/step.ts"
import { canonicalJson } from "../../../src/runtime/event-log/canonical.ts"
import type { Row } from "../../../src/runtime/event-log/event-log.ts"
import type { Recorded } from "../../../src/runtime/recorded.ts"
import { edgeLaws } from "../harness/laws.ts"
import { machine, type Machine } from "../harness/machine.ts"
import { Broken, emptyShadow, observe, type Shadow } from "../harness/world.ts"

/** Holds everything a session does to the laws, over all its processes. */
export interface Watch {
  /** An event that a process recorded; it has been told that it is so. */
  readonly heard: (recorded: Recorded) => void
  /** The session was made. */
  readonly created: () => void
  /** What a new process finds in the log. Errors: throws `Broken` where something acknowledged is not there, or is another. */
  readonly found: (rows: readonly Row[]) => void
  /** A process goes on from this state. Errors: throws `Broken` where that is not the state the log leads to. */
  readonly begins: (state: State) => void
  readonly state: () => State
  /** How often each cell of the chart was reached: `state event next`. */
  readonly cells: ReadonlyMap<string, number>
  readonly events: () => readonly Event[]
}

interface Known {
  readonly event: Event
  readonly state: State
  readonly shadow: Shadow
}

const PERSON: ReadonlySet<EventType> = new Set<EventType>([
  "UserInput",
  "InputTakenBack",
  "InterruptRequested",
  "ContinueRequested",
  "SettingsChanged",
  "OffloadRequested",
  "WorkspaceRestored",
  "ShutdownRequested",
  "ApprovalAnswered"
])

/** `onDisk`: how many events have been written so far. */
export const watchOf = (opened: SessionOpened, onDisk: () => number): Watch => {
  const cells = new Map<string, number>()
  let known: Known[] = [{ event: opened, state: initial(opened).state, shadow: emptyShadow }]
  let acknowledged = 0

  const take = (event: Event, taken: Step | null): void => {
    const { state: before, shadow: knows } = known[known.length - 1] as Known
    const { step, shadow } = observed(taken === null ? machine : { ...machine, step: () => taken }, before, event, knows, () => known.map((one) => one.event))
    const wrong = taken !== null && step.state.name !== "CallingLlm" ? violations(step.state) : []
    if (wrong.length > 0) throw new Broken("invariant", "a state the machine made has nothing wrong with it", wrong.join("; "))
    if (step.outcome === "ok") count(cells, `${before.name} ${event.type} ${step.state.name}`)
    known.push({ event, state: step.state, shadow })
  }

  return {
    cells,
    events: () => known.map(({ event }) => event),
    state: () => (known[known.length - 1] as Known).state,
    begins: (state) => {
      const last = known[known.length - 1] as Known
      if (!isSame(state, last.state)) throw new Broken("3", "snapshot and tail give the live state", `${state.name} is not ${last.state.name}`)
      known[known.length - 1] = { ...last, state }
    },
    created: () => {
      acknowledged = 1
      if (onDisk() < 1) throw new Broken("28", "what is acknowledged is durable", "the session was made and is not there")
    },
    heard: ({ n, event, step }) => {
      if (n !== known.length + 1) throw new Broken("log", "events are numbered without holes", `event ${n} follows ${known.length}`)
      take(event, step)
      if (!PERSON.has(event.type) && !rests(step)) return
      if (onDisk() < n) throw new Broken("28", "what is acknowledged is durable", `${event.type} was told as event ${n}, ${onDisk()} events are written`)
      acknowledged = n
    },
    found: (rows) => {
      if (rows.length < acknowledged) throw new Broken("28", "nothing acknowledged is lost", `${acknowledged} events were acknowledged, the log has ${rows.length}`)
      known = known.slice(0, Math.max(1, rows.length))
      const other = rows.findIndex(({ event }, index) => index > 0 && index < known.length && !isSame(event, known[index]?.event))
      if (other >= 0)
        throw new Broken(
          "28",
          "the log holds what happened",
          `event ${other + 1} is ${JSON.stringify(rows[other]?.event)}, it was ${JSON.stringify(known[other]?.event)}`
        )
      for (const { event } of rows.slice(known.length)) take(event, null)
    }
  }
}

/** One step, held to the laws; a law that does not hold is told with all events up to it. */
const observed = (subject: Machine, before: State, event: Event, knows: Shadow, earlier: () => readonly Event[]) => {
  try {
    return observe(subject, before, event, knows, edgeLaws)
  } catch (error) {
    throw error instanceof Broken ? error.within([...earlier(), event]) : error
  }
}

/** Equal as JSON, whatever the order of their keys. */
export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other) || canonicalJson(one) === canonicalJson(other)

const rests = ({ state, outcome, actions }: Step): boolean =>
  outcome === "ok" && actions.some(({ type }) => type === "WaitForInput" || type === "DisplayError") && (state.name === "WaitingForInput" || state.name === "Error")

export const count = (counts: Map<string, number>, name: string, more = 1): void => void counts.set(name, (counts.get(name) ?? 0) + more)
