import { expect, test } from "vitest"
import type { CallFacts } from "../../../src/machine/event.ts"
import { coversRule, matchesRule, mightMatch, narrowestRules, parseRule, restricts, subjectsOf, type Subject } from "../../../src/machine/policy/permission-rule.ts"
import { FOLDER_TABLE, RUN } from "./folder-table.ts"

const path = (name: string, access: "read" | "write" = "read"): Subject => ({ kind: "path", path: { path: name, access, inside: true } })
const command = (text: string): Subject => ({ kind: "command", text })
const matches = (rule: string, tool: string, subject: Subject): boolean => {
  const parsed = parseRule(rule)
  return parsed !== null && matchesRule(parsed, tool, subject)
}
const facts = (found: Partial<CallFacts>): CallFacts => ({ call: "call_1", changes: false, paths: [], commands: [], hosts: [], ...found })

test("a rule names a tool, alone or with a pattern, in our spelling or Claude's", () => {
  expect(parseRule("shell")).toEqual({ tool: "shell", pattern: null })
  expect(parseRule(" shell( git * ) ")).toEqual({ tool: "shell", pattern: "git *" })
  expect(parseRule("Bash(npm:*)")).toEqual({ tool: "shell", pattern: "npm:*" })
  expect(parseRule("Edit")).toEqual({ tool: "file_edit", pattern: null })
  expect(parseRule("mcp__db__query()")).toEqual({ tool: "mcp__db__query", pattern: null })
  expect(parseRule("constructor")).toEqual({ tool: "constructor", pattern: null })
  const claude = ["Bash", "Read", "Edit", "Write", "MultiEdit", "Glob", "Grep", "LS", "WebFetch", "WebSearch"]
  expect(claude.map((name) => parseRule(name)?.tool).join(" ")).toBe(
    "shell file_read file_edit file_write file_edit file_search content_search directory_list web_fetch web_search"
  )
  expect(["", "(", "shell(", "shell)", "sh ell", "1sh"].map(parseRule)).toEqual([null, null, null, null, null, null])
})

test("a rule about reading or writing speaks about every path, whichever tool it is", () => {
  expect(matches("file_write(src/**)", "shell", path("src/a.ts", "write"))).toBe(true)
  expect(matches("file_edit(src/**)", "file_write", path("src/a.ts", "write"))).toBe(true)
  expect(matches("file_read(.env*)", "content_search", path(".env.local"))).toBe(true)
  expect(matches("file_read(src/**)", "shell", path("src/a.ts", "write"))).toBe(false)
  expect(matches("file_write(src/**)", "shell", path("src/a.ts", "read"))).toBe(false)
  expect(matches("file_write", "shell", path("src/a.ts", "write"))).toBe(false)
})

test.each([
  ["file_read(secrets)", "file_read", path("secrets/deep/key"), true],
  ["file_read(secrets/)", "file_read", path("secrets/key"), true],
  ["file_read(secrets)", "file_read", path("secretsish/key"), false],
  ["file_write(src/*)", "file_write", path("src/a/b", "write"), true],
  ["file_read(.env)", "file_edit", path(".env", "write"), true],
  ["file_read(.env)", "apply_patch", path(".env", "write"), true],
  ["file_read(.env)", "file_write", path(".env", "write"), false]
] as const)("%s, denying or asking, means of %s the path %j: %s", (rule, tool, subject, meant) => {
  expect(restricts(parseRule(rule)!, tool, subject)).toBe(meant)
})

test("a name without a folder is meant in every folder, with ./ only at the root", () => {
  expect(matches("file_read(.env)", "file_read", path("deep/in/.env"))).toBe(true)
  expect(matches("file_read(./.env)", "file_read", path("deep/in/.env"))).toBe(false)
  expect(matches("file_read(./.env)", "file_read", path(".env"))).toBe(true)
  expect(matches("file_read(*)", "file_read", path("deep/in/.env"))).toBe(true)
})

test("words may follow a command, or not; its name is not a beginning of another's", () => {
  for (const rule of ["shell(git *)", "shell(git:*)", "Bash(git:*)"]) {
    expect(["git", "git log", "gitk", "github"].filter((text) => matches(rule, "shell", command(text)))).toEqual(["git", "git log"])
  }
  expect(matches("shell(git status)", "shell", command("git status -s"))).toBe(false)
})

test("hosts match by their name, tools of a server by theirs", () => {
  const host: Subject = { kind: "host", host: "api.example.com" }
  expect(matches("web_fetch(domain:*.example.com)", "web_fetch", host)).toBe(true)
  expect(matches("web_fetch(example.com)", "web_fetch", host)).toBe(false)
  expect(matches("mcp__db__*", "mcp__db__query", { kind: "tool" })).toBe(true)
  expect(matches("mcp__db__query(x)", "mcp__db__query", { kind: "tool" })).toBe(false)
})

test.each(FOLDER_TABLE)("%s covers %j as a rule: %s, as what was approved: %s", (rule, subject, byRule, byApproval) => {
  const parsed = parseRule(rule)!
  expect([coversRule(parsed, "shell", subject), coversRule(parsed, "shell", subject, true)]).toEqual([byRule, byApproval])
})

test("a rule that denies or asks and names no folder means every one; where nobody can tell the folder, one that names it asks", () => {
  const denies = (rule: string, subject: Subject) => [
    restricts(parseRule(rule)!, "shell", subject),
    mightMatch(parseRule(rule)!, "shell", subject)
  ]
  expect([RUN, { ...RUN, cwd: "sub" }, { ...RUN, cwd: null }].map((subject) => denies("shell(./run.sh)", subject)[0])).toEqual([
    true,
    true,
    true
  ])
  expect(
    [RUN, { ...RUN, cwd: "sub" }, { ...RUN, cwd: "other" }, { ...RUN, cwd: null }].map((subject) =>
      denies("shell(cd sub && ./run.sh)", subject)
    )
  ).toEqual([
    [false, false],
    [true, true],
    [false, false],
    [false, true]
  ])
})

test("the narrowest rule for a command names its folder; where none can be told, or none could be written so, there is none", () => {
  const narrowest = (text: string, cwd?: string | null) =>
    narrowestRules("shell", facts({ commands: [{ text, reads: false, ...(cwd === undefined ? {} : { cwd }) }] }))
  expect([
    narrowest("./run.sh"),
    narrowest("./run.sh", "sub dir"),
    narrowest("./a*", "b*"),
    narrowest("./run.sh", null),
    narrowest("./run.sh", "a && b"),
    narrowest("./run.sh", "a && ./b")
  ]).toEqual([["shell(./run.sh)"], ["shell(cd sub dir && ./run.sh)"], ["shell(cd b\\* && ./a\\*)"], [], [], []])
})

test("only a rule for all that a tool does covers a command that could not be read", () => {
  expect(["shell", "shell(*)", "shell(git *)"].map((rule) => matches(rule, "shell", { kind: "unparsed" }))).toEqual([true, true, false])
})

test("what a call names is what must be allowed; a change that nothing stands for is one of the tool itself", () => {
  expect(subjectsOf(facts({}))).toEqual([{ kind: "tool" }])
  expect(subjectsOf(facts({ changes: true, paths: [{ path: "a", access: "read", inside: true }] })).map(({ kind }) => kind)).toEqual(["path", "tool"])
  expect(subjectsOf(facts({ changes: true, paths: [{ path: "a", access: "write", inside: true }] })).map(({ kind }) => kind)).toEqual(["path"])
  expect(subjectsOf(facts({ changes: true, commands: [{ text: "ls", reads: true }], hosts: ["h"] })).map(({ kind }) => kind)).toEqual(["command", "host"])
})

test("the narrowest rules say exactly what was asked, and nothing where no rule could", () => {
  const narrowest = (tool: string, found: Partial<CallFacts>) => narrowestRules(tool, facts(found))
  expect(narrowest("file_edit", { changes: true, paths: [{ path: "src/a*.ts", access: "write", inside: true }] })).toEqual(["file_write(src/a\\*.ts)"])
  expect(narrowest("file_read", { paths: [{ path: "package.json", access: "read", inside: true }] })).toEqual(["file_read(./package.json)"])
  expect(narrowest("shell", { changes: true, commands: [{ text: "npm test", reads: false }, { text: "npm test", reads: false }] })).toEqual(["shell(npm test)"])
  expect(narrowest("mcp__db__query", {})).toEqual(["mcp__db__query"])
  expect(narrowest("shell", { changes: true, commands: "unparsed" })).toEqual([])
  expect(narrowest("shell", { changes: true, commands: [{ text: "", reads: false }] })).toEqual([])
  expect(["Bash", "mcp__*", "no such tool!", ""].flatMap((tool) => narrowest(tool, {}))).toEqual([])
})

test("no rule is offered for a command of which not all words are known, nor for one that could not be told apart", () => {
  expect(narrowestRules("shell", facts({ commands: [{ text: "git \"$x\"", sure: "git", reads: false }] }))).toEqual([])
  expect(narrowestRules("shell", facts({ commands: [{ text: "git log", reads: true }, { text: "rm $x", sure: "rm", reads: false }] }))).toEqual([])
  expect(narrowestRules("shell", facts({ commands: "unparsed" }))).toEqual([])
})
