import fc from "fast-check"
import { expect, test } from "vitest"
import { triples } from "../../src/machine/chart.ts"
import { plans } from "./harness/arbitrary.ts"
import { machine } from "./harness/machine.ts"
import { play, settled } from "./harness/play.ts"
import { holds, SEED } from "./holds.ts"

holds("30")

/** Sessions enough that the rarest cell is met several times. */
const SESSIONS = 6000

test("law 30: every (state, event, next) of the chart is reached, and none outside it", () => {
  const taken = new Map<string, number>()
  for (const plan of fc.sample(plans, { numRuns: SESSIONS, seed: SEED })) {
    for (const { event, before, step } of settled(machine, play(machine, plan, []), []).rows) {
      if (before === null || step.outcome !== "ok") continue
      const triple = `${before.name} ${event.type} ${step.state.name}`
      taken.set(triple, (taken.get(triple) ?? 0) + 1)
    }
  }
  expect([...taken.keys()].toSorted()).toEqual(triples().map((triple) => triple.join(" ")).toSorted())
})
