import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { describe, expect, test } from "vitest"
import type { Keeper } from "../../../src/effects/context/keeper.ts"
import { Keepers } from "../../../src/effects/context/keepers.ts"
import { KeptReader, type Reading } from "../../../src/effects/context/kept-reader.ts"
import { summarize } from "../../../src/effects/context/summary.ts"
import { problem, type Problem } from "../../../src/effects/os/problem.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"

const keeper = (session: string): Keeper => ({
  name: `${session}/0-1`,
  session,
  project: "/w",
  from: 0,
  to: 1,
  topic: "",
  hash: "",
  at: 1,
  messages: [{ number: 0, speaker: "the person", text: "words", words: "", repeats: false }]
})

describe.each([
  ["in memory", Keepers.layerMemory],
  ["in the database", Layer.orDie(Layer.provide(Keepers.layerSql, layerSqlite({ file: ":memory:" })))]
] as const)("keepers %s", (_, layer) => {
  const run = <A, E>(use: (keepers: Keepers["Service"]) => Effect.Effect<A, E, Keepers>): Promise<A> => Effect.runPromise(Effect.provide(Effect.flatMap(Keepers, use), layer))

  test("a summary that failed or was broken off is begun again with the next one, three times at most (CONTEXT-9)", async () => {
    const asked: string[] = []
    const owed: number[] = []
    const says: Effect.Effect<Reading, Problem>[] = []
    const usage = { inputTokens: 7, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0 }
    const reader: KeptReader = {
      model: "m:1",
      weak: true,
      windowTokens: 9000,
      ask: (words) => Effect.suspend(() => (asked.push(/keeper (\S+)\.\n/.exec(words)?.[1] ?? words), says.shift() ?? Effect.succeed({ text: "in short", why: null, usage }))),
      owe: ({ inputTokens }) => void owed.push(inputTokens)
    }
    const seen = await run((keepers) =>
      Effect.gen(function*() {
        const [a, b, c, d, never] = [keeper("a"), keeper("b"), keeper("c"), keeper("d"), keeper("never")]
        for (const one of [a, b, c, d, never]) yield* keepers.keep(one)
        const heard: (readonly string[])[] = []
        const next = (one: Keeper, ...answers: typeof says) =>
          Effect.gen(function*() {
            says.push(...answers)
            const fiber = yield* Effect.forkChild(Effect.provideService(summarize(keepers, one), KeptReader, () => reader), { startImmediately: true })
            yield* Effect.yieldNow
            if (one === b) yield* Fiber.interrupt(fiber)
            else yield* Fiber.join(fiber)
            heard.push(asked.splice(0))
          })
        const failed = Effect.fail(problem("it is away"))
        const empty = Effect.succeed({ text: " ", why: null, usage })
        yield* next(a, failed)
        yield* next(b, Effect.never)
        yield* next(c, failed, empty, failed)
        yield* next(d, failed, empty, failed)
        yield* next(d)
        return [heard, yield* Effect.forEach([a, b, c, d, never], keepers.summary)]
      })
    )
    expect([seen, owed]).toEqual([
      [
        [["a/0-1"], ["b/0-1"], ["c/0-1", "a/0-1", "b/0-1"], ["d/0-1", "a/0-1", "b/0-1"], ["d/0-1", "c/0-1"]],
        [null, null, "in short", "in short", null]
      ],
      [7, 7, 7, 7]
    ])
  })
})
