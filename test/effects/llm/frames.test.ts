import fc from "fast-check"
import { expect, test } from "vitest"
import { FRAME_LETTERS, framer, merge } from "../../../src/effects/llm/frames.ts"
import { isEnd, type Delta, type Piece } from "../../../src/effects/llm/piece.ts"
import type { Event } from "../../../src/machine/event.ts"
import type { State } from "../../../src/machine/state.ts"
import { initial, step } from "../../../src/machine/step.ts"
import { OPENED } from "./session.ts"

const usage = fc.record({
  inputTokens: fc.nat(9),
  outputTokens: fc.nat(9),
  cacheReadTokens: fc.nat(9),
  cacheWriteTokens: fc.nat(9),
  cost: fc.oneof(fc.nat(9), fc.constant("unknown" as const))
})
const words = fc.constantFrom("", "a", "bc", "ä👀", "x".repeat(700))
const delta: fc.Arbitrary<Delta> = fc.oneof(
  fc.record({ type: fc.constant("LlmTextDelta" as const), text: words, usage }, { requiredKeys: ["type", "text"] }),
  fc.record({ type: fc.constant("LlmThinkingDelta" as const), text: words, signature: fc.constant("s"), usage }, { requiredKeys: ["type", "text"] }),
  fc.constant({ type: "LlmThinkingDelta" as const, text: "", signature: "hidden", redacted: true }),
  fc.record(
    { type: fc.constant("LlmToolCallDelta" as const), index: fc.nat(2), arguments: words, name: fc.constant("n"), usage },
    { requiredKeys: ["type", "index", "arguments"] }
  )
)
/** Pieces, and after which of them somebody flushes because the time is up. */
const stream = fc.array(fc.tuple(delta, fc.boolean()), { maxLength: 30 })

const framesOf = (told: readonly (readonly [Piece, boolean])[]): readonly Piece[] => {
  const frames: Piece[] = []
  const { push, flush } = framer((frame) => frames.push(frame), () => {})
  for (const [piece, late] of told) {
    push(piece)
    if (late) flush()
  }
  flush()
  return frames
}

/** A session that waits for an answer, and the effect it waits for. */
const streaming = (): { readonly state: State; readonly effect: number } => {
  let state: State = initial(OPENED).state as State
  state = step(state, { type: "UserInput", at: 1, parts: [{ type: "text", text: "hi" }] }).state
  if (state.name !== "CallingLlm") throw new Error(`expected CallingLlm, not ${state.name}`)
  state = step(state, { type: "ContextGathered", at: 2, effect: state.call.effect, fragments: [] }).state
  if (state.name !== "CallingLlm" || state.call.stage.name !== "streaming") throw new Error("expected a streaming call")
  return { state, effect: state.call.effect }
}

const after = (pieces: readonly Piece[]): State => {
  const { state, effect } = streaming()
  return [...pieces, { type: "LlmCompleted", stop: "tool-calls" } as Piece].reduce(
    (now, piece) => step(now, { ...piece, effect, at: 3 } as Event).state,
    state
  )
}

/** Proves MODELS-5. */
test("merging neighbouring deltas changes nothing for the machine, whenever frames are flushed (law 22)", () => {
  fc.assert(
    fc.property(stream, (told) => {
      expect(after(framesOf(told))).toEqual(after(told.map(([piece]) => piece)))
    }),
    { numRuns: 400 }
  )
})

test("neighbours that could be one frame are one, unless it is large", () => {
  fc.assert(
    fc.property(stream, (told) => {
      const frames = framesOf(told.map(([piece]) => [piece, false] as const)) as readonly Delta[]
      const apart = frames.slice(1).filter((frame, index) => {
        const before = frames[index]
        return before !== undefined && JSON.stringify(before).length < FRAME_LETTERS && merge(before, frame) !== null
      })
      expect(apart).toEqual([])
    })
  )
})

test("a frame is given on once it is large, an end at once with all that came before it", () => {
  const text = (letters: number): Piece => ({ type: "LlmTextDelta", text: "x".repeat(letters) })
  const frames: Piece[] = []
  let waiting = 0
  const { push } = framer((frame) => frames.push(frame), () => (waiting += 1))
  push(text(FRAME_LETTERS - 1))
  expect([frames.length, waiting]).toEqual([0, 1])
  push(text(1))
  expect([frames, waiting]).toEqual([[text(FRAME_LETTERS)], 1])
  push(text(3))
  push({ type: "LlmCompleted", stop: "end" })
  expect([frames.slice(1), waiting]).toEqual([[text(3), { type: "LlmCompleted", stop: "end" }], 2])
  expect(frames.filter(isEnd).length).toBe(1)
})
