import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { execFileSync, fork, spawn } from "node:child_process"
import { afterAll, expect, test } from "vitest"
import { runProcess, type Command, type Ended } from "../../../src/effects/os/process.ts"
import { killStrays } from "../../../src/effects/os/strays.ts"
import { folder } from "./folder.ts"

const home = folder()

interface Heard {
  readonly ended: Ended
  readonly stdout: string
  readonly stderr: string
}

const command = (script: string, more: Partial<Command> = {}): Command => ({
  file: "/bin/sh",
  arguments: ["-c", script],
  cwd: home.root,
  environment: process.env,
  marker: "test-session:1",
  timeoutMs: 20_000,
  hear: () => {},
  ...more
})

const run = async (script: string, more: Partial<Command> = {}): Promise<Heard> => {
  const heard = { stdout: "", stderr: "" }
  const ended = await Effect.runPromise(runProcess(command(script, { hear: (stream, bytes) => void (heard[stream] += bytes.toString()), ...more })))
  return { ended, ...heard }
}

/** A number of seconds to sleep that no other process sleeps: so it can be found in the process table. */
let naps = 0
const nap = (): string => `${1000 + (process.pid % 5000)}.${String(++naps).padStart(4, "0")}`

const alive = (seconds: string): boolean => {
  const table = execFileSync("ps", ["-eo", "stat=,args="], { encoding: "utf8" })
  return table.split("\n").some((line) => line.includes(`sleep ${seconds}`) && !line.startsWith("Z") && !line.includes("sh -c"))
}

test("a command that exits says its code, and its output arrives whole before that", async () => {
  expect(await run("printf out; printf err >&2; exit 3")).toEqual({ ended: { how: "exited", code: 3 }, stdout: "out", stderr: "err" })
})

test("a command killed by a signal says which", async () => {
  expect((await run("kill -USR1 $$")).ended).toEqual({ how: "killed", signal: "SIGUSR1" })
})

test("a command has no input and no terminal", async () => {
  expect((await run("cat; test -t 0 || test -t 1 || echo none")).stdout).toBe("none\n")
})

test("a command runs where it is told, in a directory with blanks", async () => {
  expect((await run("pwd")).stdout).toBe(`${home.root}\n`)
})

test("every command carries its marker in the environment", async () => {
  expect((await run('printf %s "$LOOM_CALL"', { marker: "s:42" })).stdout).toBe("s:42")
})

test("what cannot be started fails in words", async () => {
  const why = (more: Partial<Command>) => Effect.runPromise(Effect.flip(runProcess(command("true", more)))).then(({ message }) => message)
  expect(await why({ file: "/no/such/program" })).toBe("start /no/such/program: it does not exist")
  expect(await why({ arguments: ["-c", "x".repeat(3_000_000)] })).toBe("start /bin/sh: the command is too long")
  expect(await why({ arguments: ["-c", "a\0b"] })).toMatch(/^start \/bin\/sh: /)
})

test("100 MB of output arrive whole", async () => {
  let bytes = 0
  const ended = await Effect.runPromise(runProcess(command("head -c 100000000 /dev/zero", { hear: (_, piece) => void (bytes += piece.length) })))
  expect([ended, bytes]).toEqual([{ how: "exited", code: 0 }, 100_000_000])
})

test("at its time limit a command dies, and is said to have timed out", async () => {
  const seconds = nap()
  expect((await run(`echo begun; sleep ${seconds}`, { timeoutMs: 150 }))).toEqual({ ended: { how: "timed-out" }, stdout: "begun\n", stderr: "" })
  expect(alive(seconds)).toBe(false)
})

test("at its time limit everything dies that ignores being asked to", async () => {
  const seconds = nap()
  const script = `trap '' TERM; (trap '' TERM HUP INT; sleep ${seconds}) & (trap '' TERM; sleep ${seconds}); wait; sleep ${seconds}`
  expect((await run(script, { timeoutMs: 150 })).ended).toEqual({ how: "timed-out" })
  expect(alive(seconds)).toBe(false)
})

test("what is asked to end may still clean up", async () => {
  expect((await run("trap 'echo cleaned; exit 0' TERM; while :; do sleep 0.02; done", { timeoutMs: 150 })).stdout).toBe("cleaned\n")
})

test("a child in the background dies with the command that left it, and does not hold it up", async () => {
  const seconds = nap()
  const started = performance.now()
  expect((await run(`sleep ${seconds} & echo done`)).stdout).toBe("done\n")
  expect(performance.now() - started).toBeLessThan(5_000)
  expect(alive(seconds)).toBe(false)
})

test("a child in the background that ignores being asked dies all the same", async () => {
  const seconds = nap()
  await run(`(trap '' TERM HUP; sleep ${seconds}) & exit 0`)
  expect(alive(seconds)).toBe(false)
})

/** Waits within a script for a file that a child makes. */
const wait = (file: string): string => `until test -e ${file}; do sleep 0.01; done`

test("a child that was forked twice and left the group and the session dies all the same", async () => {
  const seconds = nap()
  await run(`(setsid sh -c 'trap "" TERM HUP; touch left-1; sleep ${seconds}' >/dev/null 2>&1 &) ; ${wait("left-1")}; exit 0`)
  expect(alive(seconds)).toBe(false)
})

test("a child that left the session and holds the pipes open does not hold up the end", async () => {
  const seconds = nap()
  expect((await run(`(setsid sh -c 'touch left-2; sleep ${seconds}' &) ; ${wait("left-2")}; echo done`)).stdout).toBe("done\n")
  expect(alive(seconds)).toBe(false)
})

test("a child that washed the marker off but stayed in the group dies, even if it ignores being asked", async () => {
  const seconds = nap()
  await run(`env -i sh -c 'trap "" TERM; touch washed; sleep ${seconds}; sleep ${seconds}' & ${wait("washed")}`)
  expect(alive(seconds)).toBe(false)
})

test("what a command left behind is asked before it is killed", async () => {
  await run(`sh -c 'trap "echo asked > asked; exit" TERM; touch ready; while :; do sleep 0.01; done' & ${wait("ready")}`)
  expect(home.text("asked")).toBe("asked\n")
})

test("at the time limit a child that left the session dies, too", async () => {
  const seconds = nap()
  expect((await run(`setsid sleep ${seconds} & sleep ${seconds}`, { timeoutMs: 150 })).ended).toEqual({ how: "timed-out" })
  expect(alive(seconds)).toBe(false)
})

test("a child that washed the marker off and left the session escapes, but holds nothing up", async () => {
  const file = home.path("escaped.pid")
  const { ended, stdout } = await run(`env -i setsid sh -c 'echo $$ > "${file}"; exec sleep ${nap()}' & until test -s "${file}"; do sleep 0.01; done; echo done`)
  expect([ended, stdout]).toEqual([{ how: "exited", code: 0 }, "done\n"])
  process.kill(Number(home.text("escaped.pid")), "SIGKILL")
})

test("an interrupt kills the whole group and ends only when it is dead", async () => {
  const seconds = nap()
  const begun = Promise.withResolvers<void>()
  const fiber = Effect.runFork(runProcess(command(`trap '' TERM; (trap '' TERM; sleep ${seconds}) & echo begun; wait; sleep ${seconds}`, { hear: () => begun.resolve() })))
  await begun.promise
  await until(() => alive(seconds))
  await Effect.runPromise(Fiber.interrupt(fiber))
  expect(alive(seconds)).toBe(false)
})

test("a stopped child is killed, too", async () => {
  const seconds = nap()
  await run(`sleep ${seconds} & kill -STOP $!; sleep ${seconds}`, { timeoutMs: 150 })
  expect(alive(seconds)).toBe(false)
})

test("when this program exits, what it runs dies", async () => {
  const seconds = nap()
  const host = fork(home.write("host.mjs", hostProgram(seconds, "process.exit(0)")), { stdio: ["ignore", "ignore", "ignore", "ipc"] })
  await new Promise((resolve) => host.once("message", resolve))
  const gone = new Promise((resolve) => host.once("exit", resolve))
  await until(() => alive(seconds))
  host.send("leave")
  await gone
  await until(() => !alive(seconds))
})

test("when this program is killed, what it left is found by its marker and killed, and nothing else is", async () => {
  const seconds = nap()
  const host = fork(home.write("host2.mjs", hostProgram(seconds, "")), { stdio: ["ignore", "ignore", "ignore", "ipc"] })
  await new Promise((resolve) => host.once("message", resolve))
  const gone = new Promise((resolve) => host.once("exit", resolve))
  await until(() => alive(seconds))
  host.kill("SIGKILL")
  await gone
  expect(alive(seconds)).toBe(true)
  expect([killStrays("host"), killStrays("host-session:1"), killStrays("other-session")]).toEqual([0, 0, 0])
  expect(alive(seconds)).toBe(true)
  expect(killStrays("host-session:12")).toBeGreaterThan(0)
  await until(() => !alive(seconds))
})

test("a session as marker means all its calls", async () => {
  const seconds = nap()
  const child = spawn("sleep", [seconds], { env: { ...process.env, LOOM_CALL: "one-session:7" }, stdio: "ignore" })
  afterAll(() => void child.kill("SIGKILL"))
  await until(() => alive(seconds))
  expect(killStrays("one-sess")).toBe(0)
  expect(killStrays("one-session")).toBe(1)
  await until(() => !alive(seconds))
})

const hostProgram = (seconds: string, leave: string): string => `
  import * as Effect from "${import.meta.resolve("effect/Effect")}"
  import { runProcess } from "${new URL("../../../src/effects/os/process.ts", import.meta.url).href}"
  process.on("message", () => { ${leave} })
  Effect.runFork(runProcess({
    file: "/bin/sh", arguments: ["-c", "echo begun; (trap '' TERM; sleep ${seconds})"], cwd: "/", environment: process.env,
    marker: "host-session:12", timeoutMs: 60000, hear: () => process.send("begun")
  }))
`

/** Waits for something that the kernel does in its own time. */
const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    expect(tries).toBeLessThan(500)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
