import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { calls, loom, makePlace, says, startLoom, type Ran } from "../loom.ts"


const place = makePlace()
const task = (...words: readonly string[]): Promise<Ran> => loom(place, ["-q", "-p", "do it", ...words])

test("1: the model failed, and what it said before is not lost", async () => {
  expect(await task("--model", place.script())).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(/^ask the scripted model: its script has no answer to request 1 /) })
  expect((await task("--model", place.script({ ...says("and so"), stop: "max-tokens" }))).code).toBe(1)
  expect(await task("--model", place.script({ ...says("I will not"), stop: "refusal" }))).toMatchObject({ code: 1, stdout: "I will not\n" })
})

test("2: the command line cannot be meant", async () => {
  expect(await loom(place, ["--modle", "x"])).toEqual({ code: 2, stdout: "", stderr: "the flag --modle is not known; did you mean --model?\n" })
  expect((await task("--permission-mode", "yolo", "--model", place.script(says("x")))).stderr).toMatch(/the permission mode yolo is not known; take one of default, /)
  expect((await task("--allowed-tools", "shell(", "--model", place.script(says("x")))).code).toBe(2)
  expect(await loom(place, ["-p", "--model", place.script(says("x"))])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^a task is missing/) })
  expect(await loom(place, ["show", "nope"])).toEqual({ code: 2, stdout: "", stderr: "find session nope: there is none; `loom sessions --all` lists them\n" })
  expect(await loom(place, ["-C", "/nowhere/at/all", "x"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^work in \/nowhere\/at\/all: /) })
})

test("2: without a key and a model the three ways to get going are told, the demo first", async () => {
  const ran = await loom(place, ["-p", "x"])
  expect([ran.code, ran.stdout]).toEqual([2, ""])
  expect(ran.stderr.indexOf("loom demo")).toBeLessThan(ran.stderr.indexOf("ANTHROPIC_API_KEY"))
  expect(ran.stderr).toContain("openai-compatible")
})

test("3: a limit was reached, and is named", async () => {
  const model = place.script(calls("file_read", { path: "README.md" }, 5), says("never"))
  expect(await task("--max-steps", "2", "--model", model)).toMatchObject({ code: 3, stderr: "the turn reached its limit of 2 steps; continue to give it as many again\n" })
  expect((await task("--max-tokens", "10", "--model", model)).code).toBe(3)
})

test("4: something needed an approval nobody could give, even where the model came to an end", async () => {
  const ran = await task("--model", place.script(calls("shell", { command: "touch x" }), says("I could not.")))
  expect([ran.code, ran.stdout]).toEqual([4, "I could not.\n"])
  expect(ran.stderr).toBe("1 call needed an approval and nobody was there to give it: $ touch x; allow such calls with --allowed-tools or --permission-mode\n")
  expect(existsSync(join(place.root, "x"))).toBe(false)
  const denied = await task("--disallowed-tools", "shell(touch *)", "--model", place.script(calls("shell", { command: "touch x" }), says("Denied.")))
  expect([denied.code, denied.stdout]).toEqual([0, "Denied.\n"])
})

test("4: a question of the model that nobody could answer, named; one that a rule of the person denies is none", async () => {
  const model = place.script(calls("ask_user", { question: "Which port?" }), says("I took 80."))
  const ran = await task("--model", model)
  expect([ran.code, ran.stdout]).toEqual([4, "I took 80.\n"])
  expect(ran.stderr).toBe("the model asked and nobody was there to answer: Which port?; say it in the task, or go on in a conversation with `loom -c`\n")
  expect(await task("--model", model, "--disallowed-tools", "ask_user")).toMatchObject({ code: 0, stderr: "" })
  const both = await task("--model", place.script(calls("ask_user", { question: "Which port?" }), calls("shell", { command: "touch x" }), says("I could not.")))
  expect([both.code, both.stderr.split("\n").length]).toEqual([4, 3])
  expect((await loom(place, ["-q", "--model", model], { input: "do it\n" })).code).toBe(4)
})

test("5: a second process on one session is refused with the holder's name, and the first goes on", async () => {
  const other = makePlace()
  const model = other.script(says("begun"), calls("shell", { command: "echo started; cat gate" }), says("done"))
  await loom(other, ["-q", "-p", "begin", "--model", model])
  execFileSync("mkfifo", [join(other.root, "gate")])
  const first = startLoom(other, ["-p", "-c", "wait", "--model", model, "--allowed-tools", "shell", "--output-format", "stream-json"])
  await first.until("stdout", '"text":"started')
  const second = await loom(other, ["-p", "-c", "me too", "--model", model])
  expect([second.code, second.stdout]).toEqual([5, ""])
  expect(second.stderr).toMatch(/process \d+/)
  execFileSync("sh", ["-c", "echo open > gate"], { cwd: other.root })
  expect((await first.done).code).toBe(0)
})
