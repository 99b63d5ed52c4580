import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { ended, heard, loom, place, processes, script, seen, serving, start, until, type Answer, type Call } from "./command.ts"

const scripted = (beside: string, name: string, answers: readonly Answer[]): string => {
  const file = join(beside, `${name}.json`)
  writeFileSync(file, script(answers))
  return `scripted:${file}`
}
const looks: readonly Call[] = [["directory_list", { path: "." }]]
/** Lines a person can read: some, and no stack. */
const isSentence = (text: string) => text.trim() !== "" && !/\n\s+at /.test(text)

test("a run ends in 0 only if it was done: refusals, cut answers, budgets, failures, denials and wrong usage each have their code, a reason on stderr, and the answer alone on stdout", async () => {
  const { beside, folder } = place()
  const model = (name: string, ...answers: readonly Answer[]) => ["--model", scripted(beside, name, answers)]
  const stopped = (stop: string): Answer => ({ blocks: [{ type: "text", text: "half" }], stop })
  const runs: readonly (readonly [number, string, readonly string[]])[] = [
    [0, "Done.\n", ["-p", "go", ...model("done", looks, "Done.")]],
    [1, "", ["-p", "go", ...model("nothing")]],
    [1, "half\n", ["-p", "go", ...model("refused", stopped("refusal"))]],
    [1, "half\n", ["-p", "go", ...model("cut", stopped("max-tokens"))]],
    [2, "", ["-p", "go", "--nonsense"]],
    [2, "", ["-p", "go", "--max-steps", "many", ...model("usage", "Done.")]],
    [2, "", ["-p", "go", "--permission-mode", "yolo", ...model("mode", "Done.")]],
    [2, "", ["-p", "go", "--model", "nosuch:model"]],
    [2, "", ["-p", ...model("no-task", "Done.")]],
    [3, "", ["-p", "go", "--max-steps", "1", ...model("steps", looks, "Done.")]],
    [4, "Done.\n", ["-p", "go", ...model("denied", [["shell", { command: "touch x" }]], "Done.")]],
    [4, "Done.\n", ["-p", "go", ...model("asked", [["ask_user", { question: "which?" }]], "Done.")]]
  ]
  const seenRuns: (readonly [number | null, string, readonly string[]])[] = []
  for (const [, , words] of runs) {
    const { code, stdout, stderr } = await loom(folder, words)
    seenRuns.push([code, stdout, words])
    if (code !== 0) expect([words, isSentence(stderr)]).toEqual([words, true])
  }
  expect(seenRuns).toEqual(runs)
  const both = model("both", [["shell", { command: "touch x" }], ["shell", { command: "rm x" }]], "Done.")
  const mixed = await loom(folder, ["-p", "go", "--disallowed-tools", "shell(rm *)", ...both])
  expect([mixed.code, /^.*needed an approval/m.exec(mixed.stderr)?.[0]]).toEqual([4, "of 2 denied calls 1 needed an approval"])
})

test("json is one line of the eight promised fields, also of a run that failed; an unknown price is unknown, and with a money budget no request leaves and stderr says what to do", async () => {
  const { folder } = place()
  await using server = await serving([looks, "Done."])
  const words = (...more: readonly string[]) => ["-p", "go", "--output-format", "json", ...more]
  const done = await loom(folder, words(), { server })
  const usage = { inputTokens: expect.any(Number), outputTokens: expect.any(Number), cacheReadTokens: 0, cacheWriteTokens: 0, unpriced: 2 }
  const fields = (stdout: string) => Object.keys(JSON.parse(stdout))
  const promised = ["session", "result", "outcome", "steps", "usage", "cost", "denials", "error"]
  expect(JSON.parse(done.stdout)).toEqual({
    session: expect.any(String),
    result: "Done.",
    outcome: "completed",
    steps: 2,
    usage,
    cost: "unknown",
    denials: [],
    error: null
  })
  const budget = await loom(folder, words("--max-budget-usd", "5"), { server })
  const stuck = await loom(folder, ["-p", "go", "--output-format", "json", "--model", "openai:gpt-5"])
  expect([done, budget, stuck].map(({ stdout }) => [fields(stdout), stdout.split("\n").length])).toEqual(Array(3).fill([promised, 2]))
  expect([budget.code, stuck.code]).toEqual([3, 1])
  expect(JSON.parse(budget.stdout)).toMatchObject({ result: "", outcome: "budget-cost", steps: 0 })
  expect(budget.stderr).toMatch(/price/)
  expect(JSON.parse(stuck.stdout).error).not.toBeNull()
  expect(stuck.stderr).toMatch(/OPENAI_API_KEY/)
  expect(seen(server)).toHaveLength(2)
})

test("what stream-json prints is what export writes, byte for byte, and it is the same again after an import into another home, where it verifies and can be gone on with", async () => {
  const { beside, folder } = place()
  const words = "héllo 🧶\u2028 \\u0000 \"quoted\" \ttab \u0007 ﷽"
  const model = scripted(beside, "round", [[["file_write", { path: "süß/ü b.txt", content: "a\r\n\u0000🧶" }]], words, "And on."])
  const run = await loom(folder, ["-p", "go 🧶", "--output-format", "stream-json", "--permission-mode", "accept-edits", "--model", model])
  const id = (JSON.parse(run.stdout.split("\n")[0]!) as { session: string }).session
  const [first, second, other] = [join(beside, "a b.jsonl"), join(beside, "ü.jsonl"), join(beside, "other home")]
  await loom(folder, ["export", id, "--to", first])
  expect((await loom(folder, ["import", first], { home: other })).code).toBe(0)
  await loom(folder, ["export", id, "--to", second], { home: other })
  expect(run.stdout).not.toContain("\r\n")
  expect(readFileSync(first, "utf8")).toBe(run.stdout)
  expect(readFileSync(second, "utf8")).toBe(run.stdout)
  expect(readFileSync(join(folder, "süß/ü b.txt"), "utf8")).toBe("a\r\n\u0000🧶")
  expect((await loom(folder, ["verify", first, second, id], { home: other })).code).toBe(0)
  const on = await loom(folder, ["-p", "on", "-r", id, "--output-format", "json", "--model", model], { home: other })
  expect([on.code, JSON.parse(on.stdout)]).toMatchObject([0, { session: id, result: "And on." }])
})

test("verify takes no log in which one byte was changed, one line is missing, doubled or in another place, and calls one that was cut cut; a good one beside them stays good", async () => {
  const { beside, folder } = place()
  const run = await loom(folder, ["-p", "go", "--output-format", "stream-json", "--model", scripted(beside, "damage", [looks, "Done."])])
  const lines = run.stdout.trimEnd().split("\n")
  const flipped = (line: string) => {
    const middle = line.search(/[a-z0-9](?=[^a-z0-9]*$)/)
    return line.slice(0, middle) + (line[middle] === "e" ? "f" : "e") + line.slice(middle + 1)
  }
  const whole = (kept: readonly string[]) => `${kept.join("\n")}\n`
  const logs: Record<string, string> = { good: run.stdout }
  lines.forEach((line, index) => {
    logs[`damaged-${index + 1}`] = whole(lines.with(index, flipped(line)))
    if (index > 0) logs[`missing-${index + 1}`] = whole(lines.toSpliced(index, 1))
    if (index > 0) logs[`doubled-${index + 1}`] = whole(lines.toSpliced(index, 0, line))
    if (index > 1) logs[`swapped-${index + 1}`] = whole(lines.with(index, lines[index - 1]!).with(index - 1, line))
    if (index > 0) logs[`cut-${index + 1}`] = whole(lines.slice(0, index))
  })
  logs["cut-torn"] = run.stdout.slice(0, -20)
  mkdirSync(join(beside, "logs"))
  for (const [name, log] of Object.entries(logs)) writeFileSync(join(beside, "logs", name), log)
  const names = Object.keys(logs)
  const { code, stdout } = await loom(join(beside, "logs"), ["verify", "--json", ...names], { home: join(beside, "home") })
  const verdicts = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { log: string; verdict: string; message: string })
  const kind = (verdict: string) => (verdict === "exact" || verdict === "cut" ? verdict : "damaged")
  const expected = names.map((name) => {
    const [what, line] = name.split("-") as [string, string | undefined]
    if (what === "good") return [name, "exact"]
    if (what === "cut" || (what === "missing" && line === String(lines.length))) return [name, "cut"]
    return [name, "damaged"]
  })
  expect(code).toBe(1)
  expect(verdicts.map(({ log, verdict }) => [log, kind(verdict)])).toEqual(expected)
  const damaged = verdicts.filter(({ verdict }) => kind(verdict) === "damaged")
  expect(damaged.filter(({ message }) => !/line \d|\d+ (to|–|-) \d+|block|event/.test(message))).toEqual([])
})

test("-c goes on with the newest session of this folder and of no other, its requests begin with those before; where there is nothing to go on with it says so and begins nothing", async () => {
  const { beside, folder, home } = place()
  const [other, empty] = [join(beside, "other"), join(beside, "empty")]
  mkdirSync(other)
  mkdirSync(empty)
  await using server = await serving(["One.", "Two.", "Three."])
  const go = async (where: string, ...words: readonly string[]) => {
    const { code, stdout } = await loom(where, ["-p", ...words, "--output-format", "json"], { server, home })
    return { code, ...(JSON.parse(stdout || "{}") as { session?: string; result?: string }) }
  }
  const first = await go(folder, "remember 7")
  const second = await go(other, "remember 8")
  const more = await go(folder, "which?", "-c")
  expect([first.result, second.result, more.result]).toEqual(["One.", "One.", "Two."])
  expect([more.session === first.session, first.session === second.session]).toEqual([true, false])
  const [before, , after] = seen(server).map((messages) => messages.map(({ role, content }) => [role, ...content.map((block) => block.text)]))
  expect(after!.slice(0, 2)).toEqual([before![0], ["assistant", "One."]])
  expect(after![2]!.slice(0, 2)).toEqual(["user", "which?"])
  const nothing = await go(empty, "which?", "-c")
  const unknown = await go(folder, "which?", "-r", "20200101-000000-none")
  expect([nothing.code === 0, unknown.code === 0]).toEqual([false, false])
  expect(seen(server)).toHaveLength(3)
})

test("a second process on a running session is refused with 5 and the holder's number, changes nothing of it, and may have it when the first is done", async () => {
  const { folder } = place()
  await using server = await serving([[["shell", { command: "until [ -e 'go on' ]; do sleep 0.02; done" }]], "Done.", "Mine."])
  const first = start(folder, ["-p", "go", "--permission-mode", "bypass"], { server })
  const end = ended(first)
  await until("the first request", () => seen(server).length === 1)
  const [listed] = JSON.parse((await loom(folder, ["sessions", "--json"])).stdout) as readonly { readonly id: string }[]
  const second = await loom(folder, ["-p", "me too", "-r", listed!.id], { server })
  expect([second.code, second.stdout]).toEqual([5, ""])
  expect(second.stderr).toContain(String(first.pid))
  expect(first.exitCode).toBe(null)
  writeFileSync(join(folder, "go on"), "")
  expect(await end).toMatchObject({ code: 0, stdout: "Done.\n" })
  const third = await loom(folder, ["-p", "me now", "-r", listed!.id], { server })
  expect([third.code, third.stdout]).toEqual([0, "Mine.\n"])
  const texts = seen(server)[2]!.map(({ content }) => content.flatMap((block) => (block.type === "text" ? [block.text?.trimEnd()] : [])))
  expect([seen(server).length, texts]).toEqual([3, [["go", expect.any(String)], [], [], ["Done."], ["me now"]]])
  expect((await loom(folder, ["verify", listed!.id])).code).toBe(0)
})

test("what is piped in is appended to the task or is the task, whole and unchanged however long; nothing at all is wrong usage and asks no model", async () => {
  const { folder } = place()
  await using server = await serving(["Done."])
  const long = `${"ß🧶\tline\r\n".repeat(20_000)}the end`
  const appended = await loom(folder, ["-p", "review this"], { server, input: long })
  const alone = await loom(folder, ["-p"], { server, input: "only piped\n" })
  const none = await loom(folder, ["-p"], { server, input: "" })
  const blank = await loom(folder, ["-p"], { server, input: " \n\n" })
  expect([appended, alone, none, blank].map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, "Done.\n"],
    [0, "Done.\n"],
    [2, ""],
    [2, ""]
  ])
  const tasks = seen(server).map((messages) => messages[0]!.content.map((block) => block.text ?? ""))
  expect(tasks).toHaveLength(2)
  expect(tasks[0]!.join("\n").startsWith("review this")).toBe(true)
  expect(tasks[0]!.join("\n").includes(long)).toBe(true)
  expect(tasks[1]![0]!.trimEnd()).toBe("only piped")
})

test("a command that never ends is stopped at its time with all it started, the run goes on; SIGINT stops such a run with 130, leaves no process, and its log is whole", async () => {
  const { folder, home } = place()
  const [one, two, three] = [1, 2, 3].map((number) => `${process.pid}${number}.25`) as [string, string, string]
  const stubborn = `trap '' TERM; setsid sleep ${one} & sleep ${two}; sleep ${two}`
  await using server = await serving([
    [["shell", { command: stubborn, timeout_ms: 400 }]],
    [["shell", { command: `sleep ${three} & sleep ${three}` }]],
    "Done."
  ])
  const child = start(folder, ["-p", "go", "--permission-mode", "bypass", "--output-format", "json"], { server })
  const end = ended(child)
  await until("the second command", () => processes(`sleep ${three}`).length > 1)
  expect([processes(`sleep ${one}`), processes(`sleep ${two}`)]).toEqual([[], []])
  expect(heard(server)[1]).toMatchObject([{ failed: true, text: expect.stringMatching(/400 ms|0\.4 s|time/) }])
  child.kill("SIGINT")
  const { code, stdout } = await end
  expect([code, (JSON.parse(stdout) as { outcome: string }).outcome]).toEqual([130, "interrupted"])
  expect(processes(`sleep ${three}`)).toEqual([])
  const { session } = JSON.parse(stdout) as { session: string }
  const verified = await loom(folder, ["verify", session], { home })
  expect([verified.code, verified.stderr]).toEqual([0, ""])
})

test("a hundred megabytes of output cost neither memory nor log: the model reads head and tail of it, the exit code too, and the run goes on", async () => {
  const { beside, folder } = place()
  const command = "echo BEGIN; head -c 100000000 /dev/zero | tr '\\0' x; echo; echo END; echo ERR >&2; exit 3"
  await using server = await serving([[["shell", { command }]], "Done."])
  const child = start(folder, ["-p", "go", "--permission-mode", "bypass", "--output-format", "json"], { server })
  let peakKb = 0
  const watch = setInterval(() => (peakKb = Math.max(peakKb, residentPeakKb(child.pid!))), 20)
  const { code, stdout } = await ended(child)
  clearInterval(watch)
  expect(code).toBe(0)
  const { text } = heard(server)[1]![0]!
  expect(text).toMatch(/BEGIN\nx{1000}/)
  expect(text).toMatch(/x{1000}\nEND/)
  expect(text).toMatch(/ERR/)
  expect(text).toMatch(/\b3\b/)
  expect(Buffer.byteLength(text)).toBeLessThan(40_000)
  expect(peakKb).toBeGreaterThan(0)
  expect(peakKb).toBeLessThan(250_000)
  const log = join(beside, "log.jsonl")
  await loom(folder, ["export", (JSON.parse(stdout) as { session: string }).session, "--to", log])
  expect(readFileSync(log).byteLength).toBeLessThan(8_000_000)
  expect((await loom(folder, ["verify", log])).code).toBe(0)
})

const residentPeakKb = (id: number): number => {
  const file = `/proc/${id}/status`
  return existsSync(file) ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1] ?? 0) : 0
}

test("a data directory that cannot be made is named in one sentence and nothing runs; a database that is no database is set aside, whole, and the task is done", async () => {
  const { beside, folder, home } = place()
  const model = ["--model", scripted(beside, "data", ["Done."])]
  const blocked = join(beside, "a file")
  writeFileSync(blocked, "")
  const none = await loom(folder, ["-p", "go", ...model], { home: join(blocked, "home") })
  expect([none.code, none.stdout]).toEqual([1, ""])
  expect(none.stderr).toContain(blocked)
  expect([isSentence(none.stderr), none.stderr.trimEnd().split("\n").length]).toEqual([true, 1])
  await loom(folder, ["-p", "go", ...model])
  const database = join(home, "data/loom.db")
  const garbage = Buffer.alloc(50_000, "this is no database ")
  writeFileSync(database, garbage)
  const after = await loom(folder, ["-p", "go", ...model])
  expect([after.code, after.stdout]).toEqual([0, "Done.\n"])
  const aside = readdirSync(join(home, "data")).filter((name) => /^loom\.db.+/.test(name) && !/-(wal|shm)$/.test(name))
  expect(aside).toHaveLength(1)
  expect(readFileSync(join(home, "data", aside[0]!)).equals(garbage)).toBe(true)
  expect(after.stderr).toContain(aside[0])
  const listed = JSON.parse((await loom(folder, ["sessions", "--json"])).stdout) as readonly unknown[]
  expect(listed).toHaveLength(1)
})
