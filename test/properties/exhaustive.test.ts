import { expect, test } from "vitest"
import { triples } from "../../src/machine/chart.ts"
import { partingOf, type Parting } from "./exhaustive/futures.ts"
import { rareMutants } from "./exhaustive/mutants.ts"
import { longLoops, wideBatches, type Scope } from "./exhaustive/scope.ts"
import { search, tell, type Found } from "./exhaustive/search.ts"
import { machine } from "./harness/machine.ts"
import { machineWith } from "./mutants/mutant.ts"

/*
 * Law 31: from the opening, with small data, every reachable situation and every edge satisfies the laws of one edge.
 * `LOOM_SOAK=1` searches the full scopes: minutes instead of seconds.
 */

const size = process.env["LOOM_SOAK"] === "1" ? "full" : "small"
const scopes: readonly Scope[] = [wideBatches(size), longLoops(size)]
const TIME_MS = 1_800_000

/** One in so many of the situations that were there before is compared with the first of its key. */
const SAMPLE = 500

const taken = new Set<string>()

/** Searches a scope to its end. Errors: throws with the shortest story where a law breaks. */
const searched = (scope: Scope): Found & { readonly compared: number; readonly partings: readonly Parting[] } => {
  const partings: Parting[] = []
  let met = 0
  let compared = 0
  const found = search(scope, machine, (first, other) => {
    if (met++ % SAMPLE !== 0) return
    compared++
    const parting = partingOf(first, other, scope, machine)
    if (parting !== null) partings.push(parting)
  })
  if (found.broken !== null) throw new Error(tell(found.broken))
  for (const triple of found.triples) taken.add(triple)
  console.log(`law 31, ${scope.name}: ${found.situations} situations, ${found.edges} edges, ${found.depth} moves deep, every law held`)
  return { ...found, compared, partings }
}

for (const scope of scopes) {
  test(`law 31: every edge of the ${scope.name} satisfies the laws, to a fixpoint; what has one key has one future`, { timeout: TIME_MS }, () => {
    const { situations, compared, partings } = searched(scope)
    expect(situations).toBeGreaterThan(20_000)
    expect(compared).toBeGreaterThan(100)
    // Which entries an offload leaves behind is all that the key does not keep; it is rare, and every amount is tried elsewhere.
    expect(partings.filter(({ event }) => event !== "ContextOffloaded")).toEqual([])
    expect(partings.length).toBeLessThan(compared / 100)
  })
}

test("law 30: the scopes together take every (state, event, next) of the chart, and none outside it", () => {
  expect([...taken].toSorted()).toEqual(triples().map((triple) => triple.join(" ")).toSorted())
})

for (const { mutant, scope } of rareMutants) {
  test(`law ${mutant.law} notices a machine that ${mutant.does}, and tells the shortest story`, async () => {
    const { broken } = search(scope, await machineWith(mutant))
    expect(broken?.law).toBe(mutant.law)
    expect(broken?.story.length).toBeLessThan(16)
    expect(tell(broken as NonNullable<typeof broken>)).toMatch(/^law .*\n {2}1\. the /)
  })
}
