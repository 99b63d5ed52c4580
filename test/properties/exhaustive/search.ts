import { describeEvent } from "../../../src/machine/describe.ts"
import type { Event } from "../../../src/machine/event.ts"
import type { State } from "../../../src/machine/state.ts"
import type { Machine } from "../harness/machine.ts"
import { Broken, emptyShadow, observe, type Shadow } from "../harness/world.ts"
import { keyOf } from "./key.ts"
import { movesFrom } from "./moves.ts"
import { openingOf, type Scope } from "./scope.ts"
import { strayComplaint } from "./strays.ts"

/** A situation, and the way to it. */
export interface Situation {
  readonly state: State
  readonly shadow: Shadow
  readonly event: Event | null
  readonly from: Situation | null
  readonly depth: number
}

export interface Found {
  readonly situations: number
  readonly edges: number
  /** How many moves the farthest situation is away. */
  readonly depth: number
  /** Every (state, event, next) that was taken, joined by blanks. */
  readonly triples: ReadonlySet<string>
  /** The first law that does not hold, and the shortest story that shows it; `null` where all hold. */
  readonly broken: Breach | null
}

export interface Breach {
  readonly law: string
  readonly message: string
  readonly story: readonly string[]
}

/** Breadth first from the opening through everything that can happen in the scope, each edge held to the laws, until nothing new comes. */
export const search = (scope: Scope, machine: Machine, again?: (first: Situation, other: Situation) => void): Found => {
  const root = rootOf(scope, machine)
  const seen = new Map([[keyOf(root.state, root.shadow), root]])
  const triples = new Set<string>()
  let frontier: Situation[] = [root]
  let edges = 0
  let depth = -1
  const found = (broken: Breach | null): Found => ({ situations: seen.size, edges, depth, triples, broken })
  for (; frontier.length > 0; depth++) {
    const next: Situation[] = []
    for (const situation of frontier) {
      const stray = strayComplaint(situation, machine)
      if (stray !== null) return found({ law: "6", message: stray, story: storyOf(situation) })
      for (const event of movesFrom(situation.state, situation.depth, scope)) {
        edges++
        const after = tryMove(situation, event, machine)
        if (after === null) continue
        if ("law" in after) return found(after)
        triples.add(`${situation.state.name} ${event.type} ${after.state.name}`)
        const key = keyOf(after.state, after.shadow)
        const first = seen.get(key)
        if (first !== undefined) again?.(first, after)
        else next.push(after), seen.set(key, after)
      }
    }
    frontier = next
  }
  return found(null)
}

export const rootOf = (scope: Scope, machine: Machine): Situation => ({
  state: machine.initial(openingOf(scope)).state,
  shadow: emptyShadow,
  event: null,
  from: null,
  depth: 0
})

/** Where the event leads; `null` where it changes nothing. Errors: throws `Broken` where a law does not hold. */
export const move = (from: Situation, event: Event, machine: Machine): Situation | null => {
  const { step, shadow } = observe(machine, from.state, event, from.shadow)
  return step.outcome === "ok" ? { state: step.state, shadow, event, from, depth: from.depth + 1 } : null
}

const tryMove = (from: Situation, event: Event, machine: Machine): Situation | Breach | null => {
  try {
    return move(from, event, machine)
  } catch (error) {
    const [law, message] = error instanceof Broken ? [error.law, error.message] : ["total", `the machine threw: ${String(error)}`]
    return { law, message, story: [...storyOf(from), describeEvent(event)] }
  }
}

/** The events that led here, oldest first. */
export const wayTo = (situation: Situation): readonly Event[] => {
  const events: Event[] = []
  for (let here: Situation | null = situation; here !== null; here = here.from) if (here.event !== null) events.push(here.event)
  return events.reverse()
}

export const storyOf = (situation: Situation): readonly string[] => wayTo(situation).map(describeEvent)

/** A breach as a person reads it. */
export const tell = ({ message, story }: Breach): string => [message, ...story.map((line, index) => `  ${index + 1}. ${line}`)].join("\n")
