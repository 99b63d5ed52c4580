import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Llm } from "../../../src/effects/llm/llm.ts"
import { isEnd, type Piece } from "../../../src/effects/llm/piece.ts"
import { hashRequest } from "../../../src/effects/llm/request-hash.ts"
import type { Event } from "../../../src/machine/event.ts"
import type { CanonicalRequest } from "../../../src/machine/request.ts"
import { startModelServer, type ModelServer } from "../../support/model-server/server.ts"
import { OPENED } from "./session.ts"
import { blocksOf, configOf, MODELS, noBlobs, requestOf, says, WIRES } from "./support.ts"

/** The same conversation with every layer: one answer, and a second that never ends. */
interface Subject {
  readonly name: string
  readonly model: string
  readonly layer: () => Layer.Layer<Llm>
}
const first = (model: string): CanonicalRequest => requestOf(model, says("user", "hello"))
const second = (model: string): CanonicalRequest => requestOf(model, says("user", "hello"), says("assistant", "hi there"), says("user", "go on"))

const servers: ModelServer[] = []
beforeAll(async () => {
  for (const wire of WIRES) {
    const answer = { blocks: [{ type: "text", text: "hi there" } as const], deltaBytes: 2 }
    servers.push(await startModelServer({ wire, answer: (_, index) => (index === 0 ? answer : { fault: "stall", after: 60, answer }) }))
  }
})
afterAll(() => Promise.all(servers.map((server) => server.close())))

const recording = (model: string): readonly Event[] => [
  OPENED,
  { type: "LlmStarted", at: 1, effect: 1, hash: hashRequest(first(model)) },
  { type: "LlmTextDelta", at: 1, effect: 1, text: "hi " },
  { type: "LlmTextDelta", at: 1, effect: 1, text: "there" },
  { type: "LlmCompleted", at: 1, effect: 1, stop: "end" },
  { type: "LlmStarted", at: 2, effect: 2, hash: hashRequest(second(model)) }
]

const subjects: readonly Subject[] = [
  ...WIRES.map((wire, index) => ({
    name: `layerProviders over ${wire}`,
    model: MODELS[wire],
    layer: () => Llm.layerProviders({ config: configOf(wire, servers[index]?.url ?? ""), resolveBlob: noBlobs, warm: MODELS[wire] })
  })),
  {
    name: "layerScripted",
    model: "scripted:x",
    layer: () =>
      Llm.layerScripted({
        chunkBytes: 2,
        answers: [
          { chunkMs: 0, blocks: [{ type: "text", text: "hi there" }] },
          { chunkMs: 3_600_000, blocks: [{ type: "text", text: "never" }] }
        ]
      })
  },
  { name: "layerRecorded", model: "scripted:x", layer: () => Llm.layerRecorded(recording("scripted:x")) }
]

describe.each(subjects)("$name keeps what Llm promises", ({ model, layer }) => {
  test("deltas, then exactly one end; interrupted, no end, at once", async () => {
    const answered: Piece[] = []
    const interrupted: Piece[] = []
    const story = Effect.gen(function*() {
      const llm = yield* Llm
      yield* llm.ask(first(model), (piece) => answered.push(piece))
      const fiber = yield* Effect.forkChild(
        llm.ask(second(model), (piece) => interrupted.push(piece)),
        { startImmediately: true }
      )
      yield* Effect.sleep(10)
      yield* Fiber.interrupt(fiber)
    })
    await Effect.runPromise(Effect.provide(story, layer()))
    expect(blocksOf(answered)).toEqual(["text: hi there"])
    expect(answered.map(isEnd)).toEqual([...answered.slice(1).map(() => false), true])
    expect(answered.length).toBeGreaterThan(2)
    expect(interrupted.filter(isEnd)).toEqual([])
  })
})
