import { execFileSync } from "node:child_process"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { locateInside } from "../../../src/effects/os/path.ts"
import { plainScan } from "../../../src/effects/tools/search/plain-scan.ts"
import { RulesHeld } from "../../../src/effects/tools/rules-held.ts"
import { executeCall } from "../../../src/effects/tools/runner.ts"
import { keptFrom } from "../../../src/machine/policy/kept.ts"
import type { Rule } from "../../../src/machine/session.ts"
import { toolCall, workbench } from "./workbench.ts"

/* What a rule keeps from being read is not read by looking through the tree around it. */

const bench = workbench()
const git = (...words: readonly string[]) => execFileSync("git", ["-C", bench.root, ...words], { stdio: "ignore" })
const SECRET = "s3cret-value"
const KEPT = [".env", "deep/.env.local", "keys/id", "keys/deep/[a].pem", "conf/db.yml"]
git("init", "-q", "-b", "main")
bench.write("open.txt", "needle: open before\n")
for (const path of KEPT) bench.write(path, "needle: nothing yet\n")
git("add", "-A")
git("commit", "-qm", "first")
bench.write("open.txt", "needle: open after\n")
for (const path of KEPT) bench.write(path, `needle: ${SECRET}\n`)
git("commit", "-qam", "second")
bench.write("open.txt", "needle: open now\n")
for (const path of KEPT) bench.write(path, `needle: ${SECRET} again\n`)

const rules = (decision: Rule["decision"]): readonly Rule[] => [".env*", "keys/", "./conf/d*.yml"].map((pattern) => ({ decision, rule: `Read(${pattern})`, source: "settings" }))

const run = async (name: string, input: unknown, held: readonly Rule[] = rules("deny")): Promise<string> => {
  const events: Unstamped[] = []
  await bench.vet(name, input)
  await bench.effect(Effect.provideService(executeCall({ effect: 1, call: toolCall(name, input), changes: false }, (event) => void events.push(event)), RulesHeld, held))
  return events.map((event) => (event.type === "ToolCompleted" ? event.parts.map((part) => (part.type === "text" ? part.text : "")).join("\n") : "")).join("")
}

const REMARK = "(not looked into: what Read(.env*), Read(keys/), Read(./conf/d*.yml) keeps from being read)"

test("a search of the tree leaves out files that a rule denies or asks about, and says so, whether it would have found something there or not", async () => {
  for (const decision of ["deny", "ask"] as const) {
    expect(await run("content_search", { pattern: "needle" }, rules(decision))).toBe(`open.txt:1:needle: open now\n${REMARK}`)
    expect(await run("content_search", { pattern: "s3cret" }, rules(decision))).toBe(`no line matches s3cret\n${REMARK}`)
    expect(await run("content_search", { pattern: "s3cret", path: "keys" }, rules(decision))).not.toContain(SECRET)
  }
  expect(await run("content_search", { pattern: "s3cret" }, [])).toContain(`keys/id:1:needle: ${SECRET} again`)
  const hits = await Effect.runPromise(
    plainScan({
      pattern: "needle",
      place: locateInside([bench.root], "."),
      marker: "m",
      hides: keptFrom("content_search", rules("deny")).hides
    })
  )
  expect(hits.lines.map(({ path }) => path)).toEqual(["open.txt"])
})

const SHOWS: readonly (readonly [string, readonly string[]])[] = [
  ["diff", []],
  ["diff", ["HEAD~1"]],
  ["diff", ["HEAD~1", "HEAD"]],
  ["diff", ["--", "."]],
  ["diff", ["."]],
  ["diff", ["HEAD", "--word-diff"]],
  ["diff", ["-S", "again"]],
  ["show", []],
  ["show", ["HEAD"]],
  ["show", ["HEAD", "--stat", "-p"]],
  ["log", ["-p"]],
  ["log", ["-1", "-p", "--", "open.txt", "keys", "conf"]],
  ["log", ["-G", SECRET, "-p"]]
]

test.each(SHOWS)("git %s %j shows nothing of them", async (operation, args) => {
  const [held, free] = [await run("git", { operation, args }), await run("git", { operation, args }, [])]
  expect([held.includes(SECRET), held.endsWith(REMARK), free.includes(SECRET)]).toEqual([false, true, true])
  expect(held).toMatch(args.some((word) => word === SECRET || word === "again") ? /exit code 0/ : /open.*(now|after)/)
})

test("git says what it cannot leave out, and names are shown as they are", async () => {
  git("stash")
  const blob = execFileSync("git", ["-C", bench.root, "rev-parse", "HEAD:.env"], { encoding: "utf8" }).trim()
  expect(await run("git", { operation: "stash", args: ["show", "-p"] })).toMatch(/^git stash: rules keep files from being read/)
  expect(await run("git", { operation: "stash", args: ["show"] })).toMatch(/keys\/id/)
  expect(await run("git", { operation: "show", args: [blob] })).not.toContain(SECRET)
  expect(await run("git", { operation: "show", args: [`${blob}^{blob}`] })).not.toContain(SECRET)
  expect(await run("git", { operation: "log", args: ["-p", "--follow", "open.txt"] })).toMatch(/--follow cannot be used/)
  expect(await run("git", { operation: "diff", args: ["open.txt", "--stat"] })).toMatch(/put the options before the paths/)
  expect(await run("git", { operation: "log", args: ["--oneline"] })).toMatch(/second\n.* first\n$/)
  git("stash", "pop")
})

test("a file that is named by a revision or by the index is one that the call reads", async () => {
  const paths = async (...args: readonly string[]) => (await bench.vet("git", { operation: "show", args })).paths.map(({ path }) => path)
  expect([
    await paths("HEAD:.env"),
    await paths(":.env"),
    await paths(":0:.env"),
    await paths("HEAD:./deep/../.env"),
    await paths(":(glob)*.txt")
  ]).toEqual([[".env"], [".env"], [".env"], [".env"], []])
})
