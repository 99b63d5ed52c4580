import { expect, test } from "vitest"
import { allLaws, wholeLaw } from "./harness/all-laws.ts"
import { search } from "./harness/search.ts"
import { RUNS_FACTOR, SEED } from "./holds.ts"
import { effectMutants } from "./mutants/effects.ts"
import { machineWith, type Mutant } from "./mutants/mutant.ts"
import { replayMutants } from "./mutants/replay.ts"
import { restMutants } from "./mutants/rest.ts"
import { retryMutants } from "./mutants/retry.ts"
import { toolMutants } from "./mutants/tools.ts"
import { transcriptMutants } from "./mutants/transcript.ts"
import { windowMutants } from "./mutants/window.ts"

const mutants: readonly Mutant[] = [...replayMutants, ...effectMutants, ...transcriptMutants, ...toolMutants, ...retryMutants, ...windowMutants, ...restMutants]

/** The most sessions a law may need to notice. */
const RUNS_MAX = 4000 * RUNS_FACTOR

for (const mutant of mutants) {
  test(`law ${mutant.law} notices a machine that ${mutant.does}`, async () => {
    const found = search(wholeLaw(mutant.law), { runs: RUNS_MAX, seed: SEED, subject: await machineWith(mutant), shrink: false })
    if (found === null) throw new Error(`law ${mutant.law} held for ${RUNS_MAX} sessions of a machine that ${mutant.does}`)
    if (process.env["LOOM_RUNS"] !== undefined) console.log(`| ${mutant.law} | ${mutant.does} | ${found.runs} |`)
  })
}

test("a law that is broken is told with its number, its seed and the shortest story", async () => {
  const forgetful = mutants.find(({ does }) => does === "does not cancel the hook when interrupted") as Mutant
  const found = search(wholeLaw("9"), { runs: RUNS_MAX, seed: SEED, subject: await machineWith(forgetful) })
  expect(found?.report.replace(/seed \d+, path [\d:]+/, "seed N, path N").replace(/call 0[^:]*/, "call 0 TOOL")).toBe(
    [
      "law 9 is broken: the state knows exactly the open effects: no leak, no ghost",
      "  WaitingForInput says [], the world has [5], after InterruptRequested in PostToolsHook",
      "  seed N, path N; the shortest story:",
      "    1. session s opened with test:one, 4 tools",
      "    2. the person says: words 1",
      "    3. nothing to gather",
      "    4. call 0 TOOL: {}",
      "    5. answer 2 is complete (end)",
      "    6. 1 call vetted: may change",
      "    7. 4 ended ok: done",
      "    8. the person interrupts"
    ].join("\n")
  )
})

test("every law has a mutant that it notices", () => {
  const guarded = new Set(mutants.map(({ law }) => law))
  expect(allLaws.map(({ id }) => id).filter((id) => !guarded.has(id))).toEqual([])
})
