import { expect, test } from "vitest"
import { hooksFor, matches, type Hook } from "../../../src/effects/hooks/hook.ts"

test.each([
  ["", ["Bash", "shell"], true],
  ["*", ["Bash", "shell"], true],
  ["Bash", ["Bash", "shell"], true],
  ["shell", ["Bash", "shell"], true],
  ["Bash|Edit", ["Edit", "file_edit"], true],
  ["Edit|Write", ["Bash", "shell"], false],
  ["Edit", ["NotebookEdit"], false],
  ["Note", ["NotebookEdit"], false],
  ["Notebook.*", ["NotebookEdit"], true],
  ["mcp__memory__.*", ["mcp__memory__read"], true],
  ["bash", ["Bash", "shell"], false],
  ["B|b", ["Bash"], false]
])("the matcher %j over %j: %s", (matcher, names, meant) => {
  expect(matches(matcher, names)).toBe(meant)
})

test("hooks come in the order given, and a matcher speaks only of tools and of starts", () => {
  const hook = (event: Hook["event"], matcher: string, command: string): Hook => ({
    event,
    matcher,
    command,
    timeoutMs: 1,
    keys: [],
    source: ""
  })
  const hooks = [
    hook("Stop", "x", "1"),
    hook("PreToolUse", "x", "2"),
    hook("PreToolUse", "Bash", "3"),
    hook("UserPromptSubmit", "x", "4"),
    hook("PreToolUse", "", "5"),
    hook("SessionStart", "resume", "6")
  ]
  const named = (event: Hook["event"], names: readonly string[] = []) => hooksFor(hooks, event, names).map(({ command }) => command)
  expect([
    named("PreToolUse", ["Bash", "shell"]),
    named("Stop"),
    named("UserPromptSubmit"),
    named("SessionStart", ["startup"]),
    named("SessionStart", ["resume"])
  ]).toEqual([["3", "5"], ["1"], ["4"], [], ["6"]])
})
