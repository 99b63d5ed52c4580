import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { isDead } from "../../../src/effects/os/process-group.ts"
import { loom, makePlace, says, startLoom } from "../loom.ts"

const TOML = `[[hooks.PreToolUse]]
matcher = "Bash"
command = '''grep -q 'git push' || exit 0; printf 'no \\033[2Jpushing' >&2; exit 2'''
[[hooks.PreToolUse]]
command = "exit 9"
timeout = 5
`

const hookedPlace = (toml: string) => {
  const place = makePlace()
  mkdirSync(place.home, { recursive: true })
  writeFileSync(join(place.home, "config.toml"), toml)
  return place
}

test("hooks lists what is run and where that is written, and tries it on a sample", async () => {
  const place = hookedPlace(TOML)
  const shown = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await loom(place, ["hooks", ...words])
    return [code, stderr, ...stdout.split("\n")]
  }
  const guard = "PreToolUse       Bash: grep -q 'git push' || exit 0; printf 'no \\033[2Jpushing' >&2; exit 2"
  const source = join(place.home, "config.toml")
  expect(await shown()).toEqual([0, "", `${guard}  60 s  ${source}`, `PreToolUse       *: exit 9  5 s  ${source}`, ""])
  expect(await shown("test", "PreToolUse", "git push")).toEqual([0, "", guard, "  deny: no \\x1b[2Jpushing", "the call is denied: a hook denied it: no \\x1b[2Jpushing", ""])
  expect(await shown("test", "PreToolUse", "make")).toEqual([
    0,
    "",
    guard,
    "  nothing against it",
    "PreToolUse       *: exit 9",
    "  failed: hook PreToolUse (exit 9) ended with exit code 9",
    "the call asks: a hook wants to know: hook PreToolUse (exit 9) ended with exit code 9",
    ""
  ])
  expect(await shown("test", "Stop")).toEqual([0, "", "no hook is asked about it", ""])
  expect((await shown("test", "PreTool"))[0]).toBe(2)
  expect((await shown("tset"))[0]).toBe(2)
}, 60_000)

test("in one shot, what a hook denies is not run, what it blocks is not asked, and stderr says why", async () => {
  const place = hookedPlace(
    `[[hooks.UserPromptSubmit]]\ncommand = "grep -q secret && { echo 'no secrets' >&2; exit 2; }; exit 0"\n[[hooks.Stop]]\ncommand = "echo 'tests fail' >&2; exit 2"\n`
  )
  const model = place.script(says("done"))
  const blocked = await loom(place, ["-p", "a secret", "--model", model])
  expect([blocked.stdout, blocked.stderr.includes("a hook blocks the message: no secrets")]).toEqual(["", true])
  const fine = await loom(place, ["-p", "go", "--model", model])
  expect([fine.code, fine.stdout.trim(), fine.stderr.includes("a hook is not content with the end of the turn: tests fail")]).toEqual([0, "done", true])
}, 60_000)

test("a hook that was left by a process that was killed is dead when its session is taken up; one that closes ends what still runs", async () => {
  const place = hookedPlace(`[[hooks.UserPromptSubmit]]\ncommand = "echo $$ >> pids; setsid sleep 600 & echo $! >> pids; echo started >> pids; sleep 600"\n`)
  const model = place.script(says("done"))
  const pids = (): readonly string[] => readFileSync(join(place.root, "pids"), "utf8").trim().split("\n")
  const started = async (times: number): Promise<void> => {
    for (;;) {
      try {
        if (pids().filter((line) => line === "started").length === times) return
      } catch {
        // Not there yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const running = startLoom(place, ["-p", "go", "--model", model])
  await started(1)
  running.process.kill("SIGKILL")
  await running.done
  const left = pids().filter((line) => line !== "started").map(Number)
  expect(left.map(isDead)).toEqual([false, false])
  const again = startLoom(place, ["-c", "-p", "more", "--model", model])
  await started(2)
  expect(left.map(isDead)).toEqual([true, true])
  again.process.kill("SIGTERM")
  await again.done
  expect(pids().filter((line) => line !== "started").map(Number).map(isDead)).toEqual([true, true, true, true])
}, 60_000)
