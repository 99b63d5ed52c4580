import type { Row } from "../../../runtime/event-log/line.ts"

/** How far playing came, and the time that did not suffice for the next event. Units: ms. */
export interface PlayedOn {
  readonly position: number
  readonly left: number
}

/**
 * Where playing stands after some time: events come in their real distances, divided by the speed, and a gap that would still be
 * longer than `gapMaxMs` is cut to that.
 */
export const playedOn = (rows: readonly Row[], position: number, timeMs: number, speed: number, gapMaxMs: number): PlayedOn => {
  let at = position
  let left = timeMs
  while (at < rows.length) {
    const gap = Math.min(gapMaxMs, ((rows[at] as Row).event.at - (rows[at - 1] as Row).event.at) / speed)
    if (gap > left) return { position: at, left }
    left -= gap
    at++
  }
  return { position: at, left: 0 }
}
