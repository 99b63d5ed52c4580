/**
 * The long counts of what `npm test` does in small ones: kills, damages, exhaustive scopes, random runs.
 * `npm run soak -- test/properties` runs one room. What it says goes into `specs/evidence.md`.
 */
import { spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const home = dirname(dirname(fileURLToPath(import.meta.url)))
const rooms = process.argv.slice(2)
const { status } = spawnSync(process.execPath, [join(home, "node_modules", "vitest", "vitest.mjs"), "run", "--testTimeout=3600000", ...rooms], {
  cwd: home,
  stdio: "inherit",
  env: { ...process.env, LOOM_SOAK: "1", LOOM_RUNS: process.env["LOOM_RUNS"] ?? "20" }
})
process.exit(status ?? 1)
