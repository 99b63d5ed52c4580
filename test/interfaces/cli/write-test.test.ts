import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { logText } from "../../../src/runtime/event-log/log-text.ts"
import { loadFile } from "../../../src/runtime/replay/log-source.ts"
import { repository } from "../../support/source.ts"
import { hostProject } from "../../testing/scratch.ts"
import { calls, loom, LOOM, makePlace, says, type Place } from "../loom.ts"

/** The log of a session in a file. */
const logFile = async (place: Place): Promise<string> => {
  const model = place.script(calls("shell", { command: "false" }), says("It failed."))
  const ran = await loom(place, ["-q", "-p", "try it", "--model", model, "--permission-mode", "bypass", "--output-format", "stream-json"])
  const file = join(place.root, "failed.jsonl")
  writeFileSync(file, ran.stdout)
  return file
}

const run = (root: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...clean } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, env: { ...clean, ...environment }, encoding: "utf8" })
  return { status, text: stdout + stderr }
}

/** Another decision in the log, with all its seals as if it had been so. */
const altered = (file: string): void => {
  const { header, rows } = Effect.runSync(loadFile(file))
  writeFileSync(file, logText(header, rows.map((row) => (row.n === 2 ? { ...row, actions: row.actions.slice(0, 1) } : row))))
}

test("with the package installed, the test imports `loom/replay`: green under node --test, red once the log says something else was decided", async () => {
  const place = makePlace()
  const log = await logFile(place)
  const { root } = hostProject(["effect"])
  const wrote = await loom({ ...place, root }, ["test", log, "--when", "tool=shell", "--json"])
  expect(wrote.code).toBe(0)
  expect(JSON.parse(wrote.stdout)).toMatchObject({ runner: "node", imports: true, test: join(root, "test/loom/failed.test.mjs"), run: "node --test test/loom/failed.test.mjs" })
  expect(run(root, ["--test"])).toMatchObject({ status: 0, text: expect.stringMatching(/pass 2/) })
  altered(join(root, "test/loom/failed.jsonl"))
  const red = run(root, ["--test"])
  expect([red.status, /diverged at event 2/.test(red.text), /pass 1/.test(red.text)]).toEqual([1, true, true])
}, 90_000)

test("a log that an older machine decided, and that this build can decide so, gets a test that is green", async () => {
  const place = makePlace()
  const { root } = hostProject(["effect"])
  const log = join(repository, "test/replays/0.1.0-machine-6-denied-folders.jsonl")
  const verdict = await loom(place, ["verify", log, "--json"])
  expect([verdict.code, JSON.parse(verdict.stdout).verdict]).toEqual([0, "compatible"])
  expect((await loom({ ...place, root }, ["test", log])).code).toBe(0)
  expect(run(root, ["--test"])).toMatchObject({ status: 0, text: expect.stringMatching(/pass 1/) })
}, 90_000)

test("where vitest is the project's, the test is one of vitest", async () => {
  const place = makePlace()
  const log = await logFile(place)
  const { root, write } = hostProject(["effect"])
  write("package.json", '{"name":"host","type":"module","devDependencies":{"vitest":"*"}}')
  symlinkSync(join(repository, "node_modules", "vitest"), join(root, "node_modules", "vitest"))
  expect((await loom({ ...place, root }, ["test", log, "--out", "specs", "--when", "state=Error"])).code).toBe(0)
  const vitest = join(repository, "node_modules", "vitest", "vitest.mjs")
  expect(run(root, [vitest, "run"])).toMatchObject({ status: 0, text: expect.stringMatching(/2 passed/) })
  altered(join(root, "specs/failed.jsonl"))
  expect(run(root, [vitest, "run"])).toMatchObject({ status: 1, text: expect.stringMatching(/diverged/) })
}, 90_000)

test("without the package the binary is asked; a command is asserted to succeed in the folder it was given in", async () => {
  const place = makePlace()
  const log = await logFile(place)
  const bin = join(mkdtempSync(join(tmpdir(), "loom-bin-")), "bin")
  mkdirSync(bin)
  symlinkSync(LOOM, join(bin, "loom"))
  const environment = { PATH: `${bin}:${process.env["PATH"]}`, LOOM_HOME: place.home }
  const wrote = await loom(place, ["test", log, "--check", 'test -f README.md && grep -q "It failed" "$1"', "--runner", "node"])
  expect([wrote.code, /it calls the `loom` on the path/.test(wrote.stderr)]).toEqual([0, true])
  const file = join(place.root, "test/loom/failed.test.mjs")
  expect(run(place.root, ["--test", file], environment)).toMatchObject({ status: 0, text: expect.stringMatching(/pass 2/) })
  writeFileSync(join(dirname(file), "failed.jsonl"), readFileSync(join(dirname(file), "failed.jsonl"), "utf8").replaceAll("It failed", "It worked"))
  expect(run(place.root, ["--test", file], environment)).toMatchObject({ status: 1, text: expect.stringMatching(/fail 2/) })
}, 90_000)

test("nothing is overwritten, and of a log that this build decides otherwise no test is written", async () => {
  const place = makePlace()
  const log = await logFile(place)
  expect((await loom(place, ["test", log])).code).toBe(0)
  const again = await loom(place, ["test", log])
  expect([again.code, again.stderr]).toEqual([2, `write ${join(place.root, "test/loom/failed.jsonl")}: it is there already; remove it, or name another folder with --out\n`])
  altered(log)
  const other = await loom(place, ["test", log, "--out", "other"])
  expect([other.code, other.stdout, existsSync(join(place.root, "other/failed.jsonl"))]).toEqual([1, "", false])
  expect(other.stderr).toMatch(/this build does not decide as the log says, so a test of it would be red from the start; diverged at event 2/)
  expect((await loom(place, ["test", log, "--runner", "jest"])).stderr).toBe("loom test: the runner jest is not known; take vitest or node\n")
}, 90_000)
