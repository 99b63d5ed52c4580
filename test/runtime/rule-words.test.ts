import { expect, test } from "vitest"
import { matchesRule, parseRule, restricts, type Subject } from "../../src/machine/policy/permission-rule.ts"
import { rulesHere } from "../../src/runtime/rule-words.ts"

const place = { root: "/people/me/proj", home: "/people/me" }

test.each([
  // as it stands
  ["file_read(src/**)", ["file_read(src/**)"]],
  ["Edit(./src/**)", ["Edit(./src/**)"]],
  ["Bash(cat /etc/*)", ["Bash(cat /etc/*)"]],
  ["Bash(~/bin/x *)", ["Bash(~/bin/x *)"]],
  ["WebFetch(domain:x.org)", ["WebFetch(domain:x.org)"]],
  ["Edit", ["Edit"]],
  ["not a rule", ["not a rule"]],
  ["shell(", ["shell("]],
  ["file_write(/var/out/**)", ["file_write(/var/out/**)"]],
  // a path of the workspace, told otherwise
  ["file_read(/people/me/proj/src/**)", ["file_read(./src/**)"]],
  ["file_read(~/proj/src/a.ts)", ["file_read(./src/a.ts)"]],
  ["Read(~/proj/.env)", ["Read(./.env)"]],
  ["Read(//people/me/proj/.env)", ["Read(./.env)"]],
  ["file_read(/people/me/project/x)", ["file_read(/people/me/project/x)"]],
  ["Read(~/.ssh/**)", ["Read(/people/me/.ssh/**)"]],
  ["Read(//etc/**)", ["Read(/etc/**)"]],
  // more than the workspace
  ["Read(~/**)", ["Read(/people/me/**)", "Read(*)"]],
  ["file_read(/**)", ["file_read(/**)", "file_read(*)"]],
  ["file_write(/people/me/proj/)", ["file_write(/people/me/proj/)"]],
  ["file_write(/people/me/proj/**)", ["file_write(./**)"]],
  ["file_write(/people/me/*)", ["file_write(/people/me/*)"]],
  // names of others
  ["Task", ["sub_agent"]],
  ["KillShell", ["shell_stop"]],
  ["Task(planner)", ["Task(planner)"]]
])("a rule that allows means in this workspace: %s", (rule, meant) => {
  expect(rulesHere(rule, true, place)).toEqual(meant)
})

test.each([
  ["Read(/secrets/**)", ["Read(./secrets/**)", "Read(/secrets/**)"]],
  ["Edit(/people/me/proj/x)", ["Edit(./people/me/proj/x)", "Edit(./x)"]],
  ["file_read(~/proj)", ["file_read(/people/me/proj)", "file_read(*)"]],
  ["file_read(/people/)", ["file_read(/people/)", "file_read(*)"]],
  ["file_read(/people/me/proj/keys/)", ["file_read(./keys/)"]],
  ["file_read(/people/you/)", ["file_read(/people/you/)"]]
])("a rule that denies or asks means in this workspace: %s", (rule, meant) => {
  expect(rulesHere(rule, false, place)).toEqual(meant)
})

test("in Claude's spelling a path from the root of the workspace is allowed as it is meant there, and not elsewhere", () => {
  expect(rulesHere("Edit(/src/**)", true, place)).toEqual(["Edit(./src/**)"])
})

test("where the root of the file system is the workspace, every absolute path is one of it", () => {
  expect(rulesHere("file_write(/etc/**)", false, { root: "/", home: "/root" })).toEqual(["file_write(./etc/**)"])
  expect(rulesHere("Read(~/.ssh/**)", false, { root: "/", home: "/root" })).toEqual(["Read(./root/.ssh/**)"])
})

test("the home as workspace: what the rules of a person keep of it is kept", () => {
  const subject: Subject = { kind: "path", path: { path: ".ssh/id_rsa", access: "read", inside: true } }
  const kept = (rule: string): boolean => rulesHere(rule, false, { root: "/people/me", home: "/people/me" }).some((each) => restricts(parseRule(each)!, "file_read", subject))
  expect(["Read(~/.ssh/**)", "Read(~/.ssh)", "file_read(/people/me/.ssh/)", "Read(//people/me/**)", "Read(~/.aws/**)"].map(kept)).toEqual([true, true, true, true, false])
  expect(matchesRule(parseRule("Read(~/.ssh/**)")!, "file_read", subject)).toBe(false)
})
