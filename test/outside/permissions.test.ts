import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { expect, test } from "vitest"
import type { CallFacts, PermissionMode, Rule } from "../../src/machine/index.ts"
import { heard, loom, place, serving, type Call } from "./command.ts"
import { ask, asked, call, complete, outcomes, play, reads, runs, writes, type Play, type Wanted } from "./session.ts"

const rule = (line: string): Rule => {
  const [decision, ...words] = line.split(" ")
  return { decision: decision as Rule["decision"], rule: words.join(" "), source: "flag" }
}

/** What becomes of a call: it runs, it is asked about, or it is denied. */
const verdict = (wanted: Wanted, rules: readonly string[], mode: PermissionMode = "default", attended = true): string => {
  const session = play({ rules: rules.map(rule), mode, attended })
  ask(session, "go")
  const { actions, state } = call(session, [wanted])
  if (actions.some((action) => action.type === "ExecuteTools")) return "runs"
  if (actions.some((action) => action.type === "RequestApproval")) return "asks"
  return outcomes(state)[0]![1]
}
const also = (wanted: Wanted, facts: Partial<CallFacts>): Wanted => ({ ...wanted, facts: { ...wanted.facts, ...facts } })

test("a yes for the session holds for the calls of later answers that it covers whole, not for its neighbour that is already asked about", () => {
  const session: Play = play()
  ask(session, "go")
  const first = call(session, [runs("npm test"), runs("npm test")])
  expect(first.actions.filter((action) => action.type === "RequestApproval").map((action) => action.rules)).toEqual([["shell(npm test)"], ["shell(npm test)"]])
  const [one, two] = first.actions.flatMap((action) => (action.type === "RequestApproval" ? [action.effect] : []))
  const yes = session.hear({ type: "ApprovalAnswered", effect: one!, answer: "session" })
  expect(asked(yes.actions)).toMatchObject([{ type: "ExecuteTools", calls: [{ call: { id: "call_1" } }] }])
  expect(yes.state.session.approvals).toEqual(["shell(npm test)"])
  session.hear({ type: "ApprovalAnswered", effect: two!, answer: "no", words: "once is enough" })
  complete(session, session.newest("ExecuteTools"), "green")
  const next = session.hear({ type: "PostToolsHookCompleted", effect: session.newest("RunPostToolsHook"), goOn: true })
  expect(outcomes(next.state)).toMatchObject([
    ["call_1", "ok", "green"],
    ["call_2", "denied", expect.stringContaining("once is enough")]
  ])
  const later = call(session, [runs("npm test"), runs("npm test", "rm -rf build"), runs("npm test --update")])
  expect(later.actions.flatMap((action) => (action.type === "ExecuteTools" ? action.calls.map((each) => each.call.id) : []))).toEqual(["call_3"])
  expect(later.actions.flatMap((action) => (action.type === "RequestApproval" ? [[action.call.id, action.rules]] : []))).toEqual([
    ["call_4", ["shell(npm test)", "shell(rm -rf build)"]],
    ["call_5", ["shell(npm test --update)"]]
  ])
})

test("plan mode changes nothing and asks about no change, whatever rules and approvals allow; it still reads, and a deny rule still denies reading", () => {
  const session = play({ mode: "default", rules: ["allow shell(npm *)", "allow file_write", "deny file_read(keys/**)"].map(rule) })
  ask(session, "go")
  call(session, [runs("make all")])
  session.hear({ type: "ApprovalAnswered", effect: session.newest("RequestApproval"), answer: "session" })
  complete(session, session.newest("ExecuteTools"), "made")
  session.hear({ type: "PostToolsHookCompleted", effect: session.newest("RunPostToolsHook"), goOn: true })
  session.hear({ type: "SettingsChanged", mode: "plan" })
  const planned = call(session, [runs("make all"), runs("npm test"), writes("a"), runs("rm b"), reads("keys/id"), reads("a")])
  expect(asked(planned.actions)).toMatchObject([{ type: "ExecuteTools", calls: [{ call: { id: "call_7" }, changes: false }] }])
  const next = complete(session, session.newest("ExecuteTools"), "a!")
  expect(asked(next.actions)).toMatchObject([{ type: "SendLlmRequest" }])
  expect(outcomes(next.state).map(([id, status]) => [id, status])).toEqual([
    ["call_2", "denied"],
    ["call_3", "denied"],
    ["call_4", "denied"],
    ["call_5", "denied"],
    ["call_6", "denied"],
    ["call_7", "ok"]
  ])
})

test("deny beats ask, ask beats allow, allow beats the mode, whoever says so; of several commands each must be allowed, and what was not parsed is covered by no rule but one for all commands", () => {
  const chain = runs("git log", "rm -rf x")
  const unparsed = also(runs(), { commands: "unparsed" })
  const hook = (decision: "allow" | "ask" | "deny") => ({ hook: { decision, reason: "the hook says so" } })
  expect({
    "one of two allowed": verdict(chain, ["allow shell(git *)"]),
    "each allowed by a rule of its own": verdict(chain, ["allow shell(git *)", "allow shell(rm *)"]),
    "one of two denied, all allowed": verdict(chain, ["allow shell(*)", "deny shell(rm *)"]),
    "one of two asked about, all allowed": verdict(chain, ["ask shell(rm *)", "allow shell"]),
    "denied, then allowed, in bypass": verdict(chain, ["deny shell(rm *)", "allow shell(rm *)"], "bypass"),
    "asked about in bypass": verdict(chain, ["ask shell(rm *)"], "bypass"),
    "bypass": verdict(chain, [], "bypass"),
    "a hook that denies in bypass": verdict(also(chain, hook("deny")), ["allow shell"], "bypass"),
    "a hook that asks, though allowed": verdict(also(chain, hook("ask")), ["allow shell"]),
    "a hook that allows, though denied": verdict(also(chain, hook("allow")), ["deny shell(rm *)"]),
    "unparsed, much allowed": verdict(unparsed, ["allow shell(git *)", "allow shell(* *)", "allow shell(**)", "allow file_write"]),
    "unparsed, all allowed": verdict(unparsed, ["allow shell(*)"]),
    "unparsed, all allowed but one denied": verdict(unparsed, ["allow shell(*)", "deny shell(rm *)"], "bypass"),
    "unparsed, nobody there": verdict(unparsed, ["allow shell(git *)"], "default", false),
    "a command in accept-edits": verdict(chain, [], "accept-edits"),
    "a write in accept-edits": verdict(writes("a"), [], "accept-edits"),
    "a write outside in accept-edits": verdict(writes("/etc/a"), [], "accept-edits"),
    "a command in auto, no sandbox": verdict(chain, [], "auto"),
    "a command in auto, in the sandbox": verdict(also(chain, { sandboxed: true }), [], "auto"),
    "a command in auto, in the sandbox, that calls a host": verdict(also(chain, { sandboxed: true, hosts: ["example.org"] }), [], "auto")
  }).toEqual({
    "one of two allowed": "asks",
    "each allowed by a rule of its own": "runs",
    "one of two denied, all allowed": "denied",
    "one of two asked about, all allowed": "asks",
    "denied, then allowed, in bypass": "denied",
    "asked about in bypass": "asks",
    "bypass": "runs",
    "a hook that denies in bypass": "denied",
    "a hook that asks, though allowed": "asks",
    "a hook that allows, though denied": "denied",
    "unparsed, much allowed": "asks",
    "unparsed, all allowed": "runs",
    "unparsed, all allowed but one denied": "asks",
    "unparsed, nobody there": "denied",
    "a command in accept-edits": "asks",
    "a write in accept-edits": "runs",
    "a write outside in accept-edits": "asks",
    "a command in auto, no sandbox": "asks",
    "a command in auto, in the sandbox": "runs",
    "a command in auto, in the sandbox, that calls a host": "asks"
  })
})

test("a rule covers what it names and nothing that only looks like it, in our spelling and in Claude's", () => {
  const both = also(writes("src/a.ts"), {
    paths: [
      { path: "src/a.ts", access: "write", inside: true },
      { path: "package.json", access: "write", inside: true }
    ]
  })
  const mcp: Wanted = { ...runs(), tool: "mcp__db__query_all" }
  expect({
    "below src": verdict(writes("src/a/b.ts"), ["allow file_write(src/**)"]),
    "beside src": verdict(writes("src-old/b.ts"), ["allow file_write(src/**)"]),
    "another src": verdict(writes("lib/src/b.ts"), ["allow file_write(src/**)"]),
    "src outside": verdict(writes("/src/b.ts"), ["allow file_write(src/**)"]),
    "one star stays in its directory": verdict(writes("src/a/b.ts"), ["allow file_write(src/*)"]),
    "a dot is a dot": verdict(writes("axts"), ["allow file_write(a.ts)"]),
    "two paths, one allowed": verdict(both, ["allow file_write(src/**)"]),
    "two paths, one denied": verdict(both, ["allow file_write", "deny file_write(package.json)"], "bypass"),
    "Bash": verdict(runs("git log"), ["allow Bash(git *)"]),
    "Bash, another program": verdict(runs("gitk --all"), ["allow Bash(git *)"]),
    "Bash, another program with a dash": verdict(runs("git-evil x"), ["allow Bash(git *)"]),
    "Edit denies writing": verdict(writes("a"), ["deny Edit"], "bypass"),
    "Edit denies editing": verdict(writes("a", "file_edit"), ["deny Edit"], "bypass"),
    "Read of a path": verdict(reads("keys/id"), ["deny Read(keys/**)"]),
    "Read of another path": verdict(reads("keyset"), ["deny Read(keys/**)"]),
    "a tool of a server": verdict(mcp, ["allow mcp__db__query_all"]),
    "a tool of a server whose name goes on": verdict(mcp, ["allow mcp__db__query"])
  }).toEqual({
    "below src": "runs",
    "beside src": "asks",
    "another src": "asks",
    "src outside": "asks",
    "one star stays in its directory": "asks",
    "a dot is a dot": "asks",
    "two paths, one allowed": "asks",
    "two paths, one denied": "denied",
    "Bash": "runs",
    "Bash, another program": "asks",
    "Bash, another program with a dash": "asks",
    "Edit denies writing": "denied",
    "Edit denies editing": "denied",
    "Read of a path": "denied",
    "Read of another path": "runs",
    "a tool of a server": "runs",
    "a tool of a server whose name goes on": "asks"
  })
})

test("in plan mode commands that only look run where they are allowed, and those that only look as if they did do not, nor leave a trace", async () => {
  const { folder } = place()
  execFileSync("git", ["init", "-q", folder])
  writeFileSync(join(folder, "a.txt"), "b\na\n")
  const harmless = ["ls -la", "cat a.txt", "git status --short && ls", "grep -n a a.txt | wc -l", "git log --oneline -3; git diff"]
  const harmful = [
    "sort -o a.txt a.txt",
    "find . -name a.txt -delete",
    "find . -fprint found",
    "git diff --output=stolen",
    "git -c core.fsmonitor='touch x' status",
    "git branch evil",
    "cat a.txt > b.txt",
    "ls && rm a.txt",
    "ls\nrm a.txt",
    "ls & rm a.txt",
    "echo $(rm a.txt)",
    "cat `rm a.txt`",
    "grep a a.txt | tee b.txt",
    "env rm a.txt",
    "PAGER=touch git log",
    "cat <(rm a.txt)",
    "tree -o b.txt",
    "uniq a.txt b.txt",
    "sed -n 'w b.txt' a.txt",
    "rg --pre=./x a",
    "{ rm,a.txt; }"
  ]
  const calls = [...harmless, ...harmful].map((command): Call => ["shell", { command }])
  await using server = await serving([calls, "Done."])
  const { code, stdout } = await loom(folder, ["-p", "look", "--permission-mode", "plan", "--allowed-tools", "shell(*)", "--output-format", "json"], { server })
  const denied = (JSON.parse(stdout) as { denials: readonly { arguments: string }[] }).denials.map((each) => JSON.parse(each.arguments).command)
  expect([code, denied]).toEqual([0, harmful])
  expect(readdirSync(folder).toSorted()).toEqual([".git", "a.txt"])
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("b\na\n")
})

test("whatever way a path takes out of the workspace, through links, dots or .git, it is refused even where everything is allowed; pipes, devices and binary files are named", async () => {
  const { folder, beside } = place()
  mkdirSync(join(beside, "outside"))
  mkdirSync(join(folder, ".git/hooks"), { recursive: true })
  writeFileSync(join(beside, "outside/secret.txt"), "top secret")
  writeFileSync(join(folder, "binary.dat"), Buffer.from([0, 1, 2, 255, 254, 0, 3]))
  symlinkSync("../outside", join(folder, "link"))
  symlinkSync("../outside/secret.txt", join(folder, "secret"))
  symlinkSync("../outside/new.txt", join(folder, "dangling"))
  symlinkSync("/dev/zero", join(folder, "zero"))
  execFileSync("mkfifo", [join(folder, "pipe")])
  const refused: readonly Call[] = [
    ["file_read", { path: "../outside/secret.txt" }],
    ["file_read", { path: join(beside, "outside/secret.txt") }],
    ["file_read", { path: "secret" }],
    ["file_read", { path: "link/../outside/secret.txt" }],
    ["file_read", { path: "zero" }],
    ["file_read", { path: "pipe" }],
    ["content_search", { pattern: "secret", path: "link" }],
    ["directory_list", { path: "link" }],
    ["file_search", { pattern: "*", path: ".." }],
    ["file_write", { path: "dangling", content: "x" }],
    ["file_write", { path: "link/not/yet/there.txt", content: "x" }],
    ["file_write", { path: ".git/hooks/pre-commit", content: "x" }],
    ["file_write", { path: "sub/../.git/config", content: "x" }],
    ["file_write", { path: "nul\u0000l", content: "x" }],
    ["file_edit", { path: "secret", edits: [{ old: "top", new: "no" }] }],
    ["shell", { command: "ls", cwd: "link" }]
  ]
  const fine: readonly Call[] = [
    ["file_read", { path: "binary.dat" }],
    ["file_write", { path: join(folder, "new/deep.txt"), content: "mine" }]
  ]
  await using server = await serving([[...refused, ...fine], "Done."])
  const { code } = await loom(folder, ["-p", "look", "--permission-mode", "bypass"], { server })
  const results = heard(server).at(-1)!
  expect(code).toBe(0)
  expect(refused.filter((_, index) => !results[index]!.failed)).toEqual([])
  expect(results.map((result) => result.text).join("\n")).not.toContain("top secret")
  expect(results.at(-2)!.text).toMatch(/binary/)
  expect(readFileSync(join(folder, "new/deep.txt"), "utf8")).toBe("mine")
  expect(readdirSync(join(beside, "outside"))).toEqual(["secret.txt"])
  expect(readdirSync(join(folder, ".git/hooks"))).toEqual([])
  expect(readFileSync(join(beside, "outside/secret.txt"), "utf8")).toBe("top secret")
})
