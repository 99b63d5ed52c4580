import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { makeFrames } from "../src/interfaces/view/player/frame.ts"
import { after, begin } from "../src/interfaces/view/player/player.ts"
import { makeTape } from "../src/interfaces/view/player/tape.ts"
import { loadFile } from "../src/runtime/replay/log-source.ts"
import { writeLogFile } from "./log-file.ts"
import { bestRatioOf, collectGarbage, timed, type Measure } from "./measure.ts"

/** A long log in the player: what a jump costs, from the key to the rows of the screen. */

const EVENTS = 100_000
const JUMPS = 97
/** As many as a jump may replay. */
const LINES = 256

export const playerJump: Measure = async (size) => {
  const { path, events } = await writeLogFile(size.count(EVENTS))
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(1, LINES + 1)
  const tape = makeTape(await Effect.runPromise(loadFile(path)))
  tape.momentAt(events)
  const frames = makeFrames(tape)
  const jumps = (): void => {
    let player = { ...begin(tape), pane: "state" as const }
    for (let jump = 0; jump < JUMPS; jump++) {
      player = { ...player, ...after(tape, player, { type: "moved", move: { type: "to", event: 1 + ((jump * 7919 * 13) % events) } }), pane: "state" }
      frames.of(player, { columns: 160, rows: 50 })
    }
  }
  const parses = (): void => {
    for (let jump = 0; jump < JUMPS; jump++) for (const line of lines) JSON.parse(line)
  }
  const { ratio, floor } = await bestRatioOf(
    size.rounds(7),
    () => quiet(jumps),
    () => quiet(parses)
  )
  return [
    {
      name: "player-jump",
      ratio,
      floor: floor / JUMPS,
      unit: "ms",
      limit: 30,
      what: "a jump anywhere in a log of 100,000 events until its screen is made, against JSON.parse of 256 of its lines"
    }
  ]
}

const quiet = (work: () => void): number => {
  collectGarbage()
  return timed(work)
}
