import { expect, test } from "vitest"
import { allLaws, wholeLaw } from "./harness/all-laws.ts"
import { search } from "./harness/search.ts"
import { SEED } from "./holds.ts"
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
const RUNS_MAX = 4000

for (const mutant of mutants) {
  test(`law ${mutant.law} notices a machine that ${mutant.does}`, async () => {
    const found = search(wholeLaw(mutant.law), { runs: RUNS_MAX, seed: SEED, subject: await machineWith(mutant), shrink: false })
    if (found === null) throw new Error(`law ${mutant.law} held for ${RUNS_MAX} sessions of a machine that ${mutant.does}`)
    if (process.env["LOOM_RUNS"] !== undefined) console.log(`| ${mutant.law} | ${mutant.does} | ${found.runs} |`)
  })
}

test("every law has a mutant that it notices", () => {
  const guarded = new Set(mutants.map(({ law }) => law))
  expect(allLaws.map(({ id }) => id).filter((id) => !guarded.has(id))).toEqual([])
})
