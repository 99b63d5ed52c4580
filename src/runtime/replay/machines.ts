import { CHANGES, MACHINE_OLDEST, MACHINE_UNTOLD, MACHINE_VERSION, UNTOLD_TAKEN_FOR } from "../../machine/behaviour.ts"
import type { Event } from "../../machine/event.ts"

/**
 * Under which machines a log is replayed: `here`, all of it under this one; else under those it names, and where it names none, from
 * its opening and from each resumption on, under these, the last of which holds on.
 */
export type Machines = "here" | readonly number[]

/** What a log is taken for at first that names no machine. */
export const AS_IT_SAYS: Machines = [UNTOLD_TAKEN_FOR]

/** Makes each event of a log, in their order, say the machine that it is to be replayed under. */
export interface Setting {
  readonly heard: <E extends Event>(event: E) => E
  /** How many stretches there were of which the log does not say which machine decided. */
  readonly untold: () => number
  /** The oldest machine there was; under `here`, that there may have been. */
  readonly oldest: () => number
}

export const makeSetting = (machines: Machines): Setting => {
  let untold = 0
  let telling = false
  let oldest = MACHINE_VERSION

  const told = (event: Event): number | null => {
    if (event.type === "SessionOpened") telling = event.machine !== MACHINE_UNTOLD
    else if (event.type === "SessionResumed") telling ||= event.machine !== undefined
    else return null
    if (telling) return event.machine ?? null
    return supposed(++untold)
  }
  const supposed = (stretch: number): number => (machines === "here" ? MACHINE_OLDEST : (machines[Math.min(stretch, machines.length) - 1] as number))

  return {
    heard: (event) => {
      const machine = told(event)
      if (machine === null) return event
      oldest = Math.min(oldest, machine)
      return { ...event, machine: machines === "here" ? MACHINE_VERSION : machine }
    },
    untold: () => untold,
    oldest: () => oldest
  }
}

/** How far a replay agreed with its log. */
export interface Reach {
  /** So many events; `Infinity`: all. */
  readonly agreed: number
  /** As of the setting, until then. */
  readonly untold: number
}

/** Looks for the machines under which a log agrees with itself, one try after the other. */
export interface Search {
  /** What is to be tried next. */
  readonly machines: () => Machines
  /** How far that went; whether another is to be tried. */
  readonly learn: (reach: Reach) => boolean
  /** What went farthest; of equals, what was tried first. */
  readonly best: () => Machines
}

/** A log with very many resumptions is not looked at for ever. */
const TRIES_MAX = 200

/**
 * The newest machine first that could have decided what a log does not say. A session may have been taken up by one build after the
 * other, so where none goes all the way, what went farthest is changed in one stretch at a time.
 */
export const makeSearch = (): Search => {
  let trying: Machines = AS_IT_SAYS
  let best: { readonly machines: readonly number[]; readonly reach: Reach } | null = null
  let waiting: readonly (readonly number[])[] = NEWEST_FIRST.slice(1).map((machine) => [machine])
  let improved = 0
  let tries = 0
  return {
    machines: () => trying,
    best: () => best?.machines ?? AS_IT_SAYS,
    learn: (reach) => {
      if (best === null || reach.agreed > best.reach.agreed) best = { machines: trying as readonly number[], reach }
      if (reach.untold === 0 || reach.agreed === Infinity || ++tries > TRIES_MAX) return false
      if (waiting.length === 0 && best.reach.agreed > improved) {
        improved = best.reach.agreed
        waiting = neighbours(best.machines, best.reach.untold)
      }
      const [next, ...rest] = waiting
      waiting = rest
      trying = next ?? trying
      return next !== undefined
    }
  }
}

const NEWEST_FIRST = Array.from({ length: UNTOLD_TAKEN_FOR - MACHINE_OLDEST + 1 }, (_, index) => UNTOLD_TAKEN_FOR - index)

/** One stretch under another machine, the latest first, for there it showed. */
const neighbours = (machines: readonly number[], stretches: number): readonly (readonly number[])[] => {
  const all = Array.from({ length: stretches }, (_, index) => machines[Math.min(index, machines.length - 1)] as number)
  return all.flatMap((_, index) => NEWEST_FIRST.map((machine) => all.with(-1 - index, machine)))
}

/** What this machine decides otherwise than an older one, in words. */
export const changesSince = (machine: number): readonly string[] => CHANGES.flatMap(({ since, words }) => (since > machine ? [words] : []))
