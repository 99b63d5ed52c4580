import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { decide, type Permissions } from "../../../../src/machine/policy/permission.ts"
import type { Rule } from "../../../../src/machine/session.ts"
import { RULES, TOUCHED_TABLE } from "./touched-table.ts"
import { workbench } from "../workbench.ts"

const bench = workbench()
beforeAll(() => {
  for (const file of [".env", ".env.local", "src/a.ts", "src/key", "secrets/key", "locked/a", "notes/today", "environment"]) bench.write(file, "1")
  for (const [link, target] of [["link", ".env"], ["folder-link", "secrets"], [".env-link", "src/a.ts"]] as const) symlinkSync(target, join(bench.root, link))
})

const rules = (["deny", "ask", "allow"] as const).flatMap((decision) => RULES[decision].map((rule): Rule => ({ decision, rule, source: "table" })))
const permissions: Permissions = { rules, approvals: [], mode: "auto", attended: true }

describe("deny and ask rules about files hear what the commands of a line name", () => {
  test.each(TOUCHED_TABLE)("%s: %j", async (verdict, command) => {
    const facts = { ...(await bench.vet("shell", { command })), sandboxed: true }
    expect(decide("shell", facts, permissions).decision).toBe(verdict)
  })
})

test("the table has at least 100 lines, and none twice", () => {
  expect(new Set(TOUCHED_TABLE.map(([, line]) => line)).size).toBe(TOUCHED_TABLE.length)
  expect(TOUCHED_TABLE.length).toBeGreaterThanOrEqual(100)
})

test("the tool git tells what it is given, too", async () => {
  const verdict = async (operation: string, ...args: readonly string[]) =>
    decide("git", { ...(await bench.vet("git", { operation, args })), sandboxed: true }, permissions).decision
  expect([
    await verdict("add", ".env"),
    await verdict("add", "src/a.ts"),
    await verdict("commit", "-m", "env: a"),
    await verdict("diff", "secrets/key")
  ]).toEqual(["deny", "allow", "allow", "deny"])
})

test("a rule that allows a file allows no command that names it", async () => {
  const facts = await bench.vet("shell", { command: "python3 src/a.ts" })
  expect(facts.touched).toEqual([{ path: "src/a.ts", access: "read", inside: true, unsure: true }])
  expect(decide("shell", facts, { ...permissions, rules: rules.filter(({ rule }) => !rule.startsWith("shell")), mode: "default" }).decision).toBe("ask")
})

test("a line that names more files than are told counts as one that may touch all there is", async () => {
  const { touched } = await bench.vet("shell", { command: `cat ${Array.from({ length: 300 }, (_, index) => `f${index}.txt`).join(" ")}` })
  expect(touched).toEqual([".", "/"].map((path) => ({ path, access: "read", inside: path === ".", unsure: true, within: true })))
})

test("a word that is longer than a path names no file, but one that chooses may", async () => {
  const long = "x".repeat(5_000)
  expect((await bench.vet("shell", { command: `git commit -m '.env ${long}'` })).touched).toBeUndefined()
  expect((await bench.vet("shell", { command: `cat {.env,${long}}` })).touched?.map(({ path }) => path)).toEqual([".", "/"])
})

test("a folder around the workspace holds it", async () => {
  const rooted: Permissions = { ...permissions, rules: [{ decision: "deny", rule: "file_read(./secrets/*.pem)", source: "table" }] }
  const verdict = async (command: string) => decide("shell", { ...(await bench.vet("shell", { command })), sandboxed: true }, rooted).decision
  expect([await verdict("tar cf - .."), await verdict("tar cf - ."), await verdict("tar cf - src"), await verdict("tar cf - /elsewhere")]).toEqual(["ask", "ask", "allow", "allow"])
})

test.each([
  ["cat link", "the rule file_read(.env*) (table) denies it: the command names .env"],
  ["cat notes/today", "the rule file_read(notes/**) (table) asks: the command names notes/today"],
  ["rg x src", "the command may go into src, where the rule file_read(.env*) (table) can mean files"],
  ["node locked/a", "the command may write locked/a, which the rule Edit(locked/**) (table) is about"]
])("%j is not run, because %s", async (command, reason) => {
  expect(decide("shell", await bench.vet("shell", { command }), permissions)).toMatchObject({ reason })
})
