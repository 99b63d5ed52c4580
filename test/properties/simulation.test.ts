import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { RUNS_FACTOR } from "./holds.ts"
import { campaign, lawOf, medianOf } from "./simulation/campaign.ts"
import { planOf } from "./simulation/draw.ts"
import { runtimeMutants, simulatorWith } from "./simulation/faulty.ts"
import type { Plan, Speech } from "./simulation/plan.ts"
import { shrunk } from "./simulation/shrink.ts"
import { simulate } from "./simulation/simulate.ts"

/** Other seeds than those of the long counts, always the same. */
const FROM = 5_000_000
/** The soak goes through 160 times its factor, thousands of them. */
const SEEDS = RUNS_FACTOR > 1 ? 160 * RUNS_FACTOR : 80

test(`${SEEDS} simulated sessions keep every law, and the same seed gives the same session`, { timeout: 120_000 * RUNS_FACTOR }, async () => {
  const { failures, events } = await campaign(FROM, SEEDS)
  if (failures.length > 0) throw new Error(failures.map(({ story }) => story).join("\n\n"))
  expect(events).toHaveLength(SEEDS)
  expect(medianOf(events)).toBeGreaterThanOrEqual(60)
})

const REGRESSIONS = join(import.meta.dirname, "regressions")

for (const file of readdirSync(REGRESSIONS).filter((name) => name.endsWith(".plan.json"))) {
  test(`what was found once is not found again: ${file.replace(".plan.json", "").replaceAll("-", " ")}`, async () => {
    const { broken } = await simulate(JSON.parse(readFileSync(join(REGRESSIONS, file), "utf8")) as Plan)
    expect(broken?.message).toBeUndefined()
  })
}

/** A fault must show within so many seeds. */
const SEEDS_MAX = 100
/** All of them in the soak; every third otherwise, for each has to be built. */
const shown = runtimeMutants.filter((_, index) => RUNS_FACTOR > 1 || index % 3 === 0)

for (const mutant of shown) {
  test(`a simulation notices a runtime that ${mutant.does}`, { timeout: 120_000 }, async () => {
    const faulty = await simulatorWith(mutant)
    for (let from = 0; from < SEEDS_MAX; from += 5) {
      const { failures } = await faulty.campaign(FROM + from, 5, { shrinks: false })
      if (failures.length === 0) continue
      if (RUNS_FACTOR > 1) console.log(`| ${mutant.does} | ${(failures[0]?.seed ?? 0) - FROM + 1} | ${failures[0]?.law} |`)
      return expect(failures[0]?.law).toContain(mutant.law)
    }
    throw new Error(`all laws held for ${SEEDS_MAX} sessions of a runtime that ${mutant.does}`)
  })
}

test("a seed that breaks a law is told as a story of a few lines, with a plan that shows it again", { timeout: 120_000 }, async () => {
  const early = runtimeMutants.find(({ does }) => does.startsWith("tries again at once"))
  const faulty = await simulatorWith(early!)
  const [failure] = (await faulty.campaign(FROM, 20, { triesMax: 120 })).failures
  expect(failure?.law).toBe("12: a retry waits until it is due")
  expect(failure?.story).toContain("the person says: ")
  expect(failure?.log.split("\n")[0]).toContain('{"loom":1,')
  const { moves, answers, disk, rumours } = failure!.plan
  expect({ moves: moves.length, answers: answers.length, disk, rumours }).toEqual({ moves: 1, answers: 1, disk: [], rumours: [] })
  expect((await simulate(failure!.plan)).broken).toBeNull()
})

/** A long session in which all goes well until an answer near its end stops too early. */
const longPlan = (): Plan => {
  const plans = Array.from({ length: 12 }, (_, index) => planOf(FROM + index))
  const calm = plans.flatMap(({ answers }, index) => withTokens(answers, index)).map((speech): Speech => ({ ...speech, fault: null }))
  const says = plans.flatMap(({ moves }) => moves.filter(({ deed }) => deed.does === "says"))
  return {
    ...planOf(FROM),
    setting: { ...planOf(FROM).setting, mode: "bypass", attended: true, limits: {}, rules: [], files: false },
    moves: says,
    answers: calm.map((speech, index) => (index === LATE ? { ...speech, chunkBytes: 200, fault: { fault: "ends early", at: 0.5 } } : speech)),
    approvals: [],
    disk: [],
    rumours: [],
    checkpoints: [],
    keepers: []
  }
}
const LATE = 60

/** Calls are told apart by their tokens, which each plan begins anew. */
const withTokens = (answers: Plan["answers"], index: number): Plan["answers"] =>
  JSON.parse(JSON.stringify(answers).replaceAll('\\"token\\":\\"', `\\"token\\":\\"${index}/`)) as Plan["answers"]

test.runIf(RUNS_FACTOR > 1)("a failing session of 500 events is made smaller than 30", { timeout: 240_000 }, async () => {
  const hasty = runtimeMutants.find(({ does }) => does.startsWith("takes an answer that ends early"))
  const faulty = await simulatorWith(hasty!)
  const before = await faulty.simulate(longPlan())
  expect(lawOf(before)).toBe("rule 6: an answer that was cut is never taken for a whole one")
  expect(before.known.length).toBeGreaterThan(500)
  const least = await shrunk(longPlan(), async (plan) => lawOf(await faulty.simulate(plan)) === lawOf(before), 300)
  expect((await faulty.simulate(least)).known.length).toBeLessThan(30)
})
