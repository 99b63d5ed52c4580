import { verify, type Promised, type Report } from "../../contract/contract.ts"
import type { Event, SessionOpened } from "../../../src/machine/event.ts"
import { edgeLaws } from "./laws.ts"
import { machine as ours, type Machine } from "./machine.ts"
import { opened, type Plan } from "./play.ts"
import { sessionLaws } from "./sessions.ts"
import { Broken, observe, type EdgeLaw } from "./world.ts"

/** A log, and the machine that it is heard by. */
interface Heard {
  readonly events: readonly Event[]
  readonly machine: Machine
  /** How each law of one step was broken, by the law. */
  readonly broken: ReadonlyMap<EdgeLaw, string>
}

/**
 * Holds a log of a host to every law, heard by a machine of the host's own or by Loom's.
 * Errors: rejects where the log does not begin with `SessionOpened`.
 */
export const verifyLog = async (name: string, events: readonly Event[], machine: Machine = ours): Promise<Report> =>
  verify(`log ${name}`, lawsAsPromises, { events, machine, broken: brokenEdges(machine, events) })

const lawsAsPromises: readonly Promised<Heard>[] = [
  ...edgeLaws.map((law) => ({ promise: `law ${law.id}: ${law.words}`, check: ({ broken }: Heard) => broken.get(law) ?? null })),
  ...sessionLaws.map(({ id, words, check }) => ({
    promise: `law ${id}: ${words}`,
    check: ({ machine, events }: Heard) => {
      const cuts = id === "3" || id === "28" ? [0, Math.floor(events.length / 2), events.length - 1] : [0]
      for (const cut of cuts) check(machine, planOf(events, cut))
      return null
    }
  }))
]

/** A log as a plan: it is played as it was. */
const planOf = (events: readonly Event[], cut: number): Plan => {
  const [first, ...rest] = events
  return { opened: openingOf(first), moves: rest.map((event) => ({ move: "recorded", event })), cut }
}

const openingOf = (event: Event | undefined): SessionOpened => {
  if (event?.type !== "SessionOpened") throw new Error(`verify a log: its first event is ${event?.type ?? "not there"}, not SessionOpened; give it from its beginning`)
  return event
}

/**
 * Hears the log once, with every law that one step can show; a law that is broken is left out from there on. A machine that throws is
 * heard no further: that is another law's to tell.
 */
const brokenEdges = (machine: Machine, events: readonly Event[]): ReadonlyMap<EdgeLaw, string> => {
  const broken = new Map<EdgeLaw, string>()
  let { state, shadow } = opened(machine, openingOf(events[0]))
  for (const [index, event] of events.slice(1).entries()) {
    try {
      const taken = observe(machine, state, event, shadow, [])
      for (const law of edgeLaws) {
        const how = broken.has(law) ? null : complaintOf(law, () => observe(machine, state, event, shadow, [law]))
        if (how !== null) broken.set(law, `event ${index + 2}: ${how}`)
      }
      state = taken.step.state
      shadow = taken.shadow
    } catch {
      break
    }
  }
  return broken
}

const complaintOf = (law: EdgeLaw, run: () => unknown): string | null => {
  try {
    run()
    return null
  } catch (error) {
    return error instanceof Broken ? error.how : `law ${law.id} could not judge it: ${String(error)}`
  }
}
