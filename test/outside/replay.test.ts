import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { loom, place, start } from "./command.ts"
import { makeFirst, elsewhere, hash, isSentence, lines, looking, made, numberOf, session, workspace } from "./looking-back.ts"

makeFirst()

test("whatever only looks works on a file of another machine, without a home, a network, git or a workspace, and leaves nothing in the home", async () => {
  const { beside, folder, home, log } = elsewhere(false)
  mkdirSync(join(beside, "programs"))
  symlinkSync("/bin/sh", join(beside, "programs/sh"))
  const seen = []
  for (const words of looking(log)) {
    const { code, stderr } = await loom(folder, words, { home, variables: { PATH: join(beside, "programs") } })
    seen.push([words.slice(0, 2).join(" "), code, code === 0 ? "" : stderr])
  }
  expect(seen).toEqual(looking(log).map((words) => [words.slice(0, 2).join(" "), 0, ""]))
  expect(readdirSync(home)).toEqual([])
})

test("replay --json is a line an event, numbered without holes, with the name of the state and what it means, and a last line with the whole state, the same that --at of the last event has", async () => {
  const { folder, log } = elsewhere(false)
  const all = (await loom(folder, ["replay", log, "--json"])).stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
  const count = all.length - 1
  expect(all.slice(0, -1).map(({ n }) => n)).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  expect(new Set(all.slice(0, -1).map(({ state }) => Object.keys(state).join()))).toEqual(new Set(["name,words"]))
  const last = await loom(folder, ["replay", log, "--at", String(count), "--json"])
  const one = JSON.parse(last.stdout)
  expect(last.stdout.trimEnd().split("\n")).toHaveLength(1)
  expect(Object.keys(one).toSorted()).toEqual(["actions", "event", "n", "outcome", "state"])
  expect([one.n, one.state]).toEqual([count, all.at(-1).final])
})

test("an event that is not there, a number that is none, a state, event or speed nobody knows is wrong usage and named", async () => {
  const { folder, log } = elsewhere(false)
  const wrong: readonly (readonly string[])[] = [
    ["replay", log, "--at", "0"],
    ["replay", log, "--at", "9999"],
    ["replay", log, "--at", "vier"],
    ["replay", log, "--break", "state=Eror"],
    ["fork", log, "--at", "9999", "--in", "x"],
    ["bisect", log, "--when", "state=Eror"],
    ["bisect", log, "--when", "state ="],
    ["bisect", log],
    ["bisect", log, "--when", "state=Error", "--check", "true"],
    ["shrink", log, "--when", "session.("],
    ["test", log, "--runner", "jest"],
    ["test", log, "--when", "(("],
    ["rerun", log, "--tools", "dead"]
  ]
  const seen = []
  for (const words of wrong) {
    const ran = await loom(folder, words)
    seen.push([words.join(" "), ran.code, ran.stdout, isSentence(ran)])
  }
  expect(seen).toEqual(wrong.map((words) => [words.join(" "), 2, "", true]))
  expect([existsSync(join(folder, "x")), existsSync(join(folder, "test"))]).toEqual([false, false])
})

test("each command without its log, and with one that is nowhere, is wrong usage, and says which one was not found", async () => {
  const { folder } = place()
  const commands = ["verify", "replay", "fork", "bisect", "shrink", "test", "stats", "rerun", "export", "import", "diff"]
  const more: Record<string, readonly string[]> = { bisect: ["--when", "state=Error"], shrink: ["--when", "state=Error"], diff: ["gibt es nicht.jsonl"] }
  const seen = []
  for (const command of commands) {
    const bare = await loom(folder, [command])
    const lost = await loom(folder, [command, "gibt es nicht.jsonl", ...(more[command] ?? [])])
    seen.push([command, bare.code, isSentence(bare), lost.code, /gibt es nicht/.test(lost.stdout + lost.stderr)])
  }
  expect(seen).toEqual(commands.map((command) => [command, 2, true, command === "verify" ? 1 : 2, true]))
})

test("a damaged log is refused by all, with the line that is bad, and nothing comes of it", async () => {
  const { folder, home, log } = elsewhere(true)
  const all = lines(log)
  all[10] = all[10]!.replace(/"at":(\d)/, '"at":x$1')
  writeFileSync(log, `${all.join("\n")}\n`)
  const words = [...looking(log), ["fork", log, "--at", "5", "--in", "x"], ["rerun", log], ["import", log]]
  const seen = []
  for (const each of words) {
    const ran = await loom(folder, each)
    seen.push([each.slice(0, 2).join(" "), ran.code, /line 11/.test(ran.stdout + ran.stderr), isSentence(ran)])
  }
  const code = (command: string) => (command === "verify" ? 1 : command === "diff" ? 2 : 5)
  expect(seen).toEqual(words.map((each) => [each.slice(0, 2).join(" "), code(each[0]!), true, true]))
  expect([existsSync(join(folder, "x")), existsSync(join(folder, "made"))]).toEqual([false, false])
  expect((await loom(folder, ["sessions", "--all"], { home })).stdout).not.toContain(made.id)
})

test("a log that was cut in the midst of a line is told as far as it goes, and each command says that it was cut", async () => {
  const { folder, log } = elsewhere(true)
  const cut = readFileSync(log).subarray(0, 13_000)
  writeFileSync(log, cut)
  const seen = []
  for (const each of [["replay", log], ["stats", log], ["diff", log, made.log], ["fork", log, "--in", "x"], ["import", log]]) {
    const ran = await loom(folder, each)
    seen.push([each[0], ran.code, /\bcut\b/.test(ran.stdout + ran.stderr), isSentence(ran)])
  }
  expect(seen).toEqual([
    ["replay", 0, true, true],
    ["stats", 0, true, true],
    ["diff", 1, true, true],
    ["fork", 0, true, true],
    ["import", 0, true, true]
  ])
})

test("who reads only the first line of an answer ends the command quietly", async () => {
  const { folder, log } = elsewhere(false)
  const seen = []
  for (const words of [["replay", log], ["replay", log, "--json"], ["export", made.id], ["verify", log], ["stats", log], ["shrink", log, "--when", "tool=file_edit"]]) {
    const child = start(folder, words, { home: words[0] === "export" ? made.home : join(folder, "../home") })
    child.stdout!.destroy()
    let stderr = ""
    child.stderr!.on("data", (piece: Buffer) => (stderr += piece.toString()))
    const [code] = await new Promise<readonly [number | null]>((resolve) => child.on("exit", (number) => resolve([number])))
    seen.push([words[0], code === 0 || code === 141, words[0] === "shrink" ? "" : stderr])
    expect(stderr).not.toMatch(/EPIPE|\n\s+at /)
  }
  expect(seen).toEqual(["replay", "replay", "export", "verify", "stats", "shrink"].map((command) => [command, true, ""]))
})

test("verify takes a folder with the folders in it, passes over and counts what is no log, tells in order, and is 0 only where all are exact", async () => {
  const { folder, log } = elsewhere(true)
  mkdirSync(join(folder, "tief/er"), { recursive: true })
  mkdirSync(join(folder, "leer"))
  cpSync(log, join(folder, "tief/er/ohne Endung"))
  writeFileSync(join(folder, "tief/lies.txt"), "no log")
  const good = await loom(folder, ["verify", "."])
  expect([good.code, good.stdout.match(/: exact/g)?.length]).toEqual([0, 2])
  expect(good.stdout + good.stderr).toMatch(/2 .*passed over|passed over.*2/)
  writeFileSync(join(folder, "tief/b.jsonl"), "{}\n")
  const bad = await loom(folder, ["verify", "tief", log, "--json"])
  const told = bad.stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { log: string; verdict: string })
  expect([bad.code, told.map(({ verdict }) => verdict)]).toEqual([1, ["damaged", "exact", "exact"]])
  const empty = await loom(folder, ["verify", "leer"])
  expect([empty.code === 0, isSentence(empty)]).toEqual([false, true])
})

test("two runs of one script in other folders, homes and minutes are the same to diff; --exact tells them apart; the exit codes are those of diff", async () => {
  const { beside, folder, home } = place()
  workspace(folder)
  const again = join(beside, "noch einmal.jsonl")
  await loom(folder, ["export", await session(beside, folder, home, join(made.beside, "script.json")), "--to", again])
  const codes = []
  for (const words of [
    ["diff", made.log, again],
    ["diff", made.log, again, "--exact"],
    ["diff", made.log, "nichts"],
    ["diff", made.log]
  ])
    codes.push((await loom(folder, words)).code)
  expect(codes).toEqual([0, 1, 2, 2])
  const json = JSON.parse((await loom(folder, ["diff", made.log, again, "--json"])).stdout)
  expect(typeof json).toBe("object")
})

test("what a log says is written out by whatever shows it, never obeyed, and no line is wider than a narrow terminal", async () => {
  const { folder, log } = elsewhere(true)
  const other = (await loom(folder, ["fork", log, "--at", "30", "--in", "b", "--set", `${numberOf("LlmTextDelta")}.text=zu\u001b]0;x\u0007rück`])).stdout.trim()
  const seen = []
  for (const words of [
    ["replay", log],
    ["stats", log],
    ["diff", log, other],
    ["bisect", log, "--when", "text~done"],
    ["shrink", log, "--when", "text~done", "--to", "klein.jsonl"],
    ["show", other],
    ["sessions"],
    ["verify", log]
  ]) {
    const { stdout, stderr } = await loom(folder, words, { variables: { COLUMNS: "50" } })
    // eslint-disable-next-line no-control-regex
    seen.push([words[0], /[\u0000-\u0008\u000b-\u001f\u007f\u202e]/.test(stdout + stderr)])
    if (words[0] === "diff") expect(stdout.split("\n").filter((line) => line.length > 50 && !/zwei|20\d{6}/.test(line))).toEqual([])
  }
  expect(seen).toEqual(["replay", "stats", "diff", "bisect", "shrink", "show", "sessions", "verify"].map((command) => [command, false]))
})

test("bisect --when names the first event where it holds; nowhere is 1; the world is out of reach of an expression, and one that reads what is not there is not true", async () => {
  const { folder, log } = elsewhere(false)
  const asked = async (expression: string) => {
    const { code, stdout } = await loom(folder, ["bisect", log, "--when", expression])
    return [code, new RegExp(`event ${numberOf("UserInput", 1)}\\b`).test(stdout)]
  }
  expect(await asked('event.type === "UserInput" && n > 5')).toEqual([0, true])
  expect(await asked("text~GO ON")).toEqual([0, true])
  expect(await asked("state=Error")).toEqual([1, false])
  expect(await asked("session.no.such === 3")).toEqual([1, false])
  expect((await asked("process.exit(0)"))[0]).toBe(2)
  expect((await asked('require("node:fs").writeFileSync("x", "")'))[0]).toBe(2)
  expect((await asked('this.constructor.constructor("return process")().exit(0)'))[0]).not.toBe(0)
})

test("shrink writes a log of its own that verifies exact and still shows it, the same each time; what a log does not show writes nothing", async () => {
  const { folder, log } = elsewhere(false)
  const small = await loom(folder, ["shrink", log, "--when", "tool=file_edit", "--to", "kleiner Rest.jsonl"])
  const again = await loom(folder, ["shrink", log, "--when", "tool=file_edit"])
  const file = join(folder, "kleiner Rest.jsonl")
  expect([small.code, again.code, readFileSync(file, "utf8")]).toEqual([0, 0, again.stdout])
  expect([lines(file).length < lines(log).length / 2, (await loom(folder, ["verify", file])).code]).toEqual([true, 0])
  expect(JSON.parse(lines(file)[0]!).session).toMatch(/-small$/)
  expect((await loom(folder, ["bisect", file, "--when", "tool=file_edit"])).code).toBe(0)
  const none = await loom(folder, ["shrink", log, "--when", "state=Error", "--to", "nichts.jsonl"])
  expect([none.code, existsSync(join(folder, "nichts.jsonl"))]).toEqual([1, false])
})

test("test writes a fixture and a test that node --test runs, overwrites nothing, and its check is asked where it was written", async () => {
  const { folder, log } = elsewhere(false)
  const wrote = await loom(folder, ["test", log, "--when", "tool=file_edit", "--out", "meine Tests", "--runner", "node"])
  expect([wrote.code, readdirSync(join(folder, "meine Tests")).toSorted().map((name) => name.replace(/^.*?\./, "."))]).toEqual([0, [".jsonl", ".test.mjs"]])
  const bin = join(folder, "loom-outside")
  writeFileSync(bin, `#!/bin/sh\nexec '${process.execPath}' '${join(import.meta.dirname, "../../bin/loom.js")}' "$@"\n`, { mode: 0o755 })
  const variables = { PATH: process.env["PATH"], HOME: process.env["HOME"], LOOM_BIN: bin, LOOM_HOME: join(folder, "../home") }
  const name = readdirSync(join(folder, "meine Tests")).find((each) => each.endsWith(".test.mjs"))!
  const run = (file: string) => execFileSync(process.execPath, ["--test", file], { cwd: folder, env: variables, encoding: "utf8", stdio: "pipe" })
  expect(run(join(folder, "meine Tests", name))).toMatch(/fail 0/)
  const before = hash(join(folder, "meine Tests"))
  const second = await loom(folder, ["test", log, "--out", "meine Tests", "--runner", "node"])
  expect([second.code === 0, hash(join(folder, "meine Tests"))]).toEqual([false, before])
  const red = await loom(folder, ["test", log, "--check", "exit 3", "--out", "rot", "--runner", "node"])
  expect(red.code).toBe(0)
  const file = readdirSync(join(folder, "rot")).find((each) => each.endsWith(".test.mjs"))!
  expect(() => run(join(folder, "rot", file))).toThrow()
})

test("stats: what was waited for and the states each come to the whole time, several logs come to a total, and one that is lost keeps none of the others from it", async () => {
  const { folder, log } = elsewhere(false)
  const one = JSON.parse((await loom(folder, ["stats", log, "--json"])).stdout)
  const events = lines(log).filter((line) => line.startsWith('{"n":')).map((line) => JSON.parse(line) as { at: number })
  const wholeMs = events.at(-1)!.at - events[0]!.at
  const sum = (msByName: Readonly<Record<string, number>>) => Object.values(msByName).reduce((whole, ms) => whole + ms, 0)
  const { totalMs, msByState, msByWait, msByTools } = one.time
  expect([totalMs, sum(msByState), sum(msByWait), sum(msByTools)]).toEqual([wholeMs, wholeMs, wholeMs, msByWait.tools])
  const several = await loom(folder, ["stats", log, "weg.jsonl", log, "--json"])
  const rows = several.stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
  expect([several.code === 0, Object.keys(rows.at(-1)), several.stderr.includes("weg.jsonl")]).toEqual([false, ["total"], true])
})

test("a flag that a command does not know how to keep is refused, not ignored", async () => {
  const { folder, log } = elsewhere(false)
  const wrong: readonly (readonly string[])[] = [
    ["verify", log, "--at", "3"],
    ["stats", log, "--when", "state=Error"],
    ["diff", log, log, "--at", "3"],
    ["replay", log, "--check", "true"],
    ["bisect", log, "--when", "tool=shell", "--to", "x"],
    ["export", made.id, "--in", "x"],
    ["import", log, "--with-files"],
    ["undo", "--at", "3"]
  ]
  const seen = []
  for (const words of wrong) {
    const ran = await loom(folder, words)
    seen.push([words.join(" "), ran.code, isSentence(ran)])
  }
  expect(seen).toEqual(wrong.map((words) => [words.join(" "), 2, true]))
})
