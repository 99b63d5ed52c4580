import { defineConfig } from "vitest/config"

/** What looks at the first moments of a process, and what starts most programs of all. */
const ALONE = ["test/effects/tools/shell/words.test.ts", "test/redteam/redteam.test.ts"]

/**
 * Rooms that start many programs share processes of their own: for one that has grown large it takes ten times as long to start another.
 * So what computes much does not belong here, and what tests leave behind is collected early.
 */
const STARTERS = [
  "test/effects/{git,os,hooks}/**/*.test.ts",
  "test/runtime/*.test.ts",
  "test/runtime/{crash,workspace}/**/*.test.ts",
  "test/runtime/event-log/kill.test.ts",
  "test/runtime/replay/{bisect,file-differences,files-at,files-bundle,fork,rerun,session-changes,undo}.test.ts",
  "test/{interfaces/cli,outside,examples,scripts}/**/*.test.ts"
]

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    globalSetup: ["./test/support/build.ts"],
    setupFiles: ["./test/support/home.ts"],
    pool: "forks",
    // Tests leave the process as they found it: to start Node and load Effect for each file would take longer than many of them.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: "alone", include: ALONE, isolate: true } },
      { extends: true, test: { name: "starters", include: STARTERS, execArgv: ["--max-semi-space-size=2"] } },
      { extends: true, test: { name: "rooms", include: ["test/**/*.test.ts"], exclude: [...ALONE, ...STARTERS] } }
    ]
  }
})
