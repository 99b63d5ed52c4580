import { expect, test } from "vitest"
import { decide } from "../../../src/machine/policy/permission.ts"
import { folder } from "../os/folder.ts"
import { workbench } from "./workbench.ts"

const other = folder()
const bench = workbench({ roots: [other.root] })
bench.write("src/a.ts", "1")
other.write("b.ts", "2")

const nothing = { call: "call_1", changes: false, paths: [], commands: [], hosts: [] }

test.each([
  ["file_read", { path: "./src//a.ts" }, { changes: false, paths: [{ path: "src/a.ts", access: "read", inside: true }] }],
  ["file_read", { path: "src/a.ts", offset: null }, { changes: false, paths: [{ path: "src/a.ts", access: "read", inside: true }] }],
  ["file_read", { path: other.path("b.ts") }, { changes: false, paths: [{ path: "b.ts", access: "read", inside: true }] }],
  ["file_write", { path: "new/x", content: "" }, { changes: true, paths: [{ path: "new/x", access: "write", inside: true }] }],
  ["file_edit", { path: "src/a.ts", edits: [{ old: "1", new: "2" }] }, { changes: true, paths: [{ path: "src/a.ts", access: "write", inside: true }] }],
  ["file_search", { pattern: "*.ts" }, { changes: false, paths: [{ path: ".", access: "read", inside: true }] }],
  ["content_search", { pattern: "x", path: "src" }, { changes: false, paths: [{ path: "src", access: "read", inside: true }] }],
  ["directory_list", { path: "src/.." }, { changes: false, paths: [{ path: ".", access: "read", inside: true }] }],
  ["shell", { command: "ls" }, { changes: false, commands: [{ text: "ls", reads: true }] }],
  ["shell", { command: "make" }, { changes: true, commands: [{ text: "make", reads: false }] }],
  ["git", { operation: "status" }, { changes: false }],
  ["ask_user", { question: "A or B?", options: ["A", "B"] }, { changes: false, question: { text: "A or B?", options: ["A", "B"] } }]
])("%s %j: what it touches", async (name, input, facts) => {
  expect(await bench.vet(name, input)).toEqual({ ...nothing, ...facts })
})

test.each([
  ["no_such_tool", {}, "there is no tool no_such_tool; there are file_read, file_write, file_edit, apply_patch, file_search, content_search, directory_list, shell, shell_output, shell_stop, git, lsp_diagnostics, sub_agent, oracle, web_fetch, web_search, context_search, context_read, decision_log, decision_query, ask_user"],
  ["file_read", "{\"path\": ", /^file_read: the arguments are no valid JSON \(.+\); send one JSON object$/],
  ["file_read", "", "file_read: path is missing; it takes path, offset (optional), limit (optional)"],
  ["file_read", "[]", "file_read: the arguments must be one JSON object; it takes path, offset (optional), limit (optional)"],
  ["file_read", "\"a.ts\"", "file_read: the arguments must be one JSON object; it takes path, offset (optional), limit (optional)"],
  ["file_read", { file_path: "a" }, "file_read: file_path is no argument of it; path is missing; it takes path, offset (optional), limit (optional)"],
  ["file_read", { path: 7 }, "file_read: path: expected string; it takes path, offset (optional), limit (optional)"],
  ["file_read", { path: null }, "file_read: path is missing; it takes path, offset (optional), limit (optional)"],
  ["file_edit", { path: "a", edits: [{ old: "x" }] }, "file_edit: edits[0].new is missing; it takes path, edits"],
  ["file_edit", { path: "a", edits: [{ old: "x", new: "y", replace_all: true }] }, "file_edit: edits[0].replace_all is no argument of it; it takes path, edits"],
  ["shell", { command: "x", timeout: 5 }, "shell: timeout is no argument of it; it takes command, timeout_ms (optional), cwd (optional), background (optional)"],
  ["file_read", { path: "/etc/passwd" }, /^\/etc\/passwd leads to \/etc\/passwd, outside the workspace; only paths below .* can be used$/],
  ["ask_user", { question: " " }, "the question is empty"]
])("%s %j cannot run, and what to mend is said", async (name, input, why) => {
  expect(await bench.vet(name, input)).toEqual({ ...nothing, invalid: typeof why === "string" ? why : expect.stringMatching(why) })
})

const verdict = async (name: string, input: object, mode: "default" | "accept-edits" | "plan" | "auto", rules: readonly string[] = []): Promise<string> =>
  decide(name, await bench.vet(name, input), {
    mode,
    attended: true,
    approvals: [],
    rules: rules.map((rule) => ({ decision: rule.startsWith("!") ? "deny" : "allow", rule: rule.replace("!", ""), source: "test" }))
  }).decision

test.each([
  ["file_read", { path: "src/a.ts" }, "default", [], "allow"],
  ["git", { operation: "diff" }, "default", [], "allow"],
  ["git", { operation: "commit", args: ["-m", "x"] }, "default", [], "ask"],
  ["git", { operation: "commit", args: ["-m", "x"] }, "plan", [], "deny"],
  ["git", { operation: "commit", args: ["-m", "x"] }, "default", ["git(git commit *)"], "allow"],
  ["git", { operation: "show", args: ["HEAD:.env"] }, "default", ["!file_read(.env*)"], "deny"],
  ["file_write", { path: "x", content: "" }, "default", [], "ask"],
  ["file_write", { path: "x", content: "" }, "accept-edits", [], "allow"],
  ["shell", { command: "ls && git status" }, "default", [], "ask"],
  ["shell", { command: "ls && git status" }, "default", ["shell(ls)", "shell(git *)"], "allow"],
  ["shell", { command: "ls && rm x" }, "default", ["shell(ls)", "shell(git *)"], "ask"],
  ["shell", { command: "ls; rm x" }, "default", ["shell(*)", "!shell(rm *)"], "deny"],
  ["shell", { command: "ls $(rm x)" }, "default", ["shell(ls *)"], "ask"],
  ["shell", { command: "env rm x" }, "default", ["shell(env *)", "!shell(rm *)"], "deny"],
  ["shell", { command: "'rm' x" }, "default", ["shell(*)", "!shell(rm *)"], "deny"],
  ["shell", { command: "rm '-rf' /" }, "default", ["shell(*)", "!shell(rm -rf *)"], "deny"],
  ["shell", { command: "ls" }, "plan", [], "ask"],
  ["shell", { command: "make" }, "plan", [], "deny"],
  ["ask_user", { question: "?" }, "auto", [], "ask"],
  ["nope", {}, "auto", [], "invalid"]
] as const)("%s %j in mode %s with %j: the machine says %s", async (name, input, mode, rules, expected) => {
  expect(await verdict(name, input, mode, rules)).toBe(expected)
})
