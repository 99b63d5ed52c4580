import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { execFileSync } from "node:child_process"
import { symlinkSync } from "node:fs"
import { expect, test } from "vitest"
import { executeCall } from "../../../src/effects/tools/runner.ts"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { toolCall, workbench } from "./workbench.ts"

const bench = workbench()
bench.directory("sub dir")
symlinkSync("sub dir", bench.path("to-sub"))
bench.write("file.txt", "x")
const run = async (command: string, more: object = {}) => {
  const { status, text } = await bench.call("shell", { command, ...more })
  return { status, text }
}

test("exit code 0 is ok, any other an error, and the code is said either way", async () => {
  expect(await run("true")).toEqual({ status: "ok", text: "exit code 0" })
  expect(await run("echo hi")).toEqual({ status: "ok", text: "exit code 0\nhi\n" })
  expect(await run("echo no; exit 7")).toEqual({ status: "error", text: "exit code 7\nno\n" })
  expect(await run("no-such-command-here")).toMatchObject({ status: "error", text: expect.stringMatching(/^exit code 127\n\[stderr\]\n.*not found/) })
  expect(await run("kill -9 $$")).toEqual({ status: "error", text: "killed by SIGKILL" })
})

test("stdout and stderr are kept apart and in the order in which they came", async () => {
  const { text } = await run("echo one; sleep 0.05; echo two >&2; sleep 0.05; printf three; sleep 0.05; echo four >&2")
  expect(text).toBe("exit code 0\none\n[stderr]\ntwo\n[stdout]\nthree\n[stderr]\nfour\n")
})

test("commands run in the workspace, or below it where told", async () => {
  expect((await run("pwd")).text).toBe(`exit code 0\n${bench.root}\n`)
  expect((await run("pwd", { cwd: "sub dir" })).text).toBe(`exit code 0\n${bench.path("sub dir")}\n`)
})

test("nobody is asked, and nothing pages or paints", async () => {
  expect((await run('echo "$TERM $NO_COLOR $PAGER $GIT_PAGER $GIT_TERMINAL_PROMPT"; read x || echo no input')).text).toBe("exit code 0\ndumb 1 cat cat 0\nno input\n")
})

test("at the time limit the command is killed, what it said is kept, and how to get more time is said", async () => {
  expect(await run("echo begun; sleep 30", { timeout_ms: 150 })).toEqual({
    status: "error",
    text: "killed: it took longer than 150 ms; give it more with timeout_ms, or do less\nbegun\n"
  })
})

test.each([
  [{ timeout_ms: 600_001 }, /^shell: timeout_ms: expected/],
  [{ timeout_ms: 0 }, /^shell: timeout_ms: expected/],
  [{ cwd: ".." }, /outside the workspace/],
  [{ cwd: "/" }, /outside the workspace/]
])("%j is invalid", async (more, why) => {
  expect(await run("true", more)).toEqual({ status: "invalid", text: expect.stringMatching(why) })
})

test("an empty command and one with a NUL character are invalid", async () => {
  expect((await run("  ")).text).toBe("the command is empty")
  expect((await run("echo a\0b")).text).toBe("the command contains a NUL character")
})

test("where there is no directory, nothing runs", async () => {
  expect(await run("true", { cwd: "file.txt" })).toEqual({ status: "error", text: "run in file.txt: it is no directory" })
  expect(await run("true", { cwd: "missing" })).toEqual({ status: "error", text: "run in missing: it is no directory" })
})

test("past 30 kB the head and the tail are shown, and all of it is in a blob", async () => {
  const { text, blob } = await bench.call("shell", { command: "seq 1 20000" })
  const whole = execFileSync("seq", ["1", "20000"], { encoding: "utf8" })
  const [head = "", tail = ""] = text.split(/\n\(\d+ bytes left out here; filter the output to see them\)\n/)
  expect([head.slice(0, 20), tail.slice(-12), tail.length]).toEqual(["exit code 0\n1\n2\n3\n4\n", "19999\n20000\n", 15_000])
  expect(head.length).toBe("exit code 0\n".length + 15_000)
  expect((await bench.blob(blob ?? "")).toString()).toBe(whole)
})

test("30 kB and less are shown whole and need no blob", async () => {
  const { text, blob } = await bench.call("shell", { command: "head -c 30000 /dev/zero | tr '\\0' x" })
  expect([text, blob]).toEqual([`exit code 0\n${"x".repeat(30_000)}`, undefined])
})

const MEGABYTES = process.env["LOOM_SOAK"] === "1" ? 1_000 : 200

test(`${MEGABYTES} MB of output cost bounded memory and end fine, with 4 MB kept`, async () => {
  const before = process.memoryUsage().rss
  let peak = 0
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5)
  const { status, text, blob } = await bench.call("shell", { command: `echo first; head -c ${MEGABYTES}000000 /dev/zero | tr '\\0' x; echo; echo last` })
  clearInterval(timer)
  expect([status, text.startsWith("exit code 0\nfirst\nxx"), text.endsWith("xx\nlast\n")]).toEqual(["ok", true, true])
  expect(text).toMatch(new RegExp(`\n\\(${MEGABYTES - 1}97\\d{4} bytes left out here; filter`))
  const kept = await bench.blob(blob ?? "")
  expect(kept.length).toBeGreaterThan(4_000_000)
  expect(kept.length).toBeLessThan(4_400_000)
  expect(kept.toString("latin1")).toMatch(new RegExp(`\n\\(${MEGABYTES - 5}\\d{6} bytes not kept\\)\n`))
  expect(peak - before).toBeLessThan(120_000_000)
  if (MEGABYTES > 200) console.log(`${MEGABYTES} MB of output: ${Math.round((peak - before) / 1e6)} MB more memory at the peak, ${kept.length} bytes kept`)
})

test("characters of several bytes are not torn where the middle is left out", async () => {
  const { text } = await run("printf a; head -c 90000 /dev/zero | sed 's/\\x00/\u{1F642}/g'; printf b")
  expect(text.includes("\uFFFD")).toBe(false)
  expect(text.isWellFormed()).toBe(true)
})

test("what colours the output or moves a cursor is left out of what the model reads", async () => {
  expect((await run("printf '\\033[31mred\\033[0m \\033]0;title\\007done\\r\\n'")).text).toBe("exit code 0\nred done\n")
})

test("output comes while the command runs, in the order of its streams, and the end comes last", async () => {
  const events = await bench.events("shell", { command: "echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three" })
  expect(events.map((event) => (event.type === "ToolProgress" ? `${event.stream} ${event.text}` : event.type))).toEqual([
    "stdout one\n",
    "stderr two\n",
    "stdout three\n",
    "ToolCompleted"
  ])
})

test("progress is merged into few frames and capped at 64 kB", async () => {
  const events = await bench.events("shell", { command: "seq 1 100000" })
  const progress = events.flatMap((event) => (event.type === "ToolProgress" ? event.text : []))
  expect(progress.join("").length).toBe(65_536)
  expect(progress.length).toBeLessThan(40)
  expect(Math.max(...progress.map((text) => text.length))).toBeLessThanOrEqual(4_096)
})

test("characters of several bytes that arrive in pieces are whole in the progress", async () => {
  const events = await bench.events("shell", { command: "printf '\\360\\237'; sleep 0.1; printf '\\231\\202'" })
  expect(events.flatMap((event) => (event.type === "ToolProgress" ? event.text : [])).join("")).toBe("\u{1F642}")
})

test("interrupted, a command is dead when the interruption ends, and says nothing more", async () => {
  const events: Unstamped[] = []
  const begun = Promise.withResolvers<void>()
  const seconds = `77${process.pid % 1000}.5`
  const started = { effect: 99, call: toolCall("shell", { command: `trap '' TERM; echo begun; (sleep ${seconds}); while :; do echo more; done` }), changes: true }
  const emit = (event: Unstamped): void => {
    events.push(event)
    begun.resolve()
  }
  const count = await bench.effect(
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(executeCall(started, emit))
      yield* Effect.promise(() => begun.promise)
      yield* Fiber.interrupt(fiber)
      return events.length
    })
  )
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect(events.length).toBe(count)
  expect(events.some(({ type }) => type === "ToolCompleted")).toBe(false)
  expect(execFileSync("ps", ["-eo", "args="], { encoding: "utf8" })).not.toContain(`sleep ${seconds}`)
})

test.each([
  ["git status && ls", {}, false, 2],
  ["ls && rm x", {}, true, 2],
  ["git status", { cwd: "sub dir" }, true, 1],
  ["ls", { cwd: "sub dir" }, false, 1]
])("the facts of %j %j", async (command, more, changes, count) => {
  const facts = await bench.vet("shell", { command, ...more })
  expect([facts.changes, facts.commands.length, facts.paths]).toEqual([changes, count, []])
})

test("a command that cannot be told apart counts as changing", async () => {
  expect(await bench.vet("shell", { command: "$x > out" })).toEqual({
    call: "call_1",
    changes: true,
    paths: [],
    commands: "unparsed",
    seen: ["'$x'"],
    touched: [{ path: "out", access: "write", inside: true }],
    hosts: []
  })
})

test.each<[line: string, cwd: string | undefined, where: readonly (string | null | undefined)[]]>([
  ["ls; ./run.sh", undefined, [undefined, undefined]],
  ["./run.sh", ".", [undefined]],
  ["ls | ./run.sh", "sub dir", ["sub dir", "sub dir"]],
  ["cd 'sub dir' && ./run.sh || ls", undefined, [undefined, "sub dir", "sub dir"]],
  ["cd 'sub dir' && ls; ./run.sh", undefined, [undefined, "sub dir", "sub dir"]],
  ["cd .. && ./run.sh", "sub dir", ["sub dir", undefined]],
  ["cd to-sub && ./run.sh", undefined, [undefined, "sub dir"]],
  ["cd / && ./run.sh", undefined, [undefined, "/"]],
  ["cd to-sub/.. && ./run.sh", undefined, [undefined, null]],
  ["cd missing && ./run.sh", undefined, [undefined, null]],
  ["cd 'sub dir'; ./run.sh", undefined, [undefined, null]],
  ["cd 'sub dir' || ./run.sh", undefined, [undefined, null]],
  ["cd 'sub dir' | ./run.sh", undefined, [undefined, null]],
  ["cd - && ./run.sh", undefined, [undefined, null]],
  ["cd && ./run.sh", undefined, [undefined, null]],
  ["cd 'sub dir' && cd .. && ./run.sh", undefined, [undefined, undefined, null]],
  ["ls && cd 'sub dir' && ./run.sh", "sub dir", ["sub dir", "sub dir", null]],
  ["(cd 'sub dir' && ls); ./run.sh", undefined, [undefined, null, null]],
  ["cd 'sub dir' && ls & ./run.sh", undefined, [undefined, null, null]],
  ['cd "$x" && ./run.sh', undefined, [undefined, null]]
])("in %j with the cwd %j each command is known to run in %j", async (command, cwd, where) => {
  const { commands } = await bench.vet("shell", { command, ...(cwd === undefined ? {} : { cwd }) })
  expect(commands === "unparsed" ? commands : commands.map((each) => each.cwd)).toEqual(where)
})

test("what is opened for a command is a path that it reads or writes, found where the command runs", async () => {
  const opened = { call: "call_1", changes: true, commands: [{ text: "ls", reads: true }], hosts: [] }
  expect(await bench.vet("shell", { command: "ls > out", cwd: "sub dir" })).toEqual({
    ...opened,
    commands: [{ text: "ls", reads: true, cwd: "sub dir" }],
    paths: [{ path: "sub dir/out", access: "write", inside: true }]
  })
  expect(await bench.vet("shell", { command: "ls >> /elsewhere/out 2>&1" })).toEqual({
    ...opened,
    paths: [{ path: "/elsewhere/out", access: "write", inside: false }]
  })
  expect(await bench.vet("shell", { command: "ls < in 2>/dev/null" })).toEqual({
    ...opened,
    changes: false,
    paths: [{ path: "in", access: "read", inside: true }]
  })
  expect(await bench.vet("shell", { command: "cd src && ls > out" })).toEqual({
    ...opened,
    paths: [],
    commands: "unparsed",
    seen: ["cd src", "ls"],
    touched: ["out", "src/out"].map((path) => ({ path, access: "write", inside: true }))
  })
})
