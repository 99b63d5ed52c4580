import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Unstamped } from "../../src/effects/emit.ts"
import { firstDivergence, replay } from "../../src/machine/replay.ts"
import { openEffectsOf, violations } from "../../src/machine/invariant.ts"
import type { Said } from "../../src/runtime/session.ts"
import { liveSession, work, type Perform } from "../support/live-session.ts"
import { answerTo, type Choice } from "./harness/answer.ts"
import { closes, startedBy } from "./harness/effects.ts"
import { opening } from "./harness/opening.ts"

const choice: fc.Arbitrary<Choice> = fc.record({ kind: fc.nat(40), a: fc.nat(40), b: fc.nat(40) })

const said: fc.Arbitrary<Said> = fc.oneof(
  { weight: 12, arbitrary: fc.nat(99).map((n): Said => ({ type: "UserInput", parts: [{ type: "text", text: `words ${n}` }] })) },
  { weight: 2, arbitrary: fc.constant<Said>({ type: "InterruptRequested" }) },
  { weight: 2, arbitrary: fc.constant<Said>({ type: "ContinueRequested" }) },
  { weight: 1, arbitrary: fc.constant<Said>({ type: "InputTakenBack" }) },
  { weight: 1, arbitrary: fc.constant<Said>({ type: "SettingsChanged", mode: "bypass" }) },
  { weight: 1, arbitrary: fc.constant<Said>({ type: "ShutdownRequested" }) }
)

/** Lets one thing happen after another, in the order the scheduler draws, until nothing is left that could. */
const playOut = async (scheduler: fc.Scheduler): Promise<void> => {
  for (let happened = 0; happened < HAPPENINGS_MAX; happened++) {
    for (let turns = 0; turns < 4; turns++) await new Promise((resolve) => setImmediate(resolve))
    if (scheduler.count() === 0) return
    await scheduler.waitOne()
  }
}

/** So much of an answer at most, then it is complete. */
const PIECES_MAX = 8

/** A model that always fails in passing would be asked for ever. */
const HAPPENINGS_MAX = 150

const runs = 60 * Number(process.env["LOOM_RUNS"] ?? 1)

test("law 29: any interleaving of the real runner gives a log that replays to the live state, action by action", async () => {
  const lengths: number[] = []
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(choice, { minLength: 20, maxLength: 80 }), fc.array(said, { minLength: 6, maxLength: 16 }), async (scheduler, choices, person) => {
      let next = 0
      const pieces = (count: number): readonly Choice[] => Array.from({ length: count }, () => choices[next++ % choices.length] as Choice)
      const perform: Perform = (action, state, emit) =>
        startedBy(action).map((open) =>
            work(
              open.effect,
              Effect.gen(function*() {
                for (const piece of pieces(PIECES_MAX)) {
                  yield* Effect.promise(() => scheduler.schedule(Promise.resolve(), `${open.by} ${open.effect}`))
                  const { at: _, ...answer } = answerTo(open, state, 0, piece)
                  emit(answer as Unstamped)
                  if (closes(answer.type)) return
                }
                if (open.by === "SendLlmRequest") emit({ type: "LlmCompleted", effect: open.effect, stop: "end" })
              })
            )
          )
      await Effect.runPromise(
        Effect.scoped(
          Effect.gen(function*() {
            const { session, rows } = yield* liveSession(opening({ settings: { mode: "auto" } }), perform)
            for (const words of person) {
              yield* Effect.forkScoped(
                Effect.andThen(Effect.promise(() => scheduler.schedule(Promise.resolve(), words.type)), Effect.ignore(session.say(words)))
              )
            }
            yield* Effect.promise(() => playOut(scheduler))
            yield* Effect.ignore(session.say({ type: "InputTakenBack" }))
            const written = yield* rows
            lengths.push(written.length)
            expect(firstDivergence(written)).toBeNull()
            const state = session.state()
            expect(replay(written.map(({ event }) => event))).toEqual(state)
            expect(written.map(({ n }) => n)).toEqual(written.map((_, index) => index + 1))
            expect(violations(state)).toEqual([])
            expect(openEffectsOf(state).every((effect) => effect <= state.session.effect)).toBe(true)
          })
        )
      )
    }),
    { numRuns: runs }
  )
  expect(lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)]).toBeGreaterThan(10)
})
