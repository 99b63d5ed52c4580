import type { Event } from "../src/machine/event.ts"
import { step } from "../src/machine/step.ts"
import type { State } from "../src/machine/state.ts"
import { collectGarbage, ratioOf, timed, type Figure } from "./measure.ts"
import { deltas, streamingState } from "./sessions.ts"

const COUNT = 200_000

/** The machine by itself: what a delta costs, what it allocates, and whether that grows with the session. */
export const machineFigures = async (): Promise<readonly Figure[]> => [await reduce(), await alloc(), await growth()]

/** A fold that changes one object in place: the least that any agent does with a delta. */
const foldInPlace = (events: readonly Event[]): number => {
  const state = { name: "CallingLlm", effect: 2, blocks: [{ type: "text", text: "" }], events: 0, at: 0 }
  for (const event of events) {
    switch (event.type) {
      case "LlmTextDelta": {
        if (event.effect !== state.effect) continue
        const block = state.blocks[state.blocks.length - 1]
        if (block !== undefined && block.type === "text") block.text += event.text
        state.events++
        state.at = event.at
        break
      }
      default:
        throw new Error(`fold ${event.type}: only deltas are folded here`)
    }
  }
  return state.events
}

const foldByStep = (from: State, events: readonly Event[]): State => {
  let state = from
  for (const event of events) state = step(state, event).state
  return state
}

const reduce = async (): Promise<Figure> => {
  const state = streamingState(0)
  const events = deltas(COUNT)
  const { ratio, floor } = await ratioOf(15, () => quiet(() => foldByStep(state, events)), () => quiet(() => foldInPlace(events)))
  return { name: "reduce", ratio, floor: (floor * 1e6) / COUNT, unit: "ns", limit: 5, what: "one delta through step, against a fold that changes one object in place" }
}

/** The heap that 1,000 steps take, where no collection runs between. */
const alloc = async (): Promise<Figure> => {
  const state = streamingState(0)
  const events = deltas(20_000)
  foldByStep(state, events)
  const perEvent: number[] = []
  for (let round = 0; round < 50; round++) {
    collectGarbage()
    const part = events.slice(0, 1000)
    const before = process.memoryUsage().heapUsed
    const last = foldByStep(state, part)
    const used = process.memoryUsage().heapUsed - before
    if (last.name === "CallingLlm" && used > 0) perEvent.push(used / part.length)
  }
  const bytes = perEvent.toSorted((a, b) => a - b)[Math.floor(perEvent.length / 2)] as number
  return { name: "alloc", ratio: bytes / 256, floor: 256, unit: "bytes an event", limit: 1, what: "heap that one delta takes, against 256 bytes" }
}

const growth = async (): Promise<Figure> => {
  const short = streamingState(0)
  const long = streamingState(20_000)
  const events = deltas(COUNT)
  const { ratio, floor } = await ratioOf(15, () => quiet(() => foldByStep(long, events)), () => quiet(() => foldByStep(short, events)))
  return { name: "growth", ratio, floor: (floor * 1e6) / COUNT, unit: "ns", limit: 1.25, what: "one delta after 20,000 messages, against one after none" }
}

const quiet = (work: () => unknown): number => {
  collectGarbage()
  return timed(work)
}
