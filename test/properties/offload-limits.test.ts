import fc from "fast-check"
import { expect, test } from "vitest"
import { machine } from "./harness/machine.ts"
import { heaviest, playLimits, type LimitPlan } from "./offload/limits.ts"
import { machineWith, mutant } from "./mutants/mutant.ts"
import { RUNS_FACTOR, SEED } from "./holds.ts"

/**
 * Offloading driven to its limits: windows from 2 k to 1 M tokens and of none at all, smaller than one message, everything in one
 * turn, huge results, images, queued input, overflow, keepers that fail, interruptions and restarts while it offloads.
 */

const size = fc.constantFrom(0, 3, 40, 700, 9_000, 120_000, 2_000_000)
const small = fc.constantFrom(0, 3, 40, 700, 9_000)

const stepPlan = fc.record({
  calls: fc.integer({ min: 0, max: 4 }),
  words: small,
  result: fc.oneof({ weight: 4, arbitrary: small }, { weight: 1, arbitrary: size }),
  mishap: fc.constantFrom("none", "none", "none", "none", "overflow", "overflow twice", "queued", "interrupted", "restarted", "transient")
})

const turnPlan = fc.record({
  words: fc.oneof({ weight: 4, arbitrary: small }, { weight: 1, arbitrary: size }),
  images: fc.constantFrom(0, 0, 0, 1, 5),
  gathered: small,
  steps: fc.oneof({ weight: 4, arbitrary: fc.array(stepPlan, { maxLength: 4 }) }, { weight: 1, arbitrary: fc.array(stepPlan, { maxLength: 24 }) }),
  frees: fc.constantFrom(false, false, false, true)
})

const plans: fc.Arbitrary<LimitPlan> = fc.record({
  windowTokens: fc.oneof(fc.integer({ min: 2_048, max: 1_048_576 }), fc.constantFrom(2_048, 4_096, 32_768, 1_048_576)),
  limits: fc.constantFrom({}, {}, {}, { windowTokensMax: 0 }, { windowTokensMax: 1 }, { offloadPercent: 1 }, { offloadPercent: 100 }, { answerTokensMin: 2_000_000 }),
  keepers: fc.array(fc.constantFrom("kept", "kept", "kept", "kept", "fails", "nameless", "interrupted", "restarted"), { minLength: 1, maxLength: 7 }),
  tools: fc.boolean(),
  turns: fc.array(turnPlan, { minLength: 1, maxLength: 12 })
})

const RUNS = 250

test(
  "whatever the window and whatever goes wrong: no call is parted from its result, nothing leaves twice or not at all, and offloading ends (CONTEXT-15)",
  { timeout: 60_000 * RUNS_FACTOR },
  () => {
    const seen = { offloads: 0, requests: 0 }
    fc.assert(
      fc.property(plans, (plan) => {
        const played = playLimits(machine, plan)
        seen.offloads += played.offloads
        seen.requests += played.requests
      }),
      { numRuns: RUNS * RUNS_FACTOR, seed: SEED }
    )
    expect([seen.offloads > RUNS, seen.requests > 4 * RUNS]).toEqual([true, true])
  }
)

test("a hundred results of a megabyte in one turn, in the smallest window: each leaves as soon as it may", () => {
  const { requestTokens, offloads } = playLimits(machine, heaviest)
  expect(offloads).toBe(100)
  // The two results of the step that is being worked on stay, and nothing before it.
  expect(Math.max(...requestTokens)).toBeLessThan(700_000)
})

const FAULTS = [
  mutant("33", "parts a call from its result", "policy/offload.ts", 'if (entry.type === "results") return false\n', 'if (entry.type === "results") return true\n'),
  mutant("33", "never lets a step of the open turn leave", "policy/offload.ts", ' || (entry.type === "assistant" && entry.turn === latest)', ""),
  mutant("33", "stores one entry less than leaves", "states/calling-llm.ts", "moveWindow(counted, stage.to, event.keeper)", "moveWindow(counted, stage.to + 1, event.keeper)"),
  mutant("33", "moves the window although the keeper failed", "states/calling-llm.ts", "const ok = event.ok && event.keeper !== undefined", "const ok = true"),
  mutant("33", "offloads from the beginning each time", "transitions.ts", "from: next.window.base, to: stage.to }", "from: 0, to: stage.to }"),
  mutant("33", "offloads for ever", "states/calling-llm.ts", "counted: stage.counted }, told, ok)", "counted: stage.counted }, told, true)"),
  mutant("33", "frees no more than it must where all was asked for", "policy/offload.ts", 'if (howMuch === "enough" && tokensOf', "if (tokensOf"),
  mutant("33", "takes no heed of the share", "policy/offload.ts", "const share = limits.offloadPercent ??", "const share = limits.offloadPercent === undefined ? 400 :")
]

test.each(FAULTS.map((fault) => [fault.does, fault] as const))("would notice a machine that %s", async (_, fault) => {
  const subject = await machineWith(fault)
  const details = fc.check(fc.property(plans, (plan) => void playLimits(subject, plan)), { numRuns: 400, seed: SEED, endOnFailure: true })
  expect(details.failed).toBe(true)
})
