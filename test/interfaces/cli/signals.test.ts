import { spawn } from "node:child_process"
import { openSync } from "node:fs"
import { expect, test } from "vitest"
import { calls, LOOM, loom, makePlace, says, startLoom } from "../loom.ts"


const sleeping = (place: ReturnType<typeof makePlace>) => [
  "-p",
  "wait",
  "--model",
  place.script(calls("shell", { command: "touch x; echo started; sleep 60" }), says("never said")),
  "--allowed-tools",
  "shell",
  "--output-format",
  "stream-json"
]

const lastEvents = (stdout: string): readonly string[] => stdout.split("\n").flatMap((line) => /^\{"n":\d+,"type":"(\w+)"/.exec(line)?.[1] ?? []).slice(-4)

test("Ctrl-C interrupts the turn, closes the session in order and leaves with 130", async () => {
  const place = makePlace()
  const running = startLoom(place, sleeping(place))
  await running.until("stdout", '"text":"started')
  running.process.kill("SIGINT")
  const { code, stdout } = await running.done
  expect(code).toBe(130)
  expect(lastEvents(stdout)).toEqual(["ToolProgress", "InterruptRequested", "ShutdownRequested", "ShutdownCompleted"])
  expect((await loom(place, ["verify", "2"])).code).toBe(0)
})

test.each([
  ["SIGTERM", 143],
  ["SIGHUP", 129]
] as const)("%s shuts the session down in order", async (signal, expected) => {
  const place = makePlace()
  const running = startLoom(place, sleeping(place))
  await running.until("stdout", '"text":"started')
  running.process.kill(signal)
  const { code, stdout } = await running.done
  expect([code, lastEvents(stdout).slice(-2)]).toEqual([expected, ["ShutdownRequested", "ShutdownCompleted"]])
})

test("what is killed outright goes on where it was", async () => {
  const place = makePlace()
  const words = sleeping(place)
  const running = startLoom(place, words)
  await running.until("stdout", '"text":"started')
  running.process.kill("SIGKILL")
  await running.done
  const resumed = await loom(place, ["-q", "-c", "-p", "--model", words[3]!])
  expect([resumed.code, resumed.stdout]).toEqual([0, "never said\n"])
  const shown = await loom(place, ["show", "2"])
  expect(shown.stdout).toContain("? $ touch x; echo started; sleep 60  outcome unknown")
})

test("a reader that goes away ends it quietly", async () => {
  const place = makePlace()
  const child = spawn(
    "sh",
    [
      "-c",
      `"$0" "$1" -p x --model "$2" --output-format stream-json 2>err | head -n 1; cat err`,
      process.execPath,
      LOOM,
      place.script({ ...says("a word ".repeat(200)), chunkMs: 5 })
    ],
    {
      cwd: place.root,
      env: place.environment,
      stdio: ["ignore", "pipe", "ignore"]
    }
  )
  let heard = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (heard += text))
  await new Promise((resolve) => child.on("close", resolve))
  expect(heard.split("\n")[0]).toMatch(/^\{"loom":1,/)
  expect(heard.slice(heard.indexOf("\n") + 1)).toMatch(/^(1 step · .*\n)?$/)
  expect((await loom(place, ["verify", "2"])).code).toBe(0)
})

/** Runs it with stdout as told, and gives the code and what stood on stderr. */
const written = async (words: readonly string[], stdout: "closed" | number) => {
  const { root, environment } = makePlace({ git: false })
  const child = spawn(process.execPath, [LOOM, ...words], { cwd: root, env: environment, stdio: ["ignore", stdout === "closed" ? "pipe" : stdout, "pipe"] })
  child.stdout?.destroy()
  let heard = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => void (heard += text))
  return [await new Promise((resolve) => child.on("close", resolve)), heard]
}

test.each([[["help"]], [["config"]], [["tools", "--json"]], [["--version"]], [["--version", "--quiet"]]])(
  "a reader that never reads is told by the code alone: %j",
  async (words) => {
    expect(await written(words, "closed")).toEqual([141, ""])
  }
)

test.runIf(process.platform === "linux")("a disk without room is said, and is no success", async () => {
  expect(await written(["help"], openSync("/dev/full", "w"))).toEqual([1, "write the answer to stdout: ENOSPC: no space left on device, write; send it where there is room\n"])
})
