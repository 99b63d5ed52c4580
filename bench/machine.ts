import type { Event } from "../src/machine/event.ts"
import { step } from "../src/machine/step.ts"
import type { State } from "../src/machine/state.ts"
import { collectGarbage, median, bestRatioOf, timed, type Measure } from "./measure.ts"
import { deltas, streamingState } from "./sessions.ts"

/** The machine by itself: what a delta costs, what it allocates, and whether that grows with the session. */

/** One long answer, so many times over. */
const DELTAS = 20_000
const ANSWERS = 10

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

export const reduce: Measure = async (size) => {
  const state = streamingState(0)
  const events = deltas(size.count(DELTAS))
  const { ratio, floor } = await bestRatioOf(size.rounds(31), () => answers(() => foldByStep(state, events)), () => answers(() => foldInPlace(events)))
  return [{ name: "reduce", ratio, floor: perDelta(floor, events), unit: "ns", limit: 5, what: "one delta through step, against a fold that changes one object in place" }]
}

const PART = 1000
const ROUNDS = 50

/** The heap that 1,000 steps take, where no collection runs between. */
export const alloc: Measure = async (size) => {
  const state = streamingState(0)
  const events = deltas(size.count(20_000))
  foldByStep(state, events)
  const perEvent: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    collectGarbage()
    const part = events.slice(0, PART)
    const before = process.memoryUsage().heapUsed
    const last = foldByStep(state, part)
    const used = process.memoryUsage().heapUsed - before
    if (last.name === "CallingLlm" && used > 0) perEvent.push(used / part.length)
  }
  return [{ name: "alloc", ratio: median(perEvent) / 256, floor: 256, unit: "bytes", limit: 1, what: "heap that one delta takes, against 256 bytes" }]
}

const MESSAGES = 20_000

export const growth: Measure = async (size) => {
  const short = streamingState(0)
  const long = streamingState(size.count(MESSAGES))
  const events = deltas(size.count(DELTAS))
  const { ratio, floor } = await bestRatioOf(size.rounds(31), () => answers(() => foldByStep(long, events)), () => answers(() => foldByStep(short, events)))
  return [{ name: "growth", ratio, floor: perDelta(floor, events), unit: "ns", limit: 1.25, what: "one delta after 20,000 messages, against one after none" }]
}

const answers = (fold: () => unknown): number => {
  collectGarbage()
  return timed(() => {
    for (let answer = 0; answer < ANSWERS; answer++) fold()
  })
}

const perDelta = (ms: number, events: readonly Event[]): number => (ms * 1e6) / (events.length * ANSWERS)
