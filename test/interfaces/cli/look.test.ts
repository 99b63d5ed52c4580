import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { calls, loom, makePlace, says, startLoom, type Place } from "../loom.ts"

/** A session whose third call breaks the README, with the log as a file and its checkpoints. */
const workedPlace = async (): Promise<Place & { readonly log: string }> => {
  const place = makePlace()
  const write = (path: string, content: string) => calls("file_write", { path, content })
  const model = place.script(write("one.txt", "1\n"), write("two.txt", "2\n"), calls("shell", { command: "echo broken > README.md" }), write("three.txt", "3\n"), says("All done."))
  const ran = await loom(place, ["-p", "write three files", "--model", model, "--permission-mode", "bypass", "--output-format", "json"])
  const { session } = JSON.parse(ran.stdout) as { readonly session: string }
  await loom(place, ["export", session, "--to", "s.jsonl"])
  return { ...place, log: join(place.root, "s.jsonl") }
}

test("bisect names the step that broke a file, from a file or a session, and the event where an expression holds", async () => {
  const place = await workedPlace()
  const found = await loom(place, ["bisect", place.log, "--check", "grep -q 'a project' README.md"])
  expect(found.code).toBe(0)
  expect(found.stdout).toMatch(
    /^events \d+ to \d+ broke it; found in 2 probes of 5 checkpoints\n {2}event \d+: shell \{"command":"echo broken > README.md"\} {2}ok\n {2}README.md changed\n {4}@@ .* @@\n( {4}-.*\n)+ {4}\+broken\n$/
  )
  expect(found.stderr.split("\n").map((line) => line.slice(0, 13).trim())).toEqual(["good", "bad", "probe 1  good", "probe 2  bad", ""])
  const [{ id }] = JSON.parse((await loom(place, ["sessions", "--json"])).stdout) as [{ readonly id: string }]
  const told = JSON.parse(
    (
      await loom(place, [
        "bisect",
        id,
        "--check",
        'grep -q \'a project\' README.md && test "$1" = "$LOOM_LOG" && test -s "$1"',
        "--json",
        "-q"
      ])
    ).stdout
  )
  expect(told).toMatchObject({
    session: id,
    result: "found",
    checkpoints: 5,
    probes: 2,
    step: { calls: [{ name: "shell", status: "ok" }], files: [{ path: "README.md", how: "changed" }] }
  })
  const when = await loom(place, ["bisect", place.log, "--when", "tool=shell"])
  expect([when.code, when.stderr]).toEqual([0, ""])
  expect(when.stdout).toMatch(/^event (\d+): 1 call vetted: may change\nthe first of \d+ events at which tool=shell holds; then: executing: shell running\n$/)
  expect((await loom(place, ["bisect", place.log, "--when", "state=Error"])).code).toBe(1)
}, 60_000)

test("shrink writes a small log that still shows it and verifies exact, judged by an expression or by a command", async () => {
  const place = await workedPlace()
  const byState = await loom(place, ["shrink", place.log, "--when", "tool=shell", "--to", "small.jsonl"])
  expect([byState.code, byState.stdout]).toEqual([0, ""])
  expect(byState.stderr).toMatch(/^\d+ events became 6; \d+ logs tried, none that is smaller shows it; it is in .*small.jsonl$/m)
  expect((await loom(place, ["verify", "small.jsonl"])).stdout).toMatch(/^small.jsonl: exact: 6 events/)
  expect((await loom(place, ["import", "small.jsonl"])).code).toBe(0)
  const byCommand = await loom(place, ["shrink", place.log, "--check", '! grep -q "All done" "$1"', "--to", "said.jsonl", "--json", "-q"])
  expect(JSON.parse(byCommand.stdout)).toMatchObject({ events: 4, smallest: true, file: join(place.root, "said.jsonl") })
  expect(
    readFileSync(join(place.root, "said.jsonl"), "utf8")
      .match(/"type":"[A-Z]\w+","at"/g)
      ?.map((match) => match.slice(8, -6))
  ).toEqual(["SessionOpened", "UserInput", "ContextGathered", "LlmTextDelta"])
}, 60_000)

test("shrink that is stopped by Ctrl-C writes the smallest so far", async () => {
  const place = await workedPlace()
  const running = startLoom(place, ["shrink", place.log, "--check", 'grep -c . "$1" >> sizes.txt; test $(wc -l < sizes.txt) -lt 4 || sleep 60; false', "--to", "small.jsonl"])
  await running.until("stderr", "2 logs tried")
  await running.until("stderr", "logs tried")
  running.process.kill("SIGINT")
  const { code, stderr } = await running.done
  expect(code).toBe(130)
  expect(stderr).toMatch(/stopped: the smallest so far is written\n\d+ events became \d+; \d+ logs tried, more was not tried; it is in /)
  expect((await loom(place, ["verify", "small.jsonl"])).stdout).toMatch(/^small.jsonl: exact: /)
}, 60_000)

test("what is not shown, not given or not readable is said", async () => {
  const place = await workedPlace()
  const said = async (...words: readonly string[]) => {
    const { code, stderr } = await loom(place, words)
    return [code, stderr]
  }
  expect(await said("bisect", place.log)).toEqual([2, "loom bisect: say what to look for: --when 'state=Error', or --check 'npm test'\n"])
  expect(await said("bisect", place.log, "--when", "n > 1", "--check", "true")).toEqual([
    2,
    "loom bisect: give one of --when and --check, not both\n"
  ])
  expect(await said("bisect", place.log, "--when", "state=Eror")).toEqual([
    2,
    "--when: the expression state=Eror: there is no state Eror; did you mean Error?\n"
  ])
  expect(await said("bisect", place.log, "--when", "nope > 1")).toEqual([
    2,
    "--when: the expression nope > 1 failed at event 1, at character 1 (nope > 1): nope is not defined; it sees state, session, before, event, actions and n\n"
  ])
  expect(await said("shrink", "s.jsonl", "--when", "state=Error")).toEqual([
    1,
    "shrink s.jsonl: it does not show what shall be kept; state=Error holds at none of its events\n"
  ])
  expect(await said("shrink", "s.jsonl", "--check", "kill -9 $$")).toEqual([1, "check with kill -9 $$: it was killed by SIGKILL\n"])
  expect(await said("bisect", "s.jsonl", "--check", "false", "-q")).toEqual([1, ""])
}, 60_000)
