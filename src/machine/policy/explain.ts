import type { CallFacts } from "../event.ts"
import type { PermissionMode, Rule } from "../session.ts"
import { coversRule, mightMatch, parseRule, restricts, suspectsOf, type Subject } from "./permission-rule.ts"
import { decide, type Permissions, type Verdict } from "./permission.ts"

/** A decision with what it rests on, for a person who wonders. */
export interface Explanation {
  readonly verdict: Verdict
  readonly ground: Ground
  /** What the call touches, each with all rules that speak about it, in the order in which they count. */
  readonly subjects: readonly ExplainedSubject[]
}

/** What decided. With these rules alone, and the mode, the decision would be the same. */
export type Ground =
  | { readonly type: "vetting" }
  | { readonly type: "hook" }
  | { readonly type: "question" }
  | { readonly type: "rules"; readonly rules: readonly Rule[] }
  | { readonly type: "mode"; readonly mode: PermissionMode }

/** What was decided about one thing a call touches, and by which rule. */
export interface ExplainedSubject {
  readonly subject: Subject
  readonly rules: readonly Rule[]
}

/** Where an approval of this session comes from, said like the source of any other rule. */
export const APPROVED = "approved in this session"

/** The decision of `decide`, and why. */
export const explain = (tool: string, facts: CallFacts | undefined, permissions: Permissions): Explanation => {
  const verdict = decide(tool, facts, permissions)
  if (facts === undefined || verdict.decision === "invalid") return { verdict, ground: { type: "vetting" }, subjects: [] }
  const rules = inOrder(permissions)
  const subjects = suspectsOf(facts)
    .map((subject) => ({ subject, rules: rules.filter((rule) => speaksOf(rule, tool, subject)) }))
    .filter(({ subject, rules: speaking }) => subject.kind !== "touched" || speaking.length > 0)
  return { verdict, ground: groundOf(tool, facts, subjects, permissions.mode), subjects }
}

/** All rules that hold, in the order in which they count: deny, ask, allow, what was approved. */
export const inOrder = ({ rules, approvals }: Pick<Permissions, "rules" | "approvals">): readonly Rule[] => [
  ...(["deny", "ask", "allow"] as const).flatMap((decision) => rules.filter((rule) => rule.decision === decision)),
  ...approvals.map((rule): Rule => ({ decision: "allow", rule, source: APPROVED }))
]

/** A rule that denies or asks speaks about a command that could not be read, or not whole, too; one that allows, not about what was only seen. */
const speaksOf = ({ rule, decision, source }: Rule, tool: string, subject: Subject): boolean => {
  const meant = parseRule(rule)
  if (meant === null) return false
  if (decision !== "allow") return restricts(meant, tool, subject) || mightMatch(meant, tool, subject)
  return !isOnlySeen(subject) && coversRule(meant, tool, subject, source === APPROVED)
}

const isOnlySeen = (subject: Subject): boolean => subject.kind === "touched" || (subject.kind === "command" && subject.seen === true)

/** The same order as the decision: deny, the mode that changes nothing, ask, allow, the mode. */
const groundOf = (tool: string, facts: CallFacts, subjects: readonly ExplainedSubject[], mode: PermissionMode): Ground => {
  const first = (decision: Rule["decision"], sure: boolean): Rule | undefined =>
    subjects
      .flatMap(({ subject, rules }) => (sure ? rules.filter((rule) => isSure(rule, tool, subject)) : rules))
      .find((rule) => rule.decision === decision)
  const byRule = (rule: Rule): Ground => ({ type: "rules", rules: [rule] })
  if (facts.hook?.decision === "deny") return { type: "hook" }
  const denying = first("deny", true)
  if (denying !== undefined) return byRule(denying)
  if (mode === "plan" && facts.changes) return { type: "mode", mode }
  if (facts.question !== undefined) return { type: "question" }
  if (facts.hook?.decision === "ask") return { type: "hook" }
  const asking = first("ask", true) ?? first("ask", false) ?? first("deny", false)
  if (asking !== undefined) return byRule(asking)
  if (facts.hook?.decision === "allow") return { type: "hook" }
  const allowing = subjects.filter(({ subject }) => !isOnlySeen(subject)).map(({ rules }) => rules.find((rule) => rule.decision === "allow"))
  if (allowing.every((rule) => rule !== undefined)) return { type: "rules", rules: [...new Set(allowing)] }
  return { type: "mode", mode }
}

/** Whether a rule is about this without a doubt: about what could not be read only if it is about all that the tool does. */
const isSure = ({ rule }: Rule, tool: string, subject: Subject): boolean => {
  const meant = parseRule(rule)
  return meant !== null && restricts(meant, tool, subject)
}
