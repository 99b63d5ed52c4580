import type { SessionOpened } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import { initial, step, type Step } from "../../machine/step.ts"
import type { Row } from "../event-log/line.ts"

/** The states of a log, forwards and backwards. A state shares nearly all it holds with the one before, so keeping many of them is cheap. */
export interface Timeline {
  readonly rows: readonly Row[]
  /** The step that event `n` was, from 1, and the state before it. Errors: throws a `RangeError` where there is no such event. */
  readonly at: (n: number) => Moment
}

export interface Moment {
  readonly row: Row
  /** `null` before the first event. */
  readonly before: State | null
  readonly step: Step
}

/** A state is kept after every so many events, so that no jump replays more than these. */
const KEPT_EVERY = 256

/** Errors: throws where the machine cannot hear an event of the log. */
export const makeTimeline = (rows: readonly Row[]): Timeline => {
  /** The states after events 0, 256, 512, …, as far as somebody asked. */
  const kept: (State | null)[] = [null]

  const stateAfter = (n: number): State | null => {
    let index = Math.min(Math.floor(n / KEPT_EVERY), kept.length - 1)
    let state = kept[index] as State | null
    for (let done = index * KEPT_EVERY; done < n; done++) {
      state = stepOf(state, rows[done] as Row).state
      if ((done + 1) % KEPT_EVERY === 0 && kept.length === ++index) kept.push(state)
    }
    return state
  }

  return {
    rows,
    at: (n) => {
      const row = rows[n - 1]
      if (row === undefined) throw new RangeError(`event ${n}: the log has events 1 to ${rows.length}`)
      const before = stateAfter(n - 1)
      return { row, before, step: stepOf(before, row) }
    }
  }
}

/** All moments of a log, in order: the cheapest way to look at each. Errors: as `makeTimeline`. */
export function* momentsOf(rows: Iterable<Row>): Generator<Moment, void> {
  let before: State | null = null
  for (const row of rows) {
    const moment: Moment = { row, before, step: stepOf(before, row) }
    yield moment
    before = moment.step.state
  }
}

const stepOf = (before: State | null, { event }: Row): Step => (before === null ? initial(event as SessionOpened) : step(before, event))
