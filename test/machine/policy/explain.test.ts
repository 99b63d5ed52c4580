import { expect, test } from "vitest"
import type { CallFacts } from "../../../src/machine/event.ts"
import { explain, inOrder } from "../../../src/machine/policy/explain.ts"
import type { Permissions } from "../../../src/machine/policy/permission.ts"
import type { PermissionMode, Rule } from "../../../src/machine/session.ts"

const rule = (text: string): Rule => {
  const [decision, ...words] = text.split(" ")
  return { decision: decision as Rule["decision"], rule: words.join(" "), source: "settings" }
}
const holding = (rules: readonly string[], mode: PermissionMode = "default", approvals: readonly string[] = []): Permissions => ({
  rules: rules.map(rule),
  approvals,
  mode,
  attended: true
})
const runs = (...commands: readonly string[]): CallFacts => ({
  call: "call_1",
  changes: true,
  paths: [],
  commands: commands.map((text) => ({ text, reads: false })),
  hosts: []
})
const decided = (facts: CallFacts, permissions: Permissions): string => {
  const { verdict, ground } = explain("shell", facts, permissions)
  return `${verdict.decision}: ${ground.type === "rules" ? ground.rules.map((each) => `${each.decision} ${each.rule}`).join(" + ") : ground.type === "mode" ? ground.mode : ground.type}`
}
const unparsed: CallFacts = { ...runs(), commands: "unparsed" }

test("a decision names what decided it, in the order in which things count", () => {
  const all = ["allow shell(git *)", "ask shell(git push *)", "deny shell(git push --force *)"]
  expect([
    decided(runs("git log"), holding(all)),
    decided(runs("git push"), holding(all)),
    decided(runs("git push --force"), holding(all, "bypass")),
    decided(runs("git log", "npm test"), holding(all)),
    decided(runs("git log", "npm test"), holding(all, "default", ["shell(npm test)"])),
    decided(runs("git log"), holding(all, "plan")),
    decided(runs("ls"), holding([], "bypass")),
    decided(unparsed, holding(all)),
    decided(unparsed, holding(["allow shell"])),
    decided(unparsed, holding(["allow shell", "deny shell(*)"])),
    decided({ ...runs("ls"), hook: { decision: "deny", reason: "no" } }, holding(["deny shell"])),
    decided({ ...runs("ls"), invalid: "bad" }, holding(all))
  ]).toEqual([
    "allow: allow shell(git *)",
    "ask: ask shell(git push *)",
    "deny: deny shell(git push --force *)",
    "ask: default",
    "allow: allow shell(git *) + allow shell(npm test)",
    "deny: plan",
    "allow: bypass",
    "ask: ask shell(git push *)",
    "allow: allow shell",
    "deny: deny shell(*)",
    "deny: hook",
    "invalid: vetting"
  ])
})

test("rules stand in the order in which they count, whatever the order they were said in; what was approved comes last", () => {
  const { rules } = holding(["allow a", "deny b", "ask c", "deny d"])
  expect(inOrder({ rules, approvals: ["e"] }).map((each) => `${each.decision} ${each.rule} ${each.source}`)).toEqual([
    "deny b settings", "deny d settings", "ask c settings", "allow a settings", "allow e approved in this session"
  ])
})
