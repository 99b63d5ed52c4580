import { defineConfig } from "vitest/config"

/** What looks at the first moments of a process has one of its own. */
const ALONE = ["test/effects/tools/shell/words.test.ts"]

/** Rooms whose tests leave the process as they found it share one: starting Node and loading Effect for each file would take longer than many of them. */
const ROOMS = ["test/machine/**/*.test.ts", "test/effects/**/*.test.ts", "test/runtime/**/*.test.ts"]

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    globalSetup: ["./test/support/build.ts"],
    setupFiles: ["./test/support/home.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: "rooms", include: ROOMS, exclude: ALONE, isolate: false } },
      { extends: true, test: { name: "whole", include: [...ALONE, "test/!(machine|effects|runtime)/**/*.test.ts", "test/*.test.ts"] } }
    ]
  }
})
