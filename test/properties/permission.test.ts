import fc from "fast-check"
import { test } from "vitest"
import type { CallFacts, PathFact, TouchedFact } from "../../src/machine/event.ts"
import { narrowestRules } from "../../src/machine/policy/permission-rule.ts"
import { explain } from "../../src/machine/policy/explain.ts"
import { decide, type Permissions, type Verdict } from "../../src/machine/policy/permission.ts"
import type { Rule } from "../../src/machine/session.ts"
import { modes } from "./harness/arbitrary.ts"
import { verdictOf } from "./harness/permission-oracle.ts"
import { RUNS_FACTOR, SEED } from "./holds.ts"

/* Law 25 by itself: the decision on a call is a function of facts, rules, mode and approvals, and of nothing else. */

const PLAIN = { noNullPrototype: true }
const PATHS = ["src/a.ts", "src/deep/a.ts", "a.ts", ".env", ".env.local", "a b.ts", " a.ts", "src/*", "a?b", "a\\b", "", "package.json", "x(y).ts"]
const COMMANDS = ["git status", "git", "github", "git push origin main", "rm -rf /x", "npm test", "./run.sh", "bin/x a", "/bin/ls", "", "ls *", "git:*", "echo (a)", "a\nb"]
const HOSTS = ["example.com", "api.example.com", ""]
const TOOLS = ["shell", "file_read", "file_edit", "file_write", "web_fetch", "mcp__db__query", "mcp__db__drop", "Bash", "ask_user", "constructor", "*"]

const path: fc.Arbitrary<PathFact> = fc.oneof(
  fc.record({ path: fc.constantFrom(...PATHS), access: fc.constantFrom<PathFact["access"]>("read", "write"), inside: fc.constant(true) }, PLAIN),
  fc.record({ path: fc.constantFrom("/etc/passwd", "/other/a.ts"), access: fc.constantFrom<PathFact["access"]>("read", "write"), inside: fc.constant(false) }, PLAIN)
)
const WHERE = [{}, {}, { cwd: "src" }, { cwd: "src/deep" }, { cwd: "a && b" }, { cwd: null }]
const known = fc.tuple(fc.constantFrom(...COMMANDS), fc.constantFrom(...WHERE)).map(([text, where]) => ({ text, reads: false, ...where }))
/** A command of which only the beginning is sure. */
const halfKnown = fc
  .tuple(fc.constantFrom("git", "git push", "rm", "ls *"), fc.constantFrom(' "$x"', " *.ts", " $(id)"), fc.constantFrom(...WHERE))
  .map(([sure, more, where]) => ({ text: sure + more, sure, reads: false, ...where }))
const command = fc.oneof({ weight: 3, arbitrary: known }, { weight: 1, arbitrary: halfKnown })
/** A file that a command names. */
const touched: fc.Arbitrary<TouchedFact> = fc.record(
  {
    path: fc.constantFrom(...PATHS.filter((each) => each !== ""), "src", "src/deep", "."),
    access: fc.constantFrom<PathFact["access"]>("read", "write"),
    inside: fc.constant(true),
    unsure: fc.constant(true as const),
    within: fc.constant(true as const)
  },
  { ...PLAIN, requiredKeys: ["path", "access", "inside"] }
)
const several = { maxLength: 2 }

const facts: fc.Arbitrary<CallFacts> = fc
  .record(
    {
      call: fc.constant("call_1"),
      changes: fc.boolean(),
      paths: fc.array(path, several),
      commands: fc.oneof({ weight: 5, arbitrary: fc.array(command, several) }, { weight: 1, arbitrary: fc.constant("unparsed" as const) }),
      hosts: fc.array(fc.constantFrom(...HOSTS), { maxLength: 1 }),
      seen: fc.array(fc.constantFrom(...COMMANDS), several),
      touched: fc.array(touched, several),
      invalid: fc.constant("bad arguments"),
      question: fc.constant({ text: "?", options: [] }),
      hook: fc.record({ decision: fc.constantFrom<"allow" | "ask" | "deny">("allow", "ask", "deny"), reason: fc.constant("r") }, PLAIN),
      sandboxed: fc.boolean()
    },
    { ...PLAIN, requiredKeys: ["call", "changes", "paths", "commands", "hosts"] }
  )
  .map((all) => (all.changes && all.question !== undefined ? withoutOdd(all, ["question"]) : all))
  .chain((all) => fc.subarray(["invalid", "question", "hook"] as const).map((odd) => withoutOdd(all, odd)))

/** Most calls are neither invalid nor questions, and few have a hook. */
const withoutOdd = (all: CallFacts, odd: readonly (keyof CallFacts)[]): CallFacts =>
  Object.fromEntries(Object.entries(all).filter(([key]) => !odd.includes(key as keyof CallFacts))) as unknown as CallFacts

const pattern = fc.oneof(
  fc.constantFrom(
    "*",
    "**",
    "src/**",
    "./a.ts",
    ".env*",
    "git *",
    "git:*",
    "rm *",
    "domain:example.com",
    "*.example.com",
    "/etc/**",
    "**/a.ts",
    "src/*",
    "a?ts",
    "./run.sh",
    "bin/* *",
    "cd src && git *",
    "cd src/** && *",
    "cd ./src && ./run.sh",
    "cd * && rm *",
    "cd a && b && npm test",
    ""
  ),
  fc.string({ unit: fc.constantFrom("a", ".", "/", "*", "?", "\\", " "), maxLength: 7 })
)
const ruleText = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        "shell",
        "file_read",
        "file_edit",
        "file_write",
        "Bash",
        "Edit",
        "Read",
        "web_fetch",
        "mcp__*",
        "mcp__db__drop",
        "*",
        "__proto__"
      ),
      pattern
    )
    .map(([tool, inner]) => `${tool}(${inner})`),
  fc.constantFrom("shell", "file_edit", "mcp__*", "mcp__db__drop", "*", "Bash", "", "shell(", " shell ", "constructor")
)
const ruleOf = (decision: fc.Arbitrary<Rule["decision"]>) => fc.record({ decision, rule: ruleText, source: fc.constant("settings") }, PLAIN)

const permissions: fc.Arbitrary<Permissions> = fc.record(
  {
    rules: fc.array(ruleOf(fc.constantFrom("allow", "ask", "deny")), { maxLength: 4 }),
    approvals: fc.array(ruleText, several),
    mode: modes,
    attended: fc.constantFrom(true, true, false)
  },
  PLAIN
)
const tool = fc.constantFrom(...TOOLS)

const RUNS = 4000
const law = <T>(words: string, property: fc.IProperty<T>): void => {
  test(`law 25: ${words}`, { timeout: 30_000 * RUNS_FACTOR }, () => fc.assert(property, { numRuns: RUNS * RUNS_FACTOR, seed: SEED }))
}

const SEVERITY: Readonly<Record<Verdict["decision"], number>> = { allow: 0, ask: 1, deny: 2, invalid: 3 }
const severityOf = (name: string, call: CallFacts, ruling: Permissions): number => SEVERITY[decide(name, call, ruling).decision]

law(
  "the decision is the one that the design's words lead to",
  fc.property(tool, facts, permissions, (name, call, { rules, approvals, mode, attended }) =>
    decide(name, call, { rules, approvals, mode, attended }).decision === verdictOf(name, call, { opened: { rules }, approvals, settings: { mode, attended } })
  )
)

law(
  "deny wins, whoever says it and whatever else is said",
  fc.property(tool, facts, permissions, ruleOf(fc.constant("deny")), fc.nat(9), (name, call, ruling, denial, position) => {
    const alone = decide(name, call, { rules: [denial], approvals: [], mode: "bypass", attended: true })
    if (alone.decision !== "deny") return true
    const rules = ruling.rules.toSpliced(position, 0, denial)
    return decide(name, call, { ...ruling, rules }).decision === "deny"
  })
)

law(
  "another allow rule, or another approval, never makes the answer for any call harder",
  fc.property(tool, facts, permissions, ruleOf(fc.constant("allow")), fc.nat(9), (name, call, ruling, more, position) => {
    const before = severityOf(name, call, ruling)
    const allowed = severityOf(name, call, { ...ruling, rules: ruling.rules.toSpliced(position, 0, more) })
    return allowed <= before && severityOf(name, call, { ...ruling, approvals: [...ruling.approvals, more.rule] }) <= before
  })
)

law(
  "another deny or ask rule never makes it easier",
  fc.property(tool, facts, permissions, ruleOf(fc.constantFrom("deny", "ask")), (name, call, ruling, more) =>
    severityOf(name, call, { ...ruling, rules: [more, ...ruling.rules] }) >= severityOf(name, call, ruling)
  )
)

law(
  "plan mode starts nothing that may change something, nor asks about it",
  fc.property(tool, facts, permissions, (name, call, ruling) => !call.changes || severityOf(name, call, { ...ruling, mode: "plan" }) >= SEVERITY.deny)
)

law(
  "nobody is asked where nobody is there",
  fc.property(tool, facts, permissions, (name, call, ruling) => {
    const there = decide(name, call, { ...ruling, attended: true })
    const away = decide(name, call, { ...ruling, attended: false })
    const same = there.decision === "ask" ? away.decision === "deny" && away.unattended : JSON.stringify(away) === JSON.stringify(there)
    return away.decision !== "ask" && same && !(there.decision === "deny" && there.unattended)
  })
)

law(
  "the narrowest rules that are offered allow the call that asked",
  fc.property(tool, facts, permissions, (name, call, ruling) => {
    const plain = { ...ruling, rules: ruling.rules.filter(({ decision }) => decision === "allow"), attended: true }
    const offered = narrowestRules(name, call)
    const asksItself = call.question !== undefined || call.hook?.decision === "ask"
    if (decide(name, call, plain).decision !== "ask" || asksItself || offered.length === 0) return true
    return decide(name, call, { ...plain, approvals: [...plain.approvals, ...offered] }).decision === "allow"
  })
)

law(
  "and they allow no call that names anything else",
  fc.property(tool, facts, facts, (name, call, other) => {
    const strict: Permissions = { rules: [], approvals: [], mode: "default", attended: true }
    const readerWrites = name === "file_read" && other.paths.some(({ access }) => access === "write")
    if (decide(name, other, strict).decision !== "ask" || covered(call, other) || readerWrites) return true
    return decide(name, other, { ...strict, approvals: narrowestRules(name, call) }).decision === "ask"
  })
)

/**
 * Whether all that a call names is among what another named; who may edit a file may read it to do so.
 * Of a call that names nothing only the tool itself can be allowed.
 */
const covered = (call: CallFacts, other: CallFacts): boolean => {
  const named = namesOf(call)
  return named.includes("itself") || namesOf(other).every((name) => named.includes(name) || named.includes(name.replace(/^read /, "write ")))
}

const namesOf = ({ changes, paths, commands, hosts }: CallFacts): readonly string[] => {
  const inside = [
    ...paths.map(({ access, path: name }) => `${access} ${name}`),
    ...(commands === "unparsed" ? ["unparsed"] : commands.map(({ text, cwd }) => `run ${text} in ${String(cwd)}`)),
    ...hosts.map((host) => `reach ${host}`)
  ]
  const namesItsChange =
    commands === "unparsed" || commands.length > 0 || hosts.length > 0 || paths.some(({ access }) => access === "write")
  return inside.length === 0 || (changes && !namesItsChange) ? [...inside, "itself"] : inside
}

law(
  "what is named as the ground of a decision leads to it alone",
  fc.property(tool, facts, permissions, (name, call, ruling) => {
    const { verdict, ground } = explain(name, call, ruling)
    const rules = ground.type === "rules" ? ground.rules : []
    const mode = ground.type === "rules" && verdict.decision !== "allow" ? "bypass" : ruling.mode
    const alone = decide(name, call, { ...ruling, rules, approvals: [], mode: ground.type === "rules" && verdict.decision === "allow" ? "default" : mode })
    return alone.decision === verdict.decision
  })
)
