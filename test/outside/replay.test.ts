import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { ended, loom, place, script, start, until, type Answer, type Ended } from "./command.ts"

// What a careful reader of specs/replay.md expects of the commands that look back. One session of two turns, made once, is what most cases look at, from "another machine": another home, no workspace.

const answers: readonly Answer[] = [
  [["file_write", { path: "src/süß a.txt", content: "one\n" }]],
  [["shell", { command: "printf 'two\\n' > 'ü 2.txt'; mkdir -p cache; echo c > cache/c" }]],
  "First \u001b[31mred\u001b[0m \u202edone.",
  [["file_edit", { path: "src/preis.js", edits: [{ old: "price = 1", new: "price = 2" }] }]],
  [["shell", { command: "rm 'ü 2.txt'; cat src/preis.js" }]],
  "Second done."
]

interface Made {
  readonly beside: string
  readonly folder: string
  readonly home: string
  readonly id: string
  readonly log: string
}
let made: Made

const git = (folder: string, ...words: readonly string[]) =>
  execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...words], { cwd: folder, encoding: "utf8" })

const workspace = (folder: string, withGit = true): void => {
  mkdirSync(join(folder, "src"), { recursive: true })
  writeFileSync(join(folder, "src/preis.js"), "export const price = 1\n")
  writeFileSync(join(folder, ".gitignore"), "cache/\n")
  if (withGit) {
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
  }
  writeFileSync(join(folder, "notiz ü.txt"), "mine\n")
}

/** Two turns, each a process of its own. */
const session = async (beside: string, folder: string, home: string, file = join(beside, "script.json")): Promise<string> => {
  writeFileSync(file, script(answers))
  const model = ["--model", `scripted:${file}`, "--permission-mode", "bypass"]
  const first = await loom(folder, ["-p", "begin with ü", "--output-format", "json", ...model], { home })
  const second = await loom(folder, ["-p", "go on", "-c", ...model], { home })
  expect([first.code, second.code]).toEqual([0, 0])
  return (JSON.parse(first.stdout) as { session: string }).session
}

beforeAll(async () => {
  const beside = realpathSync(mkdtempSync(join(tmpdir(), "loom-outside-replay-")))
  const [folder, home, log] = [join(beside, "Übung für morgen"), join(beside, "home"), join(beside, "zwei Runden.jsonl")]
  workspace(folder)
  const id = await session(beside, folder, home)
  expect((await loom(folder, ["export", id, "--to", log, "--with-files"], { home })).code).toBe(0)
  made = { beside, folder, home, id, log }
}, 60_000)
afterAll(() => rmSync(made.beside, { recursive: true, force: true }))

/** A folder of another machine that holds the log, with its bundle or without. */
const elsewhere = (withFiles: boolean) => {
  const { beside, folder, home } = place()
  const log = join(folder, "zwei Runden.jsonl")
  cpSync(made.log, log)
  if (withFiles) cpSync(`${made.log}.bundle`, `${log}.bundle`)
  return { beside, folder, home, log }
}
const lines = (file: string) => readFileSync(file, "utf8").trimEnd().split("\n")
const inTheWorkspace = { "src/süß a.txt": "one\n", "ü 2.txt": "two\n", "cache/c": "c\n" }
/** Every file below a folder with its bytes, git's own left out. */
const files = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => !/^\.git(\/|$)/.test(name) && statSync(join(folder, name)).isFile())
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")])
  )
const hash = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .toSorted()
    .map((name) => (statSync(join(folder, name)).isFile() ? `${name} ${createHash("sha256").update(readFileSync(join(folder, name))).digest("hex")}` : name))
/** Says something to a person, and no stack. */
const isSentence = ({ stdout, stderr }: Ended) => (stdout + stderr).trim() !== "" && !/\n\s+at /.test(stdout + stderr)
const numberOf = (type: string, nth = 0) =>
  lines(made.log)
    .filter((line) => line.startsWith('{"n":'))
    .map((line) => JSON.parse(line) as { n: number; type: string })
    .filter((event) => event.type === type)[nth]!.n
const looking = (log: string): readonly (readonly string[])[] => [
  ["verify", log],
  ["replay", log],
  ["replay", log, "--json"],
  ["replay", log, "--at", "10"],
  ["stats", log],
  ["stats", log, "--json"],
  ["diff", log, log],
  ["bisect", log, "--when", "tool=file_edit"],
  ["shrink", log, "--when", "tool=file_edit"],
  ["test", log, "--out", "made", "--runner", "node"]
]

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
  const cut = readFileSync(log).subarray(0, 9_000)
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

test("a fork has the files of its event, untracked, ignored and shell-made ones too, and parent, workspace and git are what they were to the byte", async () => {
  const { beside, folder, home } = place()
  workspace(folder)
  const id = await session(beside, folder, home)
  git(folder, "stash", "-q")
  const log = (await loom(folder, ["export", id])).stdout
  const before = hash(folder)
  const at = numberOf("PostToolsHookCompleted", 1)
  const forked = await loom(folder, ["fork", id, "--at", String(at), "--in", join(beside, "ein Zweig")])
  expect([forked.code, forked.stdout.trimEnd().split("\n")]).toEqual([0, [expect.stringMatching(/^\d{8}-\d{6}-\w{4}$/)]])
  expect(files(join(beside, "ein Zweig"))).toEqual({
    ".gitignore": "cache/\n",
    ...inTheWorkspace,
    "notiz ü.txt": "mine\n",
    "src/preis.js": "export const price = 1\n"
  })
  const now = hash(folder).filter((line) => !line.includes(".git/worktrees"))
  expect(now).toEqual(before)
  expect((await loom(folder, ["export", id])).stdout).toBe(log)
  const sessions = (await loom(folder, ["sessions"])).stdout.split("\n")
  expect([sessions[0]!.includes(id), sessions[1]!.includes(forked.stdout.trim())]).toEqual([true, true])
  expect((await loom(folder, ["verify", forked.stdout.trim()])).code).toBe(0)
  const header = JSON.parse((await loom(folder, ["export", forked.stdout.trim()])).stdout.split("\n")[0]!)
  expect(header.parent).toMatchObject({ session: id, n: at })
})

test("a fork of a log from another machine has its files from the bundle, without a repository of its own", async () => {
  const { folder, log } = elsewhere(true)
  const forked = await loom(folder, ["fork", log, "--at", String(numberOf("PostToolsHookCompleted", 2)), "--in", "hier"])
  expect([forked.code, files(join(folder, "hier"))]).toEqual([
    0,
    { ".gitignore": "cache/\n", ...inTheWorkspace, "notiz ü.txt": "mine\n", "src/preis.js": "export const price = 2\n" }
  ])
  expect(forked.stderr).toMatch(/hier/)
})

test("without bundle a fork says what is missing and leaves nothing; with --in it works with what stands there; a folder that holds files is not written into", async () => {
  const bare = elsewhere(false)
  const lost = await loom(bare.folder, ["fork", bare.log, "--at", "12"])
  expect([lost.code === 0, lost.stdout, /--in/.test(lost.stderr), /--with-files|bundle/.test(lost.stderr)]).toEqual([false, "", true, true])
  expect((await loom(bare.folder, ["sessions", "--all", "--json"])).stdout).not.toContain("20")
  mkdirSync(join(bare.folder, "da"))
  writeFileSync(join(bare.folder, "da/eins"), "1")
  const works = await loom(bare.folder, ["fork", bare.log, "--at", "12", "--in", "da"])
  expect([works.code, files(join(bare.folder, "da"))]).toEqual([0, { eins: "1" }])
  const full = elsewhere(true)
  mkdirSync(join(full.folder, "da"))
  writeFileSync(join(full.folder, "da/eins"), "1")
  const refused = await loom(full.folder, ["fork", full.log, "--at", "12", "--in", "da"])
  expect([refused.code, refused.stdout, files(join(full.folder, "da"))]).toEqual([2, "", { eins: "1" }])
})

test("a fork in which something else was said is exact, says so, and diff names the fork and where they part", async () => {
  const { folder, log } = elsewhere(true)
  const said = numberOf("UserInput")
  const forked = await loom(folder, ["fork", log, "--at", "12", "--in", "anders", "--set", `${said}.text=fang mit "ö" an`])
  const id = forked.stdout.trim()
  const told = (await loom(folder, ["replay", id])).stdout
  expect([forked.code, (await loom(folder, ["verify", id])).code, told.includes('fang mit "ö" an'), told.includes("begin with ü")]).toEqual([0, 0, true, false])
  const diff = await loom(folder, ["diff", log, id])
  expect([diff.code, /fork/.test(diff.stdout), new RegExp(`event ${said}\\b`).test(diff.stdout)]).toEqual([1, true, true])
})

test("what --set and --drop cannot do is refused with what can be done, and makes nothing", async () => {
  const { folder, log } = elsewhere(true)
  const said = numberOf("UserInput")
  const wrong: readonly (readonly string[])[] = [
    ["--set", `${said}.txt=x`],
    ["--set", "9999.text=x"],
    ["--set", `${said}.text`],
    ["--set", `${said}.type=UserInputs`],
    ["--drop", "1"],
    ["--drop", "9999"],
    ["--at", "5", "--drop", "12"]
  ]
  const seen = []
  for (const words of wrong) {
    const ran = await loom(folder, ["fork", log, "--in", "neu", ...words])
    seen.push([words.join(" "), ran.code, ran.stdout, isSentence(ran)])
  }
  expect(seen).toEqual(wrong.map((words) => [words.join(" "), 2, "", true]))
  const field = await loom(folder, ["fork", log, "--in", "neu", "--set", `${said}.txt=x`])
  expect([/text|parts/.test(field.stderr), existsSync(join(folder, "neu")), readdirSync(folder).length]).toEqual([true, false, 2])
})

test("two runs of one script in other folders, homes and minutes are the same to diff; --exact tells them apart; the exit codes are those of diff", async () => {
  const { beside, folder, home } = place()
  workspace(folder)
  const again = join(beside, "noch einmal.jsonl")
  await loom(folder, ["export", await session(beside, folder, home, join(made.beside, "script.json")), "--to", again])
  const codes = []
  for (const words of [["diff", made.log, again], ["diff", made.log, again, "--exact"], ["diff", made.log, "nichts"], ["diff", made.log]]) codes.push((await loom(folder, words)).code)
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

test("bisect --check restores the files of a log of another machine, finds the step in few probes, and leaves nothing where it was called", async () => {
  const { folder, log } = elsewhere(true)
  const before = hash(folder)
  const found = await loom(folder, ["bisect", log, "--check", "grep -q 'price = 1' src/preis.js", "--json"])
  expect([found.code, found.stdout.includes("file_edit"), hash(folder)]).toEqual([0, true, before])
  const told = await loom(folder, ["bisect", log, "--check", "grep -q 'price = 1' src/preis.js"])
  expect(told.stdout).toMatch(/\+export const price = 2/)
  const never = await loom(folder, ["bisect", log, "--check", "true"])
  const always = await loom(folder, ["bisect", log, "--check", "false"])
  const killed = await loom(folder, ["bisect", log, "--check", "kill -9 $$"])
  expect([never, always, killed].map((ran) => [ran.code, isSentence(ran)])).toEqual([[1, true], [1, true], [expect.any(Number), true]])
  expect(killed.code).not.toBe(0)
  const bare = elsewhere(false)
  const lost = await loom(bare.folder, ["bisect", bare.log, "--check", "true"])
  expect([lost.code === 0, /bundle|--with-files/.test(lost.stderr)]).toEqual([false, true])
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

test("undo puts back what the agent changed, names what a person changed since and does nothing then, and --redo brings it back; also without git's repository", async () => {
  for (const withGit of [true, false]) {
    const { beside, folder, home } = place()
    workspace(folder, withGit)
    await session(beside, folder, home)
    const after = files(folder)
    const before = { ...after, "src/preis.js": "export const price = 1\n", "ü 2.txt": "two\n" }
    const git = withGit ? hash(join(folder, ".git")) : []
    expect((await loom(folder, ["undo"])).code).toBe(0)
    expect([withGit, files(folder)]).toEqual([withGit, before])
    expect((await loom(folder, ["undo", "--redo"])).code).toBe(0)
    expect(files(folder)).toEqual(after)
    writeFileSync(join(folder, "src/preis.js"), "mine\n")
    const refused = await loom(folder, ["undo"])
    expect([refused.code, /src\/preis\.js/.test(refused.stderr + refused.stdout), /--force/.test(refused.stderr + refused.stdout)]).toEqual([1, true, true])
    expect(files(folder)).toEqual({ ...after, "src/preis.js": "mine\n" })
    expect((await loom(folder, ["undo", "--force"])).code).toBe(0)
    expect(files(folder)).toEqual(before)
    expect((await loom(folder, ["undo", "--redo"])).code).toBe(0)
    expect(files(folder)).toEqual({ ...after, "src/preis.js": "mine\n" })
    expect(withGit ? hash(join(folder, ".git")) : []).toEqual(git)
  }
})

test("undo twice goes one turn further back, a third time says that there is nothing; --step takes back the last tools only", async () => {
  const { beside, folder, home } = place()
  workspace(folder)
  const begin = files(folder)
  await session(beside, folder, home)
  const step = await loom(folder, ["undo", "--step"])
  expect([step.code, files(folder)["ü 2.txt"], files(folder)["src/preis.js"]]).toEqual([0, "two\n", "export const price = 2\n"])
  await loom(folder, ["undo", "--redo"])
  const codes = []
  for (let times = 0; times < 3; times++) codes.push((await loom(folder, ["undo"])).code)
  expect([codes, files(folder)]).toEqual([[0, 0, 1], begin])
})

test("undo of a session whose workspace is gone, of one that is not there, and without git is a sentence and no loss", async () => {
  const { beside, folder, home } = place()
  workspace(folder)
  const id = await session(beside, folder, home)
  const after = files(folder)
  mkdirSync(join(beside, "programs"))
  symlinkSync("/bin/sh", join(beside, "programs/sh"))
  const without = await loom(folder, ["undo"], { variables: { PATH: join(beside, "programs") } })
  expect([without.code === 0, isSentence(without), files(folder)]).toEqual([false, true, after])
  const nobody = await loom(folder, ["undo", "zzzz"])
  expect([nobody.code, isSentence(nobody)]).toEqual([2, true])
  rmSync(folder, { recursive: true })
  const gone = await loom(beside, ["undo", id], { home })
  expect([gone.code === 0, isSentence(gone), existsSync(folder)]).toEqual([false, true, false])
})

test("rerun holds a session of another machine once more from its bundle, and all is the same; with a tool that says something else it is 1 and names it; without files it says what to do", async () => {
  const { folder, home, log } = elsewhere(true)
  const before = hash(folder)
  const same = await loom(folder, ["rerun", log], { home })
  expect([same.code, hash(folder)]).toEqual([0, before])
  const json = await loom(folder, ["rerun", log, "--json"], { home })
  expect([json.code, typeof JSON.parse(json.stdout)]).toEqual([0, "object"])
  mkdirSync(join(folder, "kopie/src"), { recursive: true })
  writeFileSync(join(folder, "kopie/src/preis.js"), "export const price = 1 // other\n")
  const other = await loom(folder, ["rerun", log, "--in", "kopie"], { home })
  expect([other.code, other.stdout.includes("// other")]).toEqual([1, true])
  const bare = elsewhere(false)
  const lost = await loom(bare.folder, ["rerun", bare.log])
  expect([lost.code === 0, /--in|bundle/.test(lost.stderr)]).toEqual([false, true])
})

test("rerun --tools recorded needs no files, runs nothing, and tells where another model goes another way", async () => {
  const { beside, folder, log } = elsewhere(false)
  const file = join(beside, "other.json")
  writeFileSync(file, script(answers))
  const before = hash(folder)
  const same = await loom(folder, ["rerun", log, "--tools", "recorded", "--model", `scripted:${file}`])
  expect([same.code, hash(folder)]).toEqual([0, before])
  writeFileSync(file, script([[["shell", { command: `touch '${join(folder, "da")}'` }]], "Anders.", "Auch."]))
  const other = await loom(folder, ["rerun", log, "--tools", "recorded", "--model", `scripted:${file}`])
  expect([other.code, other.stdout.includes("touch"), hash(folder)]).toEqual([1, true, before])
})

test("while another process works on a session it can be looked at and forked, but not undone", async () => {
  const { beside, folder, home } = place()
  workspace(folder)
  const file = join(beside, "slow.json")
  writeFileSync(file, script([[["shell", { command: "echo $$ > pid; sleep 60" }]], "Done."]))
  const child = start(folder, ["-p", "slow", "--model", `scripted:${file}`, "--permission-mode", "bypass"], { home })
  const gone = ended(child)
  await until("the command", () => existsSync(join(folder, "pid")))
  const id = JSON.parse((await loom(folder, ["sessions", "--json"], { home })).stdout)[0].id as string
  const seen = []
  for (const words of [["replay", id], ["stats", id], ["export", id], ["verify", id], ["fork", id, "--in", join(beside, "zweig")], ["undo", id]]) {
    const ran = await loom(folder, words, { home })
    seen.push([words[0], ran.code, isSentence(ran)])
  }
  child.kill("SIGINT")
  await gone
  expect(seen).toEqual([
    ["replay", 0, true],
    ["stats", 0, true],
    ["export", 0, true],
    ["verify", 0, true],
    ["fork", 0, true],
    ["undo", 5, true]
  ])
})

test("a bundle is git's own, its owner's only, comes along with import, and one that was damaged is refused with its log", async () => {
  const { folder, home, log } = elsewhere(true)
  expect([statSync(`${made.log}.bundle`).mode & 0o077, statSync(made.log).mode & 0o077]).toEqual([0, 0])
  git(made.folder, "bundle", "verify", "-q", `${made.log}.bundle`)
  expect((await loom(folder, ["import", log], { home })).code).toBe(0)
  rmSync(`${log}.bundle`)
  const forked = await loom(folder, ["fork", made.id, "--at", "20", "--in", "aus dem Haus"], { home })
  expect([forked.code, files(join(folder, "aus dem Haus"))["ü 2.txt"]]).toEqual([0, "two\n"])
  const broken = elsewhere(true)
  const bytes = readFileSync(`${broken.log}.bundle`)
  writeFileSync(`${broken.log}.bundle`, bytes.subarray(0, bytes.length - 40))
  for (const words of [["import", broken.log], ["fork", broken.log, "--in", "x"], ["bisect", broken.log, "--check", "true"], ["rerun", broken.log]]) {
    const ran = await loom(broken.folder, words)
    expect([words[0], ran.code === 0, isSentence(ran), /bundle/.test(ran.stderr)]).toEqual([words[0], false, true, true])
  }
  const nowhere = await loom(folder, ["export", made.id, "--with-files"], { home })
  expect([nowhere.code, nowhere.stdout]).toEqual([2, ""])
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
