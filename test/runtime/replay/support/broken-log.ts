import fc from "fast-check"
import type { Event } from "../../../../src/machine/event.ts"
import type { Row } from "../../../../src/runtime/event-log/line.ts"
import { move } from "../../../properties/harness/arbitrary.ts"
import { edgeLawsOf } from "../../../properties/harness/laws.ts"
import type { Machine } from "../../../properties/harness/machine.ts"
import { opening } from "../../../properties/harness/opening.ts"
import { eventFor, hear, opened, type Move, type Played } from "../../../properties/harness/play.ts"
import { Broken } from "../../../properties/harness/world.ts"

/** Whether a machine breaks the law on these events. */
export const breaks =
  (machine: Machine, law: string) =>
  (rows: readonly { readonly event: Event }[]): boolean => {
    const laws = edgeLawsOf(law)
    try {
      let played: Played | null = null
      for (const { event } of rows) {
        if (played !== null) played = hear(machine, { ...played, rows: [] }, event, laws)
        else if (event.type === "SessionOpened") played = opened(machine, event)
      }
      return false
    } catch (error) {
      return error instanceof Broken && error.law === law
    }
  }

/** The first random session of so many events that breaks the law somewhere. Errors: throws where none of many does. */
export const brokenLog = (machine: Machine, law: string, events: number): readonly Row[] => {
  for (let seed = 1; seed < 60; seed++) {
    const rows = longLog(machine, events, seed)
    if (rows.length === events && breaks(machine, law)(rows)) return rows
  }
  throw new Error(`find a session of ${events} events that breaks law ${law}: none of 59 does`)
}

/** A random session that goes on for so many events, unless the machine breaks before. */
export const longLog = (machine: Machine, events: number, seed: number): readonly Row[] => {
  const moves = fc.sample(fc.array(move, { minLength: events * 2, maxLength: events * 2, size: "max" }), { numRuns: 1, seed })[0] as readonly Move[]
  let played = opened(machine, opening({ seed, limits: { stepsMax: 20 } }))
  try {
    for (const next of moves) {
      const event = endsIt(next) || played.rows.length >= events ? null : eventFor(next, played)
      if (event !== null) played = hear(machine, played, event, [])
    }
  } catch (error) {
    if (!(error instanceof Broken)) throw error
  }
  return played.rows.map(({ event, step }, index) => ({ n: index + 1, event, actions: step.actions }))
}

const endsIt = (next: Move): boolean => next.move === "host" && next.event.type === "ShutdownRequested"
