import type { EventType } from "../../../src/machine/event.ts"
import { machine } from "../harness/machine.ts"
import { keyOf } from "../exhaustive/key.ts"
import { movesFrom } from "../exhaustive/moves.ts"
import type { Scope } from "../exhaustive/scope.ts"
import { move, rootOf, type Situation } from "../exhaustive/search.ts"
import type { ChartPath } from "./paths.ts"

/** A situation of a scope, met once, and where its moves lead. */
export interface Place {
  readonly id: string
  readonly situation: Situation
  readonly onwards: () => readonly Onward[]
}

interface Onward {
  readonly type: EventType
  readonly place: Place
}

/** The situations of a scope as a graph that grows where somebody walks; gives the place where its session opens. */
export const openingPlace = (scope: Scope): Place => {
  const places = new Map<string, Place>()
  const placeOf = (situation: Situation): Place => {
    const id = `${scope.name} ${keyOf(situation.state, situation.shadow)}`
    const known = places.get(id)
    if (known !== undefined) return known
    let onwards: readonly Onward[] | null = null
    const place: Place = { id, situation, onwards: () => (onwards ??= onwardsFrom(situation)) }
    places.set(id, place)
    return place
  }
  const onwardsFrom = (situation: Situation): readonly Onward[] =>
    movesFrom(situation.state, situation.depth, scope).flatMap((event) => {
      const after = move(situation, event, machine)
      return after === null ? [] : [{ type: event.type, place: placeOf(after) }]
    })
  return placeOf(rootOf(scope, machine))
}

/** The chart knows no sessions, the machine does: every rest of a session within so many moves is a place for a path to begin. */
const SEASONING_MOVES = 5

/** The places where a session waits for input, soon after it was opened. */
export const restsAfter = (opening: Place): readonly Place[] => {
  const seen = new Set([opening])
  let frontier = [opening]
  for (let moves = 0; moves < SEASONING_MOVES; moves++) {
    frontier = frontier.flatMap((place) => place.onwards().flatMap(({ place: next }) => (isNew(seen, next) ? [next] : [])))
  }
  return [...seen].filter(({ situation }) => situation.state.name === "WaitingForInput")
}

interface Walk {
  readonly place: Place
  readonly path: ChartPath
  readonly done: number
}

/**
 * The end of the shortest real session that walks one of the paths through the chart, between whose steps only such events
 * happen as leave the state the same; `null` where there is none.
 */
export const concrete = (paths: readonly ChartPath[], from: readonly Place[]): Situation | null => {
  const seen = new Set<string>()
  let frontier: Walk[] = paths.flatMap((path) => from.map((place) => ({ place, path, done: 0 })))
  while (frontier.length > 0) {
    const end = frontier.find(({ path, done }) => done === path.length)
    if (end !== undefined) return end.place.situation
    frontier = frontier.flatMap(walkedOn).filter(({ place, path, done }) => isNew(seen, `${paths.indexOf(path)} ${done} ${place.id}`))
  }
  return null
}

const walkedOn = ({ place, path, done }: Walk): readonly Walk[] => {
  const wanted = path[done]
  return place.onwards().flatMap(({ type, place: next }) => {
    const stays = next.situation.state.name === place.situation.state.name
    const steps = type === wanted?.type && next.situation.state.name === wanted.next
    return [...(steps ? [{ place: next, path, done: done + 1 }] : []), ...(stays ? [{ place: next, path, done }] : [])]
  })
}

const isNew = <T>(seen: Set<T>, item: T): boolean => !seen.has(item) && seen.add(item).has(item)
