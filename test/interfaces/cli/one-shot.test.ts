import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { calls, loom, makePlace, says } from "../loom.ts"


const readThenSay = [calls("file_read", { path: "README.md" }), says("It has two lines.")] as const

test("the answer is on stdout and nothing else; what was done is on stderr", async () => {
  const place = makePlace()
  const ran = await loom(place, [
    "how long is it?",
    "--model",
    place.script({ ...readThenSay[0], blocks: [{ type: "text", text: "I look." }, ...readThenSay[0].blocks] }, readThenSay[1])
  ])
  expect([ran.code, ran.stdout]).toEqual([0, "It has two lines.\n"])
  expect(ran.stderr).toMatch(/^I look\.\n✓ read README\.md  ok  \d+ ms\n2 steps · [\d,]+ tokens: [\d,]+ in, \d+ out · \$0\.00 · session \S+\n$/)
})

test("--quiet says nothing but the answer", async () => {
  const place = makePlace()
  expect(await loom(place, ["-q", "-p", "how long is it?", "--model", place.script(...readThenSay)])).toEqual({ code: 0, stdout: "It has two lines.\n", stderr: "" })
})

test("json gives one object that says it all", async () => {
  const place = makePlace()
  const ran = await loom(place, ["-p", "how long?", "--model", place.script(...readThenSay), "--output-format", "json"])
  const report = JSON.parse(ran.stdout) as Record<string, unknown>
  expect(ran.stdout.trimEnd().split("\n")).toHaveLength(1)
  expect({ ...report, session: typeof report["session"], usage: Object.keys(report["usage"] as object) }).toEqual({
    session: "string",
    result: "It has two lines.",
    outcome: "completed",
    steps: 2,
    usage: ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "unpriced"],
    cost: 0,
    denials: [],
    error: null
  })
})

test("json counts this run alone: steps, tokens and cost of runs that go on with a session add up to the session's", async () => {
  const place = makePlace()
  const model = place.script(...readThenSay, says("Still two."))
  const report = async (...words: readonly string[]) =>
    JSON.parse((await loom(place, ["-p", "how long?", "--model", model, "--output-format", "json", ...words])).stdout) as {
      session: string
      steps: number
      usage: Record<string, number>
      cost: number
    }
  const [first, second] = [await report(), await report("-c")]
  const { usage } = JSON.parse((await loom(place, ["show", first.session, "--json"])).stdout) as { usage: Record<string, number> }
  expect([second.session, first.steps, second.steps]).toEqual([first.session, 2, 1])
  for (const [key, value] of Object.entries(first.usage)) expect([key, value + second.usage[key]!]).toEqual([key, usage[key]])
  expect(second.usage["outputTokens"]).toBeGreaterThan(0)
  expect(second.usage["inputTokens"]!).toBeLessThan(usage["inputTokens"]!)
})

test("stream-json is byte by byte what export writes, also where a session goes on", async () => {
  const place = makePlace()
  const model = place.script(...readThenSay, says("Still two."))
  const first = await loom(place, ["-q", "-p", "how long?", "--model", model, "--output-format", "stream-json"])
  const { session: id } = JSON.parse(first.stdout.split("\n", 1)[0]!) as { session: string }
  expect((await loom(place, ["export", id])).stdout).toBe(first.stdout)
  const second = await loom(place, ["-q", "-c", "-p", "and now?", "--model", model, "--output-format", "stream-json"])
  expect((await loom(place, ["export", id])).stdout).toBe(second.stdout)
  expect(second.stdout.startsWith(first.stdout.split("\n").slice(0, 5).join("\n"))).toBe(true)
  expect(second.stdout).not.toContain("\r")
})

test("what is piped in is appended to the task", async () => {
  const place = makePlace()
  const model = place.script([{ ...says("both"), when: { wordsContain: "review this\n\n-old\n+new" } }, says("not both")])
  expect((await loom(place, ["-q", "-p", "review this", "--model", model], { input: "-old\n+new\n" })).stdout).toBe("both\n")
  const alone = place.script([{ ...says("alone"), when: { wordsContain: "only the pipe" } }, says("nothing")])
  expect((await loom(place, ["-q", "-p", "--model", alone], { input: "only the pipe" })).stdout).toBe("alone\n")
})

test("-c goes on with the newest session of this folder, -r with the one that is named, in whole or in part", async () => {
  const place = makePlace()
  const model = place.script(says("first"), says("second"), says("third"))
  const other = makePlace()
  await loom({ ...other, environment: place.environment }, ["-q", "-p", "elsewhere", "--model", model])
  const begun = JSON.parse((await loom(place, ["-q", "-p", "one", "--model", model, "--output-format", "json"])).stdout) as { session: string }
  expect((await loom(place, ["-q", "-c", "two", "--model", model])).stdout).toBe("second\n")
  const end = begun.session.slice(-4)
  expect((await loom(place, ["-q", "-p", "-r", end, "three", "--model", model])).stdout).toBe("third\n")
  const listed = JSON.parse((await loom(place, ["sessions", "--json"])).stdout) as readonly { readonly id: string; readonly title: string }[]
  expect(listed.map(({ id, title }) => [id, title])).toEqual([[begun.session, "one"]])
  const all = await loom(place, ["sessions", "--all"])
  expect(all.stdout.trimEnd().split("\n")).toHaveLength(2)
})

test("an edit that is allowed is made, and the log of it can be shown, told, exported, imported and verified", async () => {
  const place = makePlace()
  const model = place.script(calls("file_read", { path: "README.md" }), calls("file_edit", { path: "README.md", edits: [{ old: "two", new: "three" }] }), says("Mended."))
  const ran = await loom(place, ["-p", "mend it", "--model", model, "--permission-mode", "accept-edits", "--output-format", "json"])
  const { session } = JSON.parse(ran.stdout) as { session: string }
  expect(readFileSync(join(place.root, "README.md"), "utf8")).toBe("# a project\n\nwith three lines\n")
  const [shown, told, exported, verified] = await Promise.all([
    loom(place, ["show", session]),
    loom(place, ["replay", session]),
    loom(place, ["export", session, "--to", "s.jsonl"]),
    loom(place, ["verify", session])
  ])
  expect(shown.stdout).toContain("› mend it\n✓ read README.md  ok\n✓ edit README.md  ok\n    @@ -1,3 +1,3 @@\n")
  expect(shown.stdout).toContain("    -with two lines\n    +with three lines\nMended.\n")
  expect(told.stdout).toContain("the person says: mend it")
  expect([exported.code, exported.stdout]).toEqual([0, ""])
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/: exact: \d+ events, \d+ actions, 3 requests and \d+ states compared\n$/)])
  const elsewhere = makePlace()
  const file = join(place.root, "s.jsonl")
  const imported = await loom(elsewhere, ["import", file])
  expect([imported.code, imported.stdout]).toEqual([0, `${session}\n`])
  expect((await loom(elsewhere, ["export", session])).stdout).toBe(readFileSync(file, "utf8"))
  expect((await loom(place, ["replay", file])).stdout).toBe(told.stdout)
})

test("lines that are piped into a conversation are said one after the other", async () => {
  const place = makePlace()
  const model = place.script(says("one"), says("two"))
  const ran = await loom(place, ["--model", model], { input: "first\n/mode plan\n/nonsense\nsecond\n" })
  expect([ran.code, ran.stdout]).toEqual([0, "one\ntwo\n"])
  expect(ran.stderr).toContain("/nonsense is not known; did you mean /")
  expect(ran.stderr).toContain("permission mode: plan")
})

test("/resume without an id lists the other sessions of this folder by number, and goes on with the one that is chosen", async () => {
  const place = makePlace()
  const model = place.script(says("First."), says("Second."))
  for (const words of ["one", "two"]) await loom(place, ["-q", "-p", words, "--model", model])
  const ran = await loom(place, ["-q", "--model", model], { input: "/resume\n/resume 2\n/history\n/resume 9\n" })
  expect(ran.stdout).toMatch(/^1 {2}\S+ .* two .*\n2 {2}\S+ .* one .*\n\/resume NUMBER goes on with one of them, \/resume ID with any\n\n› one\nFirst\.\n/)
  expect(ran.stdout).toContain("find session 9: there is none")
})

test("/diff shows what the agent changed in this session so far", async () => {
  const place = makePlace()
  const model = place.script(
    says("Hello."),
    calls("file_read", { path: "README.md" }),
    calls("file_edit", { path: "README.md", edits: [{ old: "two", new: "three" }] }),
    says("Mended.")
  )
  const ran = await loom(place, ["-q", "--model", model, "--permission-mode", "accept-edits"], { input: "hello\n/diff\nmend it\n/diff\n" })
  expect(ran.stdout).toBe(
    "Hello.\nnothing that ran in this session so far may have changed a file\nMended.\n1 file of the agent's, against the files as they were at the start of turn 2\n" +
      "changed README.md\n    @@ -1,3 +1,3 @@\n     # a project\n     \n    -with two lines\n    +with three lines\n"
  )
})

test("settings come from flags before the environment before config.toml", async () => {
  const place = makePlace()
  const model = place.script(says("from the file"))
  const other = place.script(says("from the environment"))
  const flagged = place.script(says("from the flag"))
  mkdirSync(place.home, { recursive: true })
  writeFileSync(join(place.home, "config.toml"), `model = ${JSON.stringify(model)}\n`)
  const answer = async (words: readonly string[], environment = {}) => (await loom(place, ["-q", "-p", "x", ...words], { environment })).stdout
  expect(await answer([])).toBe("from the file\n")
  expect(await answer([], { LOOM_MODEL: other })).toBe("from the environment\n")
  expect(await answer(["--model", flagged], { LOOM_MODEL: other })).toBe("from the flag\n")
})
