import { execFileSync, spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, realpathSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { home as repository } from "../../support/build.ts"
import { LOOM } from "../loom.ts"

/** A command of the tour, and all that the page says it prints. */
interface Shown {
  readonly command: string
  readonly prints: string
}

const toursOf = (page: string): readonly Shown[] =>
  [...page.matchAll(/^```\n\$ (loom .*)\n([\s\S]*?)^```$/gm)].map(([, command = "", prints = ""]) => ({ command, prints }))

/** What is other in every run: names of forks, times of their making, and the folder. */
const masked = (text: string, folder: string): string => text.replaceAll(folder, "…").replaceAll(/\b20\d{6}-\d{6}-(?!hyax)[a-z0-9]{4}\b/g, "FORK")

test("the tour of specs/replay.md prints what it says, on a machine that never saw the session", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-tour-")))
  cpSync(join(repository, "examples", "bug-report"), folder, { recursive: true })
  const environment = { ...process.env, HOME: join(folder, "home"), LOOM_HOME: join(folder, "home"), LOOM_BIN: LOOM, COLUMNS: "200" }
  const shown = toursOf(readFileSync(join(repository, "specs", "replay.md"), "utf8"))
  const printed = shown.map(({ command }) => {
    const { stdout, status } = spawnSync("sh", ["-c", `{ ${command.replace("loom", '"$LOOM_NODE" "$LOOM_BIN"')}; } 2>&1`], {
      cwd: folder,
      env: { ...environment, LOOM_NODE: process.execPath },
      encoding: "utf8"
    })
    expect([command, status]).toEqual([command, 0])
    return { command, prints: masked(stdout, folder) }
  })
  expect(printed).toEqual(shown.map(({ command, prints }) => ({ command, prints: masked(prints, folder) })))
  const passes = (words: readonly string[], cwd: string): string =>
    /^# pass (\d+)$/m.exec(
      execFileSync(process.execPath, ["--test", ...words], { cwd, env: { ...environment, NODE_TEST_CONTEXT: undefined }, encoding: "utf8" })
    )?.[1] ?? ""
  expect([passes(["--test-reporter=tap"], join(folder, "try")), passes(["--test-reporter=tap", "test/small.test.mjs"], folder)]).toEqual([
    "6",
    "2"
  ])
})
