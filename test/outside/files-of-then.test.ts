import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { ended, loom, place, script, start, until } from "./command.ts"
import { makeFirst, answers, elsewhere, files, git, hash, inTheWorkspace, isSentence, made, numberOf, session, workspace } from "./looking-back.ts"

makeFirst()

test("a fork has the files of its event, untracked, ignored and shell-made ones too, and parent, workspace and git are what they were to the byte", async () => {
  const { beside, folder, home } = place()
  workspace(folder)
  const id = await session(beside, folder, home)
  git(folder, "stash", "-q")
  const log = (await loom(folder, ["export", id])).stdout
  const before = hash(folder)
  const at = numberOf("PostToolsHookCompleted", 1, log)
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
  const same = await loom(folder, ["rerun", "--no-sandbox", log], { home })
  expect([same.code, hash(folder)]).toEqual([0, before])
  const json = await loom(folder, ["rerun", "--no-sandbox", log, "--json"], { home })
  expect([json.code, typeof JSON.parse(json.stdout)]).toEqual([0, "object"])
  mkdirSync(join(folder, "kopie/src"), { recursive: true })
  writeFileSync(join(folder, "kopie/src/preis.js"), "export const price = 1 // other\n")
  const other = await loom(folder, ["rerun", "--no-sandbox", log, "--in", "kopie"], { home })
  expect([other.code, other.stdout.includes("// other")]).toEqual([1, true])
  const bare = elsewhere(false)
  const lost = await loom(bare.folder, ["rerun", "--no-sandbox", bare.log])
  expect([lost.code === 0, /--in|bundle/.test(lost.stderr)]).toEqual([false, true])
})

test("rerun --tools recorded needs no files, runs nothing, and tells where another model goes another way", async () => {
  const { beside, folder, log } = elsewhere(false)
  const file = join(beside, "other.json")
  writeFileSync(file, script(answers))
  const before = hash(folder)
  const same = await loom(folder, ["rerun", "--no-sandbox", log, "--tools", "recorded", "--model", `scripted:${file}`])
  expect([same.code, hash(folder)]).toEqual([0, before])
  writeFileSync(file, script([[["shell", { command: `touch '${join(folder, "da")}'` }]], "Anders.", "Auch."]))
  const other = await loom(folder, ["rerun", "--no-sandbox", log, "--tools", "recorded", "--model", `scripted:${file}`])
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
