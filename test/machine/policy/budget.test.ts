import { expect, test } from "vitest"
import { addUsage, budgetReached, NO_USAGE, tokensUsed } from "../../../src/machine/policy/budget.ts"
import type { Limits, ReportedUsage, Session, Usage } from "../../../src/machine/session.ts"
import { initial, step, type Step } from "../../../src/machine/step.ts"
import { opening } from "../../properties/harness/opening.ts"
import { asked, called, last, stateAfter, text } from "../talk.ts"

const USED: ReportedUsage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 7, cacheWriteTokens: 3, cost: 50 }

const session = (limits: Partial<Limits>, usage: Partial<Usage> = {}, model = "test:one"): Session => {
  const { session: fresh } = stateAfter("WaitingForInput", [])
  const settings = { ...opening({ limits }).settings, model }
  return { ...fresh, settings, usage: { ...NO_USAGE, ...usage } }
}

test("usage adds up, and an unknown price is counted, not added", () => {
  const twice = addUsage(addUsage(NO_USAGE, USED), { ...USED, cost: "unknown" })
  expect(twice).toEqual({ inputTokens: 200, outputTokens: 40, cacheReadTokens: 14, cacheWriteTokens: 6, cost: 50, unpriced: 1 })
  expect(tokensUsed(twice)).toBe(260)
})

test("a budget that is reached is named, with how to go on", () => {
  expect(budgetReached(session({ tokensMax: 10 }, { inputTokens: 9 }), false)).toBe(null)
  expect(budgetReached(session({ tokensMax: 10 }, { cacheReadTokens: 10 }), false)).toEqual({
    why: "budget-tokens",
    message: "the token budget of 10 is used up; raise it to go on"
  })
  expect(budgetReached(session({ costMax: 2_500_000_000 }, { cost: 2_499_999_999 }), false)).toBe(null)
  expect(budgetReached(session({ costMax: 2_500_000_000 }, { cost: 2_500_000_000 }), false)).toEqual({
    why: "budget-cost",
    message: "the budget of $2.50 is used up; raise it to go on"
  })
})

test("a money budget refuses the first call whose price nobody knows, and says what to do", () => {
  expect(budgetReached(session({ costMax: 1e9 }, {}, "test:two"), false)?.message).toBe(
    "a money budget is set, but the price of test:two is not known; take a model whose price is known, or lift the money budget"
  )
  expect(budgetReached(session({ costMax: 1e9 }, { unpriced: 1 }), false)?.message).toBe(
    "a money budget is set, but the price of an earlier answer is not known; lift the money budget, or begin a new session"
  )
  expect(budgetReached(session({ costMax: 1e9 }, {}, "constructor"), false)?.why).toBe("budget-cost")
  expect(budgetReached(session({}, { unpriced: 1 }, "test:two"), false)).toBe(null)
})

test("steps are asked about for a new step, not for one that is counted", () => {
  const spent = { ...session({ stepsMax: 2 }), step: 2 }
  expect(budgetReached(spent, false)).toEqual({ why: "budget-steps", message: "the turn reached its limit of 2 steps; continue to give it as many again" })
  expect(budgetReached(spent, true)).toBe(null)
})

test("what gathering used counts before the request leaves; the machine before the tenth sent it all the same", () => {
  const usage = { inputTokens: 7, outputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 1 }
  const events = [{ type: "UserInput" as const, parts: text("do it") }, { type: "ContextGathered" as const, effect: 1, fragments: [], usage }]
  const limits = { tokensMax: 10 }
  const waits = last(events, { limits })
  expect([waits.state, waits.actions.map(({ type }) => type)]).toMatchObject([
    { name: "WaitingForInput", why: "budget-tokens" },
    ["DisplayMessage", "RecordDecision", "WaitForInput"]
  ])
  expect(last(events, { limits: { tokensMax: 11 } }).actions.map(({ type }) => type)).toEqual(["SendLlmRequest"])
  const older = events.reduce<Step>((before, event, index) => step(before.state, { ...event, at: index + 1 }), initial({ ...opening({ limits }), machine: 9 }))
  expect(older.actions.map(({ type }) => type)).toEqual(["SendLlmRequest"])
})

test("out of steps the agent waits; going on gives it as many again", () => {
  const events = [...asked("do it"), ...called(["file_read"], 2), { type: "ToolCallsVetted" as const, effect: 3, facts: [] }]
  const waits = last(events, { limits: { stepsMax: 1 } })
  expect(waits.state).toMatchObject({ name: "WaitingForInput", why: "budget-steps" })
  expect(waits.actions.map(({ type }) => type)).toEqual(["DisplayMessage", "RecordDecision", "WaitForInput"])
  expect(last([...events, { type: "ContinueRequested" }], { limits: { stepsMax: 1 } }).actions.map(({ type }) => type)).toEqual(["GatherContext", "RecordDecision"])
})
