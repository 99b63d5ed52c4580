import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { FRAME_MS } from "../../../src/effects/llm/frames.ts"
import { Llm } from "../../../src/effects/llm/llm.ts"
import type { OnPiece, Piece } from "../../../src/effects/llm/piece.ts"
import { hashRequest } from "../../../src/effects/llm/request-hash.ts"
import { askModel } from "../../../src/effects/llm/runner.ts"
import type { SendLlmRequest } from "../../../src/machine/action.ts"
import { MODELS, requestOf } from "./support.ts"

const request = requestOf(MODELS.anthropic)
const action: SendLlmRequest = { type: "SendLlmRequest", effect: 7, model: request.model, attempt: 1, step: 1, from: 0, to: 1 }
const started = { type: "LlmStarted", effect: 7, hash: hashRequest(request) }
const done: Piece = { type: "LlmCompleted", stop: "end" }
const text = (said: string): Piece => ({ type: "LlmTextDelta", text: said })

/** A model that does with its listener what the test says. */
const model = (ask: (on: OnPiece) => Effect.Effect<void>): Layer.Layer<Llm> => Layer.succeed(Llm, Llm.of({ ask: (_, on) => ask(on) }))
const speaking = (...pieces: readonly Piece[]) => model((on) => Effect.sync(() => pieces.forEach(on)))

const run = async (llm: Layer.Layer<Llm>): Promise<readonly Unstamped[]> => {
  const events: Unstamped[] = []
  await Effect.runPromise(Effect.provide(askModel(action, request, (event) => events.push(event)), llm))
  return events
}

test("the hash comes before the request leaves, then frames with the effect's number, then the end", async () => {
  const events: Unstamped[] = []
  const before: number[] = []
  const llm = model((on) => Effect.sync(() => [before.push(events.length), on(text("a")), on(text("b")), on(done)]))
  await Effect.runPromise(Effect.provide(askModel(action, request, (event) => events.push(event)), llm))
  expect(before).toEqual([1])
  expect(events).toEqual([started, { type: "LlmTextDelta", effect: 7, text: "ab" }, { type: "LlmCompleted", effect: 7, stop: "end" }])
})

test("after an end nothing more is said, whatever the model does", async () => {
  const events = await run(speaking(text("a"), done, text("late"), done))
  expect(events.map(({ type }) => type)).toEqual(["LlmStarted", "LlmTextDelta", "LlmCompleted"])
})

test("a model that stops without an end has failed, and may be asked again", async () => {
  const events = await run(speaking(text("a")))
  expect(events.slice(1)).toMatchObject([{ text: "a" }, { type: "LlmFailed", failure: "transient", effect: 7 }])
})

test("a driver that breaks is a permanent failure, not the end of the session", async () => {
  const events = await run(model((on) => Effect.sync(() => on(text("a"))).pipe(Effect.andThen(Effect.die(new Error("oops"))))))
  expect(events.slice(1)).toMatchObject([{ text: "a" }, { type: "LlmFailed", failure: "permanent", message: expect.stringContaining("oops") as string }])
})

test("a frame waits no longer than its time, and frames go on while the model is silent", async () => {
  const events: Unstamped[] = []
  const llm = model((on) =>
    Effect.gen(function*() {
      on(text("a"))
      on(text("b"))
      yield* Effect.sleep(100)
      on(text("c"))
      yield* Effect.sleep(FRAME_MS / 2)
      on(text("d"))
      return yield* Effect.never
    })
  )
  const story = Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(askModel(action, request, (event) => events.push(event)))
    yield* TestClock.adjust(FRAME_MS - 1)
    expect(events.length).toBe(1)
    yield* TestClock.adjust(1)
    expect(events.slice(1)).toEqual([{ type: "LlmTextDelta", effect: 7, text: "ab" }])
    yield* TestClock.adjust(100)
    expect(events.slice(2)).toEqual([{ type: "LlmTextDelta", effect: 7, text: "cd" }])
    yield* Fiber.interrupt(fiber)
  })
  await Effect.runPromise(story.pipe(Effect.provide(llm), Effect.provide(TestClock.layer())))
})

/** Proves MODELS-5. */
test("interrupted, it gives all that was received and no end", async () => {
  const events: Unstamped[] = []
  const llm = model((on) => Effect.sync(() => [on(text("a")), on({ type: "LlmThinkingDelta", text: "b" })]).pipe(Effect.andThen(Effect.never)))
  const story = Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(askModel(action, request, (event) => events.push(event)), { startImmediately: true })
    yield* Effect.yieldNow
    yield* Fiber.interrupt(fiber)
  })
  await Effect.runPromise(Effect.provide(story, llm))
  expect(events).toEqual([started, { type: "LlmTextDelta", effect: 7, text: "a" }, { type: "LlmThinkingDelta", effect: 7, text: "b" }])
})

test("the hash is that of the request as JSON", () => {
  expect(hashRequest({ model: "m", parameters: { outputTokensMax: 1 }, system: "", tools: [], messages: [] })).toBe(
    "1dec8c5976aa299c3db94f177bbd75586d452036af3b08775727750df7c80ce8"
  )
})
