import { expect, test } from "vitest"
import { campaign, medianOf } from "./simulation/campaign.ts"

/** Other seeds than those of the long counts, always the same. */
const FROM = 5_000_000
const SEEDS = 300

test(`${SEEDS} simulated sessions keep every law, and the same seed gives the same session`, { timeout: 120_000 }, async () => {
  const { failures, events } = await campaign(FROM, SEEDS)
  if (failures.length > 0) throw new Error(failures.map(({ story }) => story).join("\n\n"))
  expect(events).toHaveLength(SEEDS)
  expect(medianOf(events)).toBeGreaterThanOrEqual(60)
})
