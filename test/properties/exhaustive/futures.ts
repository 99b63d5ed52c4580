import type { Machine } from "../harness/machine.ts"
import { keyOf } from "./key.ts"
import { movesFrom } from "./moves.ts"
import type { Scope } from "./scope.ts"
import { move, type Situation } from "./search.ts"

/** Where two situations that have one key part company. */
export interface Parting {
  readonly state: string
  readonly event: string
}

/**
 * What the key loses: two situations with one key should have one future, move for move. `null` where the next step of both
 * leads to one key again; by induction the search then leaves nothing out.
 */
export const partingOf = (first: Situation, other: Situation, scope: Scope, machine: Machine): Parting | null => {
  const [moves, others] = [first, other].map((situation) => movesFrom(situation.state, situation.depth, scope))
  for (const [index, event] of (moves ?? []).entries()) {
    const twin = others?.[index]
    if (twin?.type === event.type && keyAfter(first, event, machine) === keyAfter(other, twin, machine)) continue
    return { state: first.state.name, event: event.type }
  }
  return null
}

const keyAfter = (situation: Situation, event: Parameters<typeof move>[1], machine: Machine): string => {
  const after = move(situation, event, machine)
  return after === null ? "nothing" : keyOf(after.state, after.shadow)
}
