import type { Subject } from "../../machine/policy/permission-rule.ts"
import type { Permissions, Verdict } from "../../machine/policy/permission.ts"
import type { ExplainedSubject, Ground } from "../../machine/policy/explain.ts"
import type { Explained } from "../../runtime/permissions.ts"
import type { SettingsHere } from "../../runtime/settings-here.ts"
import type { Layer } from "../../runtime/settings.ts"
import { MODE_WORDS, ruleLine, ruleTable } from "./holding.ts"
import { fitted, span, whole, type Shown, type Tone } from "./shown.ts"
import { exact, oneLine } from "./visible.ts"

/** What holds here, and what the workspace would like to hold. */
export const permissionsHere = (permissions: Permissions, workspace: SettingsHere["workspace"]): readonly Shown[] => [
  ...ruleTable(permissions),
  whole(
    span(
      "dim",
      "  a deny rule wins, then an ask rule, then an allow rule, then the mode; each path, command and host of a call counts for itself"
    )
  ),
  ...workspaceLines(workspace)
]

/** Whether the workspace is trusted, and what that gives or would give it. */
export const workspaceLines = (workspace: SettingsHere["workspace"]): readonly Shown[] => {
  if (workspace === null) return []
  return [
    ...(workspace.trust === "nothing" ? [] : [whole(), trustLine(workspace), ...(workspace.trusted ? [] : wouldSay(workspace))]),
    ...workspace.faults.map((fault) => whole(span("bad", `  ${oneLine(fault)}`))),
    ...(workspace.unseen === null ? [] : [whole(span("notice", `  ${oneLine(workspace.unseen)}`))]),
    ...workspace.unread.map(({ file, line, text, why }) =>
      whole(
        span("notice", `  ${oneLine(line === 0 ? file : `${file}:${line}`)} is no rule, only words for the model: `),
        span("plain", oneLine(text)),
        span("dim", `  ${oneLine(why)}`)
      )
    )
  ]
}

type Workspace = NonNullable<SettingsHere["workspace"]>

const trustLine = ({ trusted, trust, root }: Workspace): Shown =>
  trusted
    ? whole(span("good", "trusted: "), span("plain", `the settings and allow rules of ${oneLine(root)} hold`))
    : whole(span("notice", "not trusted: "), span("plain", UNTRUSTED_WORDS[trust]), span("dim", "  `loom trust` would let this hold:"))

const UNTRUSTED_WORDS: Readonly<Record<Workspace["trust"], string>> = {
  trusted: "something in it cannot be read",
  refused: "you said no",
  changed: "what it says is not what you trusted",
  unknown: "nobody said so",
  impossible: "Loom's own directory lies in it; only --trust, for one run",
  nothing: "it says nothing"
}

/** Everything that would hold, as it would hold. */
export const wouldSay = ({ layers, allowing }: Pick<Workspace, "layers" | "allowing">): readonly Shown[] => [
  ...layers.flatMap(({ source, layer }) => [...rulesOf(source, layer), ...valuesOf(source, layer), ...hooksOf(source, layer)]),
  ...allowing.map(indented)
]

const indented = (rule: Parameters<typeof ruleLine>[0]): Shown => {
  const line = ruleLine(rule)
  return line.type === "line" ? whole(span("plain", "  "), ...line.spans) : line
}

const DECISIONS = ["deny", "ask", "allow"] as const

const rulesOf = (source: string, layer: Layer): readonly Shown[] =>
  DECISIONS.flatMap((decision) => (layer[decision] ?? []).map((rule) => indented({ decision, rule, source })))

const valuesOf = (source: string, layer: Layer): readonly Shown[] =>
  Object.entries(layer).flatMap(([key, value]) =>
    [...DECISIONS, "hooks"].includes(key)
      ? []
      : [whole(span("plain", `  ${written(key)} = ${exact(String(value))}`), span("dim", `  ${oneLine(source)}`))]
  )

/** Programs are shown whole: they run with all that the person may do. */
const hooksOf = (source: string, { hooks = [] }: Layer): readonly Shown[] =>
  hooks.map(({ event, matcher, command, keys }) =>
    whole(
      span(
        "plain",
        `  runs ${event}${matcher === "" ? "" : ` ${oneLine(matcher)}`}: ${oneLine(command)}${keys.length === 0 ? "" : `  with ${oneLine(keys.join(", "))}`}`
      ),
      span("dim", `  ${oneLine(source)}`)
    )
  )

/** A key as it is written in the file: `written("maxSteps")  // => "max_steps"`. */
const written = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const VERDICT_TONES: Readonly<Record<Verdict["decision"], Tone>> = { allow: "good", ask: "notice", deny: "bad", invalid: "bad" }

/** What would happen to a call, in a conversation and where nobody is there, and what decided. */
export const explanationLines = ({ tool, facts, verdict, ground, subjects }: Explained): readonly Shown[] => [
  whole(
    span(VERDICT_TONES[verdict.decision], VERDICT_WORDS[verdict.decision]),
    span("plain", `  ${oneLine(tool)}${"reason" in verdict ? `: ${exact(verdict.reason)}` : ""}`)
  ),
  ...(verdict.decision === "ask" ? [whole(span("dim", "  in one shot, where nobody can be asked: denied, and the exit code is 4"))] : []),
  ...groundLines(ground),
  ...subjects.map(subjectLine),
  ...(verdict.decision === "invalid" ? [] : [fitted(span("dim", facts.changes ? "  it may change something" : "  it only reads"))])
]

const VERDICT_WORDS: Readonly<Record<Verdict["decision"], string>> = { allow: "runs", ask: "asks", deny: "denied", invalid: "cannot run" }

const groundLines = (ground: Ground): readonly Shown[] => {
  switch (ground.type) {
    case "vetting":
      return [whole(span("dim", "  decided by vetting: such a call cannot run, whatever is allowed"))]
    case "hook":
      return [whole(span("dim", "  decided by a hook"))]
    case "question":
      return [whole(span("dim", "  it is a question to the person"))]
    case "rules":
      return ground.rules.map((rule) => {
        const line = ruleLine(rule)
        return line.type === "line" ? whole(span("dim", "  decided by "), ...line.spans) : line
      })
    case "mode":
      return [whole(span("dim", "  decided by the mode "), span("plain", ground.mode), span("dim", `: ${MODE_WORDS[ground.mode]}`))]
  }
}

const subjectLine = ({ subject, rules }: ExplainedSubject): Shown =>
  whole(
    span("plain", `  ${subjectWords(subject)}`),
    span(
      "dim",
      rules.length === 0
        ? "  no rule speaks about it"
        : `  ${rules.map(({ decision, rule, source }) => `${decision} ${oneLine(rule)} (${oneLine(source)})`).join(", ")}`
    )
  )

const whereWords = (cwd: string | null | undefined): string =>
  cwd === undefined ? "" : cwd === null ? " in a folder that nobody can tell" : ` in ${oneLine(cwd)}`

const subjectWords = (subject: Subject): string => {
  switch (subject.kind) {
    case "path":
      return `${subject.path.access === "write" ? "writes" : "reads"} ${oneLine(subject.path.path)}${subject.path.inside ? "" : " (outside the workspace)"}`
    case "touched":
      return `names ${oneLine(subject.path.path)}${subject.path.inside ? "" : " (outside the workspace)"}${subject.path.within === true ? " and may go into it" : ""}`
    case "command":
      if (subject.seen === true) return `may run, as far as can be seen, ${oneLine(subject.text)}`
      return `runs ${oneLine(subject.text)}${whereWords(subject.cwd)}${subject.sure === undefined ? "" : ", of which not all words are known"}`
    case "unparsed":
      return "runs commands that cannot be told apart"
    case "host":
      return `reaches ${oneLine(subject.host)}`
    case "tool":
      return "the call itself"
  }
}
