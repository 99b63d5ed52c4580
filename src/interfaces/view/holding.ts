import { inOrder } from "../../machine/policy/explain.ts"
import { permissionsOf, type Permissions } from "../../machine/policy/permission.ts"
import type { PermissionMode, Rule, Session } from "../../machine/session.ts"
import type { SandboxState } from "../../runtime/app.ts"
import { costWords, count, plural, usageWords } from "./money.ts"
import { fitted, span, whole, type Shown, type Tone } from "./shown.ts"
import { sandboxSentence, sandboxWord } from "./sandbox-words.ts"
import { oneLine } from "./visible.ts"

/** Which permissions hold: the mode, the rules in the order they count, and what a person allowed for the session. */
export const permissionLines = (session: Session, sandbox: SandboxState): readonly Shown[] => [
  ...ruleTable(permissionsOf(session)),
  whole(span(sandbox.name === "on" ? "good" : "notice", sandboxWord(sandbox)), span("dim", `  ${oneLine(sandboxSentence(sandbox))}`))
]

/** The mode, and the rules in the order in which they count, each with who said it. */
export const ruleTable = ({ mode, rules, approvals }: Pick<Permissions, "mode" | "rules" | "approvals">): readonly Shown[] => {
  const ordered = inOrder({ rules, approvals })
  return [
    whole(span("strong", mode), span("plain", `: ${MODE_WORDS[mode]}`)),
    ...ordered.map(ruleLine),
    ...(ordered.length === 0 ? [fitted(span("dim", "no rules"))] : [])
  ]
}

export const ruleLine = ({ decision, rule, source }: Rule): Shown =>
  whole(span(RULE_TONES[decision], `${decision} `.padEnd(6)), span("plain", oneLine(rule)), span("dim", `  ${oneLine(source)}`))

const RULE_TONES: Readonly<Record<Rule["decision"], Tone>> = { deny: "bad", ask: "notice", allow: "good" }

export const MODE_WORDS: Readonly<Record<PermissionMode, string>> = {
  default: "reading is free, writing and commands ask",
  "accept-edits": "reading and writing inside the workspace are free, commands ask",
  plan: "nothing that changes anything",
  auto: "writing inside the workspace is free; commands ask while no sandbox holds them; network and outside ask",
  bypass: "NOTHING ASKS; only deny rules hold"
}

export const costLines = ({ usage, settings }: Session): readonly Shown[] => [
  whole(span("strong", costWords(usage)), span("plain", `  ${usageWords(usage)}`)),
  ...(usage.unpriced > 0 ? [whole(span("notice", `${plural(usage.unpriced, "answer")} of which the price is not known`))] : []),
  ...(settings.limits.costMax === null ? [] : [whole(span("dim", `the budget is $${(settings.limits.costMax / 1e9).toFixed(2)}`))]),
  ...(settings.limits.tokensMax === null ? [] : [whole(span("dim", `the budget is ${count(settings.limits.tokensMax)} tokens`))])
]
