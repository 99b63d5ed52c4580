import { behaves } from "../behaviour.ts"
import type { CallFacts } from "../event.ts"
import type { PermissionMode, Rule, Session } from "../session.ts"
import {
  coversRule,
  matchesRule,
  mightMatch,
  parseRule,
  restricts,
  subjectsOf,
  suspectsOf,
  type ParsedRule,
  type Subject
} from "./permission-rule.ts"

/** What may happen to a call, and why in words a person reads. */
export type Verdict =
  | { readonly decision: "allow" }
  | { readonly decision: "ask"; readonly reason: string }
  | { readonly decision: "deny"; readonly reason: string; readonly unattended: boolean }
  | { readonly decision: "invalid"; readonly reason: string }

/** All that a decision depends on beside the facts. */
export interface Permissions {
  readonly rules: readonly Rule[]
  readonly approvals: readonly string[]
  readonly mode: PermissionMode
  readonly attended: boolean
  /** Set where an older machine decides, for which a rule about a shell command held for the tool `shell` alone. */
  readonly shellOnly?: true
  /** Set where an older machine decides, for which a rule about a folder said nothing of what is in it. */
  readonly namedOnly?: true
  /** Set where an older machine decides, which did not hear of the files that commands name. */
  readonly untouched?: true
}

/** What decides about a call, taken from the session. */
export const permissionsOf = (session: Session): Permissions => ({
  rules: session.opened.rules,
  approvals: session.approvals,
  mode: session.settings.mode,
  attended: session.settings.attended,
  ...(behaves(session, "command-rules-for-all-tools") ? {} : { shellOnly: true }),
  ...(behaves(session, "denied-folders") ? {} : { namedOnly: true }),
  ...(behaves(session, "touched-files") ? {} : { untouched: true })
})

/** Deny rules, then ask rules, then allow rules, then the mode's default. Whom nobody can be asked is denied. */
export const decide = (tool: string, facts: CallFacts | undefined, permissions: Permissions): Verdict => {
  if (facts === undefined) return { decision: "invalid", reason: "vetting found nothing about this call" }
  if (facts.invalid !== undefined) return { decision: "invalid", reason: facts.invalid }
  const verdict = verdictOf(tool, facts, permissions.shellOnly === true ? spokenOf(tool, permissions) : permissions)
  return verdict.decision === "ask" && !permissions.attended ? unattended(verdict.reason, facts) : verdict
}

/** Without the rules that an older machine took to speak of another tool. */
const spokenOf = (tool: string, permissions: Permissions): Permissions => {
  const speaks = (rule: string): boolean => {
    const meant = parseRule(rule)
    return meant === null || meant.tool !== "shell" || meant.pattern === null || tool === "shell"
  }
  return { ...permissions, rules: permissions.rules.filter(({ rule }) => speaks(rule)), approvals: permissions.approvals.filter(speaks) }
}

const verdictOf = (tool: string, facts: CallFacts, { rules, approvals, mode, namedOnly, untouched }: Permissions): Verdict => {
  const restricting = namedOnly === true ? matchesRule : restricts
  const subjects = subjectsOf(facts)
  const suspects = suspectsOf(facts).filter(({ kind }) => untouched !== true || kind !== "touched")
  const denied = denial(tool, facts, suspects, rules, mode, restricting)
  if (denied !== null) return { decision: "deny", reason: denied, unattended: false }
  if (facts.question !== undefined) return { decision: "ask", reason: "the model asks" }
  const asked = question(tool, facts, suspects, rules, restricting)
  if (asked !== null) return { decision: "ask", reason: asked }
  const allowing = parsed(rules, "allow")
  const approved = approvals.flatMap((rule) => parseRule(rule) ?? [])
  const covered = (subject: Subject): boolean =>
    allowing.some((rule) => coversRule(rule, tool, subject)) || approved.some((rule) => coversRule(rule, tool, subject, true))
  if (facts.hook?.decision === "allow" || subjects.every(covered)) {
    return { decision: "allow" }
  }
  const wanted = whyModeAsks(facts, mode)
  return wanted === null ? { decision: "allow" } : { decision: "ask", reason: wanted }
}

const denial = (
  tool: string,
  facts: CallFacts,
  subjects: readonly Subject[],
  rules: readonly Rule[],
  mode: PermissionMode,
  restricting: Matches
): string | null => {
  if (facts.hook?.decision === "deny") return `a hook denied it: ${facts.hook.reason}`
  const denied = firstMatch(rules, "deny", tool, subjects, restricting)
  if (denied !== undefined) return `the rule ${denied.rule.rule} (${denied.rule.source}) denies it${touching(denied.subject)}`
  if (mode === "plan" && facts.changes) return "plan mode changes nothing; leave it to go on"
  return null
}

const question = (tool: string, facts: CallFacts, subjects: readonly Subject[], rules: readonly Rule[], restricting: Matches): string | null => {
  if (facts.hook?.decision === "ask") return `a hook wants to know: ${facts.hook.reason}`
  const asking = firstMatch(rules, "ask", tool, subjects, restricting)
  if (asking !== undefined) return `the rule ${asking.rule.rule} (${asking.rule.source}) asks${touching(asking.subject)}`
  const unclear = firstUnclear(rules, tool, subjects)
  return unclear === undefined ? null : unclearly(unclear.subject, `the rule ${unclear.rule.rule} (${unclear.rule.source})`)
}

const unclearly = (subject: Subject, rule: string): string => {
  if (subject.kind !== "touched") return `the command could not be told apart from what ${rule} is about`
  const { path, within } = subject.path
  if (within === true) return `the command may go into ${path}, where ${rule} can mean files`
  return `the command may write ${path}, which ${rule} is about`
}

/** Why this mode would ask; `null` where it allows. */
const whyModeAsks = (facts: CallFacts, mode: PermissionMode): string | null => {
  if (mode === "bypass") return null
  const outside = facts.paths.find((path) => !path.inside)
  if (outside !== undefined) return `${outside.path} lies outside the workspace`
  if (facts.hosts.length > 0) return `it reaches ${facts.hosts.join(", ")}`
  const runsCommands = facts.commands === "unparsed" || facts.commands.length > 0
  if (runsCommands) return mode === "auto" && facts.sandboxed === true ? null : "it runs a command"
  if (!facts.changes) return null
  const edits = facts.paths.some((path) => path.access === "write")
  return edits && (mode === "auto" || mode === "accept-edits") ? null : "it may change something"
}

const unattended = (reason: string, facts: CallFacts): Verdict => ({
  decision: "deny",
  reason:
    facts.question !== undefined
      ? "nobody is there to answer; decide yourself or say what you need to know"
      : `${reason}, and nobody is there to be asked; allow it by a rule or a mode`,
  unattended: true
})

const parsed = (rules: readonly Rule[], decision: Rule["decision"]): readonly ParsedRule[] =>
  rules.flatMap((rule) => (rule.decision === decision ? (parseRule(rule.rule) ?? []) : []))

type Matches = typeof restricts

/** The first rule that says so, and what of the call it means. */
const firstMatch = (
  rules: readonly Rule[],
  decision: Rule["decision"],
  tool: string,
  subjects: readonly Subject[],
  restricting: Matches
): { readonly rule: Rule; readonly subject: Subject } | undefined => {
  for (const rule of rules) {
    const meant = rule.decision === decision ? parseRule(rule.rule) : null
    const subject = meant === null ? undefined : subjects.find((each) => restricting(meant, tool, each))
    if (subject !== undefined) return { rule, subject }
  }
  return undefined
}

const touching = (subject: Subject): string => (subject.kind === "touched" ? `: the command names ${subject.path.path}` : "")

/** The same of a rule that nobody can tell whether it means something of the call. */
const firstUnclear = (
  rules: readonly Rule[],
  tool: string,
  subjects: readonly Subject[]
): { readonly rule: Rule; readonly subject: Subject } | undefined => {
  for (const rule of rules) {
    const meant = rule.decision === "allow" ? null : parseRule(rule.rule)
    const subject = meant === null ? undefined : subjects.find((each) => mightMatch(meant, tool, each))
    if (subject !== undefined) return { rule, subject }
  }
  return undefined
}
