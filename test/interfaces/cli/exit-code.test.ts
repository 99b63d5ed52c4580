import { expect, test } from "vitest"
import { exitCodeOf } from "../../../src/interfaces/cli/exit-code.ts"
import type { WaitingReason } from "../../../src/machine/state.ts"
import { gathered, lastState, play, userSays } from "../story.ts"

const resting = (why: WaitingReason) => ({ ...lastState(play([userSays("x"), gathered, { type: "InterruptRequested" }])), why }) as ReturnType<typeof lastState>

test("a run that did not complete never leaves with 0", () => {
  const codes = Object.fromEntries(
    (["completed", "interrupted", "cut-short", "refused", "stopped-by-hook", "budget-steps", "budget-tokens", "budget-cost"] as const).map((why) => [why, exitCodeOf(resting(why), 0)])
  )
  expect(codes).toEqual({
    completed: 0,
    interrupted: 130,
    "cut-short": 1,
    refused: 1,
    "stopped-by-hook": 1,
    "budget-steps": 3,
    "budget-tokens": 3,
    "budget-cost": 3
  })
  expect(exitCodeOf(lastState(play([userSays("x"), gathered, { type: "LlmFailed", failure: "permanent", message: "no" }])), 0)).toBe(1)
  expect(exitCodeOf(lastState(play([{ type: "ShutdownRequested" }])), 0)).toBe(130)
})

test("what nobody could approve is told by the exit code, even where the model came to an end", () => {
  expect([exitCodeOf(resting("completed"), 1), exitCodeOf(resting("interrupted"), 1), exitCodeOf(resting("budget-steps"), 1)]).toEqual([4, 130, 3])
})
