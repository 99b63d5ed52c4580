import { test } from "vitest"
import { lawsOf } from "./harness/all-laws.ts"
import { search } from "./harness/search.ts"

/** How many times more than usual to run: `npm run soak` sets it. */
export const RUNS_FACTOR = Math.max(1, Number(process.env["LOOM_RUNS"] ?? 1))
/** The same sessions every time, but for a soak, which looks for others. */
export const SEED = Number(process.env["LOOM_SEED"] ?? (RUNS_FACTOR > 1 ? Date.now() % 0x7fffffff : 20_260_731))

const RUNS = 400

/** A law holds in every random session; each of its sentences is a test of its own. */
export const holds = (id: string, runs = RUNS): void => {
  for (const law of lawsOf(id)) {
    test(`law ${law.id}: ${law.words}`, { timeout: 60_000 * RUNS_FACTOR }, () => {
      const found = search(law, { runs: runs * RUNS_FACTOR, seed: SEED })
      if (found !== null) throw new Error(found.report)
    })
  }
}
