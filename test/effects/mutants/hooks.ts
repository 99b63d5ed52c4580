import { fault, type Fault } from "../../support/mutated-module.ts"

const ANSWER = "effects/hooks/answer.ts"
const HOOK = "effects/hooks/hook.ts"
const SAID = "effects/hooks/said-by-hook.ts"

/** Faults in what a hook's run comes to. */
export const hookMutants: readonly Fault[] = [
  fault(
    "takes exit code 2 for a failure",
    ANSWER,
    "return ended.code === 0 || ended.code === 2 ? null :",
    "return ended.code === 0 ? null :"
  ),
  fault(
    "lets a call through whose guard failed",
    ANSWER,
    'verdict: hook.event === "PreToolUse" ? { decision: "ask", reason: `${hookName(hook)} ${why}` } : null',
    "verdict: null"
  ),
  fault(
    "blocks the start of a session",
    ANSWER,
    'return hook.event === "SessionStart" ? { ...NOTHING, message: `${hookName(hook)}: ${reason}` } :',
    "return false ? NOTHING :"
  ),
  fault(
    "lets decision weigh more than permissionDecision",
    ANSWER,
    "const taken = specific.permissionDecision ?? (decision === undefined ? undefined : DECISIONS[decision])",
    "const taken = (decision === undefined ? undefined : DECISIONS[decision]) ?? specific.permissionDecision"
  ),
  fault(
    "runs a call that shall have other arguments",
    ANSWER,
    'if (taken !== "deny" && specific.updatedInput !== undefined)',
    "if (false)"
  ),
  fault("does not hear continue: false", ANSWER, "said.continue === false ?", "false ?"),
  fault("takes plain text of any hook for context", ANSWER, "PLAIN_IS_CONTEXT.has(hook.event) ?", "true ?"),
  fault("shows secrets of a hook", ANSWER, "outgoingText(text.trim())", "text.trim()"),
  fault(
    "takes a decision that cannot be meant",
    SAID,
    'decision: Schema.optionalKey(Schema.Literals(["approve", "allow", "ask", "block", "deny"])),',
    "decision: Schema.optionalKey(Schema.Any),"
  )
]

/** Faults in which hooks are asked. */
export const matcherMutants: readonly Fault[] = [
  fault("takes a part of a name for the whole", HOOK, "new RegExp(`^(?:${matcher})$`)", "new RegExp(matcher)"),
  fault("anchors only the first of several names", HOOK, "new RegExp(`^(?:${matcher})$`)", "new RegExp(`^${matcher}$`)"),
  fault("asks hooks of other moments", HOOK, "hook.event === event && (", "("),
  fault("minds matchers where there is nothing to match", HOOK, "!NAMED.has(event) || matches", "matches"),
  fault("takes * for a name", HOOK, "matcher === \"\" || matcher === \"*\" ||", "matcher === \"\" ||")
]
