import { expect, test } from "vitest"
import type { CallFacts } from "../../../src/machine/event.ts"
import { decide, type Permissions } from "../../../src/machine/policy/permission.ts"
import type { PermissionMode, Rule } from "../../../src/machine/session.ts"

const facts = (found: Partial<CallFacts>): CallFacts => ({ call: "call_1", changes: false, paths: [], commands: [], hosts: [], ...found })
const ruling = (given: Partial<Permissions>): Permissions => ({ rules: [], approvals: [], mode: "default", attended: true, ...given })
const rule = (decision: Rule["decision"], text: string): Rule => ({ decision, rule: text, source: "flag" })

const READ = facts({ paths: [{ path: "a.ts", access: "read", inside: true }] })
const WRITE = facts({ changes: true, paths: [{ path: "src/a.ts", access: "write", inside: true }] })
const OUTSIDE = facts({ changes: true, paths: [{ path: "/etc/hosts", access: "write", inside: false }] })
const COMMAND = facts({ changes: true, commands: [{ text: "npm test", reads: false }] })
const SANDBOXED = { ...COMMAND, sandboxed: true }
const NETWORK = facts({ hosts: ["example.com"] })
const UNKNOWN = facts({ changes: true })

test("each mode lets through what its description says", () => {
  const calls = { READ, WRITE, OUTSIDE, COMMAND, SANDBOXED, NETWORK, UNKNOWN }
  const decided = (mode: PermissionMode) => Object.values(calls).map((call) => decide("some_tool", call, ruling({ mode })).decision).join(" ")
  expect(decided("default")).toBe("allow ask ask ask ask ask ask")
  expect(decided("accept-edits")).toBe("allow allow ask ask ask ask ask")
  expect(decided("auto")).toBe("allow allow ask ask allow ask ask")
  expect(decided("plan")).toBe("allow deny deny deny deny ask deny")
  expect(decided("bypass")).toBe("allow allow allow allow allow allow allow")
})

test("deny rules come before ask rules, ask rules before allow rules, and those before the mode", () => {
  const deny = rule("deny", "shell(npm *)")
  const ask = rule("ask", "shell(npm *)")
  const allow = rule("allow", "shell(npm *)")
  expect(decide("shell", COMMAND, ruling({ rules: [allow, ask, deny], mode: "bypass" }))).toEqual({
    decision: "deny",
    reason: "the rule shell(npm *) (flag) denies it",
    unattended: false
  })
  expect(decide("shell", COMMAND, ruling({ rules: [allow, ask], mode: "bypass" }))).toEqual({
    decision: "ask",
    reason: "the rule shell(npm *) (flag) asks"
  })
  expect(decide("shell", COMMAND, ruling({ rules: [allow] }))).toEqual({ decision: "allow" })
  expect(decide("shell", COMMAND, ruling({}))).toEqual({ decision: "ask", reason: "it runs a command" })
})

test("every command of a call must be allowed on its own", () => {
  const both = facts({ changes: true, commands: [{ text: "git status", reads: true }, { text: "rm -rf /", reads: false }] })
  expect(decide("shell", both, ruling({ rules: [rule("allow", "shell(git *)")] })).decision).toBe("ask")
  expect(decide("shell", both, ruling({ rules: [rule("allow", "shell(git *)")], approvals: ["shell(rm *)"] })).decision).toBe("allow")
})

test("a command that could not be read asks where a rule might mean it", () => {
  const unparsed = facts({ changes: true, commands: "unparsed" })
  for (const decision of ["deny", "ask"] as const) {
    expect(decide("shell", unparsed, ruling({ rules: [rule(decision, "shell(git push *)"), rule("allow", "shell")], mode: "bypass" }))).toEqual({
      decision: "ask",
      reason: "the command could not be told apart from what the rule shell(git push *) (flag) is about"
    })
  }
})

test("a hook may deny what rules allow, and allow what the mode would ask, but not what a rule denies", () => {
  const said = (decision: "allow" | "deny", rules: readonly Rule[]) => decide("shell", { ...COMMAND, hook: { decision, reason: "policy" } }, ruling({ rules })).decision
  expect(said("deny", [rule("allow", "shell")])).toBe("deny")
  expect(said("allow", [])).toBe("allow")
  expect(said("allow", [rule("deny", "shell")])).toBe("deny")
})

test("nobody there: what would ask is denied, and a question too, each with words that help", () => {
  expect(decide("shell", COMMAND, ruling({ attended: false }))).toEqual({
    decision: "deny",
    reason: "it runs a command, and nobody is there to be asked; allow it by a rule or a mode",
    unattended: true
  })
  expect(decide("ask_user", facts({ question: { text: "?", options: [] } }), ruling({ attended: false }))).toEqual({
    decision: "deny",
    reason: "nobody is there to answer; decide yourself or say what you need to know",
    unattended: true
  })
})

test("a call without facts, or with bad ones, is invalid whatever is allowed", () => {
  expect(decide("shell", undefined, ruling({ mode: "bypass" }))).toEqual({ decision: "invalid", reason: "vetting found nothing about this call" })
  expect(decide("shell", facts({ invalid: "path: missing" }), ruling({ mode: "bypass" }))).toEqual({ decision: "invalid", reason: "path: missing" })
})

test("a rule about a command holds whichever tool runs it", () => {
  const commit = facts({ changes: true, commands: [{ text: "git commit -m 'a change'", reads: false }] })
  expect(decide("git", commit, ruling({ rules: [rule("deny", "Bash(git commit *)")], mode: "bypass" })).decision).toBe("deny")
  expect(decide("git", commit, ruling({ rules: [rule("allow", "shell(git *)")] })).decision).toBe("allow")
  expect(decide("git", commit, ruling({ rules: [rule("allow", "shell")] })).decision).toBe("ask")
})

test("a rule that denies or asks about a folder does so about all in it, and what may not be read may not be edited; a rule that allows is read narrowly", () => {
  const touching = (path: string, access: "read" | "write") =>
    facts({ changes: access === "write", paths: [{ path, access, inside: true }] })
  const verdict = (tool: string, text: string, call: CallFacts) =>
    decide(tool, call, ruling({ rules: [rule(text.split(" ")[0] as Rule["decision"], text.split(" ")[1]!)], mode: "default" })).decision
  expect({
    "below a folder": verdict("file_read", "deny Read(keys)", touching("deep/keys/id/a.pem", "read")),
    "below a folder with a slash": verdict("file_read", "deny Read(./keys/)", touching("keys/id", "read")),
    "beside it": verdict("file_read", "deny Read(keys/)", touching("keys.txt", "read")),
    "below a folder elsewhere": verdict("file_read", "deny Read(./keys)", touching("deep/keys/id", "read")),
    "asks below a folder": verdict("file_read", "ask Read(keys)", touching("keys/id", "read")),
    "edits what may not be read": verdict("file_edit", "deny Read(.env*)", touching("deep/.env", "write")),
    "patches what may not be read": verdict("apply_patch", "deny Read(.env*)", touching(".env", "write")),
    "writes what may not be read": verdict("file_write", "deny Read(.env*)", touching(".env", "write")),
    "an allowed folder is not what is in it": verdict("file_write", "allow Write(src)", touching("src/a.ts", "write"))
  }).toEqual({
    "below a folder": "deny",
    "below a folder with a slash": "deny",
    "beside it": "allow",
    "below a folder elsewhere": "allow",
    "asks below a folder": "ask",
    "edits what may not be read": "deny",
    "patches what may not be read": "deny",
    "writes what may not be read": "ask",
    "an allowed folder is not what is in it": "ask"
  })
})

test("deny and ask rules about files hear of those that a command names, allow rules do not; an older machine heard nothing", () => {
  const naming = (path: string, more: object = {}) => ({ ...SANDBOXED, touched: [{ path, access: "read" as const, inside: true, ...more }] })
  const verdict = (text: string, call: CallFacts, given: Partial<Permissions> = {}) =>
    decide("shell", call, ruling({ rules: [rule(text.split(" ")[0] as Rule["decision"], text.split(" ")[1]!)], mode: "auto", ...given })).decision
  expect({
    "a file": verdict("deny file_read(.env*)", naming("deep/.env")),
    "in a folder": verdict("deny Read(keys/)", naming("keys/id")),
    "asked about": verdict("ask Read(.env)", naming(".env")),
    "for writing, and it is only read": verdict("deny Edit(.env)", naming(".env")),
    "for writing, and nobody knows": verdict("deny Edit(.env)", naming(".env", { unsure: true })),
    "for writing, and it is": verdict("deny Edit(.env)", naming(".env", { access: "write" })),
    "somewhere in a folder": verdict("deny Read(.env)", naming("src", { within: true })),
    "of another folder": verdict("deny Read(./keys/*.pem)", naming("src", { within: true })),
    "outside, in a folder inside": verdict("deny Read(/etc/**)", naming(".", { within: true })),
    "all of a folder": verdict("deny Read(keys/**)", naming("keys", { within: true })),
    "a rule about the tool": verdict("deny file_read", naming(".env")),
    "a rule about commands": verdict("deny shell(.env)", naming(".env")),
    "by an older machine": verdict("deny file_read(.env*)", naming(".env"), { untouched: true }),
    "an allow rule": verdict("allow file_read(**)", naming(".env"), { mode: "default" })
  }).toEqual({
    "a file": "deny",
    "in a folder": "deny",
    "asked about": "ask",
    "for writing, and it is only read": "allow",
    "for writing, and nobody knows": "ask",
    "for writing, and it is": "deny",
    "somewhere in a folder": "ask",
    "of another folder": "allow",
    "outside, in a folder inside": "allow",
    "all of a folder": "deny",
    "a rule about the tool": "allow",
    "a rule about commands": "allow",
    "by an older machine": "allow",
    "an allow rule": "ask"
  })
})
