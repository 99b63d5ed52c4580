import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { killStrays } from "../../../src/effects/os/strays.ts"
import { Background } from "../../../src/effects/tools/background.ts"
import { workbench, type Workbench } from "./workbench.ts"

const bench = workbench()

/** Starts a command and gives back its id. */
const start = async (command: string, more: object = {}, on: Workbench = bench): Promise<string> => {
  const { status, text } = await on.call("shell", { command, background: true, ...more })
  expect([status, text.replace(/^bg\d+ /, "")]).toEqual(["ok", "runs in the background; shell_output tells what it says, shell_stop ends it"])
  return text.split(" ")[0] as string
}

const look = async (id: string, more: object = {}): Promise<string> => (await bench.call("shell_output", { id, ...more })).text

/** Looks until the command has ended; all that it said on the way. */
const looksUntilEnd = async (id: string): Promise<readonly string[]> => {
  const looks: string[] = []
  do looks.push(await look(id, { wait_ms: 5_000 }))
  while (looks.at(-1)?.startsWith(`${id} runs`))
  return looks.map((text) => text.replaceAll(/\d+\.\d s/g, "N s"))
}

let naps = 0
/** Seconds to sleep that no other process sleeps. */
const nap = (): string => `${2000 + (process.pid % 5000)}.${String(++naps).padStart(4, "0")}`
const alive = (seconds: string): boolean =>
  execFileSync("ps", ["-eo", "stat=,args="], { encoding: "utf8" })
    .split("\n")
    .some((line) => line.includes(`sleep ${seconds}`) && !line.startsWith("Z"))

test("a command in the background gives its id at once, tells what is new each time, and how it ended", async () => {
  const id = await start("echo one; until [ -e go ]; do sleep 0.02; done; echo two >&2; exit 3")
  expect((await look(id, { wait_ms: 5_000 })).replace(/\d+\.\d s/, "N s")).toBe(`${id} runs since N s\none\n`)
  expect((await look(id)).replace(/\d+\.\d s/, "N s")).toBe(`${id} runs since N s\n(nothing new)`)
  bench.write("go", "")
  const looks = await looksUntilEnd(id)
  expect(looks.map((text) => text.replace(/^.*\n/, "")).join("").replaceAll("(nothing new)", "")).toBe("[stderr]\ntwo\n")
  expect(looks.at(-1)).toMatch(new RegExp(`^${id} ended: exit code 3, after N s\n`))
  expect((await look(id, { all: true })).replace(/\d+\.\d s/, "N s")).toBe(`${id} ended: exit code 3, after N s\none\n[stderr]\ntwo\n`)
})

test("it is vetted as any command: what it may change, and what cannot be told, are facts of the call", async () => {
  for (const command of ["ls", "npm run dev", "echo $(id)"]) {
    expect({ ...(await bench.vet("shell", { command, background: true })), call: "" }).toEqual({ ...(await bench.vet("shell", { command })), call: "" })
  }
})

test("stopped, the whole group is dead before that is said, children that ignore TERM too", async () => {
  const [a, b] = [nap(), nap()]
  const id = await start(`(trap '' TERM; sleep ${a}; sleep ${a}) & setsid sleep ${b} & echo up; wait`)
  expect(await look(id, { wait_ms: 5_000 })).toMatch(/up\n$/)
  expect([alive(a), alive(b)]).toEqual([true, true])
  expect((await bench.call("shell_stop", { id })).text.replace(/\d+\.\d s/, "N s")).toBe(`${id} was stopped, after N s\n(nothing new)`)
  expect([alive(a), alive(b)]).toEqual([false, false])
  expect((await bench.call("shell_stop", { id })).status).toBe("ok")
})

test("a time limit holds in the background, too", async () => {
  const seconds = nap()
  const looks = await looksUntilEnd(await start(`sleep ${seconds}`, { timeout_ms: 100 }))
  expect(looks.at(-1)).toMatch(/ended: killed: it took longer than \d+ ms/)
  expect(alive(seconds)).toBe(false)
})

test("waiting ends at its time, when something was said, and at an end that says nothing", async () => {
  const id = await start(`until [ -e quiet ]; do sleep 0.02; done`)
  expect(await look(id, { wait_ms: 50 })).toMatch(/^bg\d+ runs since .*\n\(nothing new\)$/)
  const waiting = look(id, { wait_ms: 20_000 })
  bench.write("quiet", "")
  expect(await waiting).toMatch(/^bg\d+ ended: exit code 0, after .*\n\(nothing new\)$/)
  expect((await bench.call("shell_output", { id, wait_ms: 60_001 })).status).toBe("invalid")
})

test("20 MB of output cost bounded memory, and head and tail are told", async () => {
  const before = process.memoryUsage().rss
  const id = await start("echo first; head -c 20000000 /dev/zero | tr '\\0' x | fold -w 100; echo; echo last")
  let all = ""
  do all = await look(id, { wait_ms: 5_000, all: true })
  while (all.startsWith(`${id} runs`))
  expect(
    all
      .replaceAll(/(x{100}\n)+/g, "x…\n")
      .replaceAll(/x{5,}/g, "x…")
      .split("\n")
      .slice(1)
  ).toEqual([
    "first",
    "x…",
    expect.stringMatching(/^x*…?$/),
    expect.stringMatching(/^\(20\d{6} bytes left out here\)$/),
    expect.stringMatching(/^x*…?$/),
    "x…",
    "last",
    ""
  ])
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
})

test("a key that comes in two pieces, with a look in between, is never told", async () => {
  const key = `ghp_${"a1B2".repeat(9)}`
  const id = await start(`printf 'ready\\ntoken ${key.slice(0, 20)}'; until [ -e on ]; do sleep 0.02; done; printf '${key.slice(20)}\\n'`)
  const first = await look(id, { wait_ms: 5_000 })
  bench.write("on", "")
  const rest = (await looksUntilEnd(id)).join("")
  expect(first).toMatch(/ready\n$/)
  expect(rest).toContain("token ‹redacted: a GitHub token›")
  expect(`${first}${rest}`).not.toContain(key.slice(0, 12))
})

test("an unknown id is told with those there are, and that those of an earlier process ended with it", async () => {
  const other = workbench()
  expect((await other.call("shell_output", { id: "bg7" })).text).toBe(
    "there is no background command bg7 in this process; one that another process started ended with it; there are none"
  )
  const id = await start("sleep 30", {}, other)
  expect(await other.call("shell_stop", { id: "bg7" })).toMatchObject({ status: "error", text: expect.stringMatching(new RegExp(`; there is ${id} \\(runs\\)$`)) })
  other.restart()
  expect((await other.call("shell_output", { id })).text).toMatch(/ended with it; there are none$/)
})

test("seventeen at once are one too many, and it is said what to do", async () => {
  const other = workbench()
  for (let count = 0; count < 16; count++) await start("sleep 30", {}, other)
  expect(await other.call("shell", { command: "sleep 30", background: true })).toMatchObject({
    status: "error",
    text: "shell: 16 commands run in the background already; end one with shell_stop first"
  })
  expect(await other.effect(Effect.flatMap(Background, (all) => Effect.map(all.stopAll, () => all.running().length)))).toBe(0)
})

test("what a killed process left behind is found by the session in its marker", async () => {
  const seconds = nap()
  bench.write("none", "")
  const id = await start(`echo "$LOOM_CALL" > marker; exec sleep ${seconds}`)
  while (!existsSync(bench.path("marker")) || !alive(seconds)) await look(id, { wait_ms: 20 })
  expect(readFileSync(bench.path("marker"), "utf8")).toBe(`${bench.session}:${id.slice(2)}\n`)
  expect(killStrays(bench.session)).toBeGreaterThan(0)
  expect((await looksUntilEnd(id)).at(-1)).toMatch(/ended: killed by SIGKILL/)
})
