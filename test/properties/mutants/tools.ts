import { mutant, type Mutant } from "./mutant.ts"

const SCHEDULING = "policy/scheduling.ts"
const PERMISSION = "policy/permission.ts"
const RULE = "policy/permission-rule.ts"
const EXECUTING = "states/executing-tools.ts"

/** Faults in who may run, when, and what becomes of a call. */
export const toolMutants: readonly Mutant[] = [
  mutant("rule 1", "cuts what a tool said", EXECUTING, "status: event.status, parts: event.parts }", "status: event.status, parts: event.parts.slice(0, 1) }"),
  mutant("rule 1", "calls a failed tool a success", EXECUTING, "status: event.status, parts: event.parts }", 'status: "ok", parts: event.parts }'),
  mutant("rule 2", "does not say why the person said no", EXECUTING, "`the person said no${said}`", '"the person said no"'),
  mutant("rule 2", "answers its own questions", EXECUTING, 'resultOf(call.id, "ok", words ?? "yes")', 'resultOf(call.id, "ok", "yes")'),
  mutant(
    "14",
    "starts calls that wait for an approval",
    SCHEDULING,
    'execution.phase.name === "held" && !blocked',
    'execution.phase.name !== "running" && !blocked'
  ),
  mutant(
    "21",
    "starts a read beside a change",
    SCHEDULING,
    'execution.changes ? before !== "nothing" : before === "a change"',
    'execution.changes ? before !== "nothing" : false'
  ),
  mutant(
    "21",
    "starts a change beside reads",
    SCHEDULING,
    'execution.changes ? before !== "nothing" : before === "a change"',
    'before === "a change"'
  ),
  mutant(
    "21",
    "forgets the place of a call that waits for its approval",
    SCHEDULING,
    'if (execution.phase.name === "done") continue',
    'if (execution.phase.name === "done" || execution.phase.name === "awaiting-approval") continue'
  ),
  mutant("21", "starts one call more than may run at once", SCHEDULING, "running < parallelMax", "running <= parallelMax"),
  mutant("23", "waits for calls that are done", SCHEDULING, 'if (execution.phase.name === "done") continue', ""),
  mutant("25", "runs what a rule denies", PERMISSION, "if (denied !== null) return", "if (false) return"),
  mutant("25", "lets an allow rule win over an ask rule", PERMISSION, 'if (asked !== null) return { decision: "ask", reason: asked }', ""),
  mutant("25", "changes things in plan mode", PERMISSION, 'mode === "plan" && facts.changes', "false"),
  mutant("25", "allows a call when one of its parts is allowed", PERMISSION, "subjects.every(covered)", "subjects.some(covered)"),
  mutant("25", "runs a call that nobody vetted", PERMISSION, 'return { decision: "invalid", reason: "vetting found nothing about this call" }', 'return { decision: "allow" }'),
  mutant("25", "runs a call that is invalid", PERMISSION, 'return { decision: "invalid", reason: facts.invalid }', 'return { decision: "allow" }'),
  mutant("25", "runs what it would ask when nobody is there", PERMISSION, 'unattended(verdict.reason, facts) : verdict', '({ decision: "allow" } as const) : verdict'),
  mutant("25", "runs sandboxed commands without asking in every mode", PERMISSION, 'mode === "auto" && facts.sandboxed === true', "facts.sandboxed === true"),
  mutant("25", "writes outside the workspace without asking", PERMISSION, "if (outside !== undefined) return", "if (false) return"),
  mutant("25", "does not listen to a hook that denies", PERMISSION, 'if (facts.hook?.decision === "deny") return', "if (false) return"),
  mutant("25", "allows a command it could not read by a rule for another", RULE, 'return rule.pattern === "*"', "return true"),
  mutant("25", "decides as an older machine did", "behaviour.ts", "machine >= sinceByName[behaviour]", "false"),
  mutant("25", "does not hear of the files that commands name", PERMISSION, 'untouched !== true || kind !== "touched"', 'kind !== "touched"'),
  mutant("25", "takes a rule about reading for one about what changes", RULE, "facts.changes && !named", "false"),
  mutant("25", "remembers a yes that was said once", EXECUTING, 'event.answer !== "session" && event.answer !== "always"', 'event.answer === "no"'),
  mutant("25", "forgets a yes for the session", EXECUTING, "{ ...session, approvals: [...session.approvals, ...rules] }", "session"),
  mutant("25", "runs a call the person said no to", EXECUTING, 'if (answer === "no") {', "if (false) {"),
  mutant(
    "25",
    "takes a change for a read",
    "states/processing-response.ts",
    "changes: facts?.changes ?? true",
    "changes: facts?.changes === true && facts.paths.length > 0"
  ),
  mutant(
    "25",
    "tells the runner that every call only reads",
    "batch.ts",
    "calls.push({ effect: taken.effect, call: execution.call, changes: execution.changes })",
    "calls.push({ effect: taken.effect, call: execution.call, changes: false })"
  ),
  mutant(
    "25",
    "counts nobody who could not be asked",
    "states/processing-response.ts",
    "unattendedDenials: session.unattendedDenials + 1",
    "unattendedDenials: session.unattendedDenials"
  ),
  mutant(
    "rule 3",
    "says of a call that ran that it was not started",
    "batch.ts",
    'resultOf(call.id, "interrupted",',
    'resultOf(call.id, "not-started",'
  ),
  mutant(
    "rule 3",
    "forgets the results that were there when it was interrupted",
    "batch.ts",
    'case "done":\n        return phase.result',
    'case "done":\n        return resultOf(call.id, "interrupted", "interrupted")'
  ),
  mutant(
    "rule 10",
    "skips the hook",
    "batch.ts",
    "if (!executions.some((execution) => execution.changes && execution.started)) return",
    "if (true) return"
  ),
  mutant(
    "rule 10",
    "runs the hook after calls that never started",
    "batch.ts",
    "executions.some((execution) => execution.changes && execution.started)",
    "executions.some((execution) => execution.changes)"
  ),
  mutant(
    "rule 10",
    "goes on although the hook said stop",
    "states/post-tools-hook.ts",
    "event.goOn ? nextStep(session, toldOf(event))",
    "true ? nextStep(session, toldOf(event))"
  ),
  mutant(
    "rule 10",
    "tells the hook that all went well",
    "batch.ts",
    'status: phase.name === "done" ? phase.result.status : "not-started"',
    'status: "ok"'
  ),
  mutant(
    "rule 10",
    "loses the note of the hook",
    "states/post-tools-hook.ts",
    'event.note === undefined || event.note === "" ? counted',
    "true ? counted"
  )
]
