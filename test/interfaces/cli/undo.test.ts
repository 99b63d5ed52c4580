import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { afterEach, expect, test } from "vitest"
import { filesOf } from "../../effects/git/place.ts"
import { calls, loom, makePlace, says, startLoom, type Place } from "../loom.ts"
import { hasTmux, openScreen } from "../tmux.ts"

const open: { close: () => unknown }[] = []
afterEach(() => void open.splice(0).map((one) => one.close()))

const work = async (place: Place, ...commands: readonly string[]): Promise<void> => {
  const model = place.script(...commands.flatMap((command) => calls("shell", { command })), says("done"))
  expect((await loom(place, ["-p", "go", "--model", model, "--permission-mode", "bypass"])).code).toBe(0)
}

test("undo says what it put back, undo --redo takes that back, and both leave with 0; where nothing is left to undo it leaves with 1", async () => {
  const place = makePlace()
  const before = filesOf(place.root)
  await work(place, "printf x > made; rm README.md", "printf y > second")
  const after = filesOf(place.root)
  expect(await loom(place, ["undo"])).toEqual({
    code: 0,
    stdout:
      "undo of turn 1\n  there again   README.md\n  deleted       made\n  deleted       second\n`loom undo` goes on to what came before; `loom undo --redo` takes this back\n",
    stderr: ""
  })
  expect(filesOf(place.root)).toEqual(before)
  expect(await loom(place, ["undo"])).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^undo: the tools of session \S+ changed no files, or all of it is taken back already/)
  })
  expect((await loom(place, ["undo", "--redo"])).stdout).toContain("redo of turn 1\n  deleted       README.md\n  there again   made\n")
  expect(filesOf(place.root)).toEqual(after)
  const { code, stdout } = await loom(place, ["undo", "--step", "--json"])
  const report = JSON.parse(stdout)
  expect([code, report]).toEqual([0, expect.objectContaining({ outcome: "done", files: [{ path: "second", did: "deleted" }], overwritten: [], left: [], commits: [] })])
  expect((await loom(place, ["verify", report.session])).code).toBe(0)
})

test("what a person changed since is named and the undo refused with 1; --force puts it back and keeps it", async () => {
  const place = makePlace()
  await work(place, "printf x > made; printf y > other")
  writeFileSync(join(place.root, "made"), "a person's")
  const refused = await loom(place, ["undo"])
  expect(refused).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "undo of turn 1: 1 file was changed since by somebody else, or by tools that were broken off:\n  made\n" +
      "nothing was done; `loom undo --force` puts these back, too, and keeps what stands in them now for `loom undo --redo`\n"
  })
  const forced = await loom(place, ["undo", "--force"])
  expect([forced.code, forced.stdout]).toEqual([0, expect.stringContaining("  deleted       made (changed since by somebody else: kept)\n  deleted       other\n")])
  await loom(place, ["undo", "--redo"])
  expect([readFileSync(join(place.root, "made"), "utf8"), readFileSync(join(place.root, "other"), "utf8")]).toEqual(["a person's", "y"])
})

test("an auto-commit stays in the history: the undo names it, and git does not notice", async () => {
  const place = makePlace()
  const model = place.script(calls("file_write", { path: "made.txt", content: "x" }), says("done"))
  await loom(place, ["-p", "go", "--model", model, "--permission-mode", "bypass", "--auto-commit"])
  const commit = execFileSync("git", ["-C", place.root, "rev-parse", "HEAD"], { encoding: "utf8" }).trim()
  const { stdout } = await loom(place, ["undo"])
  expect(stdout).toContain(
    `commit ${commit.slice(0, 9)} stays in the history and its reverse stands in the files: commit that, or set it aside and \`git revert ${commit.slice(0, 9)}\`\n`
  )
  expect(execFileSync("git", ["-C", place.root, "status", "--short"], { encoding: "utf8" })).toBe(" D made.txt\n")
})

/** A git that is killed together with the Loom that called it, at its first `checkout-index`. */
const murderousGit = (place: Place): Readonly<Record<string, string>> => {
  const bin = join(place.root, "..", "bin")
  mkdirSync(bin)
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim()
  writeFileSync(join(bin, "git"), `#!/bin/sh\ncase " $* " in *" checkout-index "*) kill -9 $PPID; exit 1;; esac\nexec '${real}' "$@"\n`)
  chmodSync(join(bin, "git"), 0o755)
  return { PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` }
}

test("killed in the middle of an undo, nothing is lost: the next undo finishes it, and its redo still knows what stood there", async () => {
  const place = makePlace()
  const before = filesOf(place.root)
  await work(place, "printf x > made; printf changed > README.md")
  writeFileSync(join(place.root, "made"), "a person's")
  const after = filesOf(place.root)
  const killed = startLoom(place, ["undo", "--force"], { environment: murderousGit(place) })
  await killed.done
  expect(filesOf(place.root)).toEqual({ "README.md": "- changed" })
  const finished = await loom(place, ["undo"])
  expect([finished.code, finished.stdout]).toEqual([0, expect.stringContaining("undo of turn 1\n  changed back  README.md\n")])
  expect(filesOf(place.root)).toEqual(before)
  await loom(place, ["undo", "--redo"])
  expect(filesOf(place.root)).toEqual(after)
})

test("wrong use is told in a sentence: no session, two words, a session that is held, no git, a folder that is gone", async () => {
  const place = makePlace()
  expect(await loom(place, ["undo"])).toMatchObject({ code: 2, stderr: `undo in ${place.root}: no session was held here; \`loom sessions --all\` lists those of every folder\n` })
  expect((await loom(place, ["undo", "nobody"])).code).toBe(2)
  expect((await loom(place, ["undo", "a", "b"])).stderr).toContain("the command undo is written `loom undo [ID]`")
  expect((await loom(place, ["undo", "--redo", "--step"])).code).toBe(2)
  await work(place, "printf x > made")
  const [{ id }] = JSON.parse((await loom(place, ["sessions", "--json"])).stdout)
  const without = await loom(place, ["undo"], { environment: { PATH: "/nowhere" } })
  expect(without).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("there is no such program on the PATH; install git")
  })
  const busy = startLoom(place, [
    "-r",
    id,
    "-p",
    "more",
    "--model",
    place.script(says(""), says(""), { ...says("word "), chunkMs: 200, blocks: [{ type: "text", text: "word ", repeat: 200 }] }),
    "--output-format",
    "stream-json"
  ])
  await busy.until("stdout", "word word")
  expect(await loom(place, ["undo"])).toMatchObject({ code: 5, stderr: expect.stringContaining("it is held by process") })
  busy.process.kill("SIGTERM")
  await busy.done
  renameSync(place.root, `${place.root}-gone`)
  mkdirSync(place.root)
  rmSync(place.root, { recursive: true })
  const gone = await loom({ ...place, root: join(place.root, "..") }, ["undo", id])
  expect(gone).toMatchObject({ code: 1, stderr: `undo in ${place.root}: the folder is not there any more; \`loom fork ${id}\` makes its files anew elsewhere\n` })
})

test("in a conversation by lines nobody can be asked: /undo says how it is forced", async () => {
  const place = makePlace()
  const model = place.script(calls("shell", { command: "printf x > made" }), says("done"))
  const ran = await loom(place, ["--model", model, "--permission-mode", "bypass"], { input: "go\n/undo now\n/undo step\n/redo\n/undo\n" })
  expect(ran.stdout).toContain("write /undo for the last turn, or /undo step for the last batch of tools\n")
  expect(ran.stdout).toContain("in turn 1\n  deleted       made\n/undo goes on to what came before; /redo takes this back\n")
  expect(ran.stdout).toContain("redo of turn 1\n  there again   made\n")
  expect(existsSync(join(place.root, "made"))).toBe(false)
})

test.skipIf(!hasTmux)("/undo in a conversation asks before it puts back what a person changed; no leaves everything, yes does it, /redo takes it back", async () => {
  const place = makePlace()
  const model = place.script(calls("shell", { command: "printf x > made; printf y > other" }), says("done"), says("seen"))
  const screen = openScreen(place, ["--model", model, "--permission-mode", "bypass"], { columns: 200 })
  open.push(screen)
  await screen.until("sandbox: off")
  screen.type("go")
  screen.press("Enter")
  await screen.until(/done\n.*sandbox: off/)
  writeFileSync(join(place.root, "made"), "a person's")
  const ask = async (): Promise<string> => {
    screen.type("/undo")
    screen.press("Enter")
    return await screen.until("y does it all the same  n leaves everything as it is")
  }
  expect(await ask()).toContain("  made\nnothing was done; a yes puts these back, too, and keeps what stands in them now for /redo\n")
  await setTimeout(700)
  screen.press("n")
  await screen.until(/nothing was done\n.*sandbox: off/)
  expect(readFileSync(join(place.root, "made"), "utf8")).toBe("a person's")
  await ask()
  await setTimeout(700)
  screen.press("y")
  await screen.until("  deleted       made (changed since by somebody else: kept)\n  deleted       other\n")
  expect([existsSync(join(place.root, "made")), existsSync(join(place.root, "other"))]).toEqual([false, false])
  screen.type("/redo")
  screen.press("Enter")
  await screen.until("redo of turn 1")
  expect(readFileSync(join(place.root, "made"), "utf8")).toBe("a person's")
  screen.type("and now")
  screen.press("Enter")
  await screen.until("seen")
})
