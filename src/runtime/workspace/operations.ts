import { parseRule } from "../../machine/policy/permission-rule.ts"
import type { Rule } from "../../machine/session.ts"

/** What the "Allowed Operations" of a rules file come to. */
export interface Operations {
  readonly rules: readonly Rule[]
  /** Lines of those sections that could not be read as rules; `line` counts from 1, 0 where it is not known. */
  readonly unread: readonly { readonly line: number; readonly text: string; readonly why: string }[]
}

/** What a line may be about, and the tool whose rules its patterns become. */
export const CATEGORIES: Readonly<Record<string, string>> = {
  shell: "shell",
  bash: "shell",
  command: "shell",
  commands: "shell",
  "file write": "file_write",
  "file edit": "file_write",
  write: "file_write",
  edit: "file_write",
  "file read": "file_read",
  read: "file_read",
  network: "web_fetch",
  "web fetch": "web_fetch",
  fetch: "web_fetch",
  tool: "",
  tools: "",
  mcp: ""
}

/** Words behind what a line is about, and what it then does. */
export const DECISION_WORDS: Readonly<Record<string, Rule["decision"]>> = {
  allowed: "allow",
  denied: "deny",
  forbidden: "deny",
  never: "deny",
  "not allowed": "deny",
  ask: "ask",
  asks: "ask",
  "ask first": "ask"
}

const SECTION = /^(allowed|denied|forbidden)\s+operations$/i

/**
 * Compiles the sections "Allowed Operations" and "Denied Operations" of a rules file.
 * `compileOperations("## Allowed Operations\n- Shell: `npm *`", "LOOM.md").rules  // => [{ decision: "allow", rule: "shell(npm *)", source: "LOOM.md" }]`
 */
export const compileOperations = (text: string, source: string): Operations => {
  const rules: Rule[] = []
  const unread: Operations["unread"][number][] = []
  let section: Rule["decision"] | null = null
  linesOf(text).forEach((line, index) => {
    const heading = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1]
    if (heading !== undefined) section = sectionOf(heading)
    else if (section !== null && line.trim() !== "") {
      const compiled = rulesOfLine(line, section)
      if (typeof compiled === "string") unread.push({ line: index + 1, text: line.trim(), why: compiled })
      else rules.push(...compiled.map((rule): Rule => ({ ...rule, source })))
    }
  })
  return { rules, unread }
}

const sectionOf = (heading: string): Rule["decision"] | null => {
  const word = SECTION.exec(heading.replaceAll(/[*_`:]/g, "").trim())?.[1]?.toLowerCase()
  return word === undefined ? null : word === "allowed" ? "allow" : "deny"
}

/** Lines as a reader of the page sees them: what stands in comments and in fenced examples says nothing. */
const linesOf = (text: string): readonly string[] => {
  const visible = text.replaceAll(/\r\n?/g, "\n").replaceAll(/<!--[\s\S]*?(?:-->|$)/g, (comment) => comment.replaceAll(/[^\n]/g, ""))
  let fence: string | null = null
  return visible.split("\n").map((line) => {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === null && mark !== undefined) fence = mark
    else if (fence !== null && mark !== undefined && mark.startsWith(fence) && line.trim() === mark) fence = null
    else if (fence === null) return line
    return ""
  })
}

type LineRule = Pick<Rule, "decision" | "rule">

/** Errors: why the line is no rule. */
const rulesOfLine = (line: string, section: Rule["decision"]): readonly LineRule[] | string => {
  const plain = line.replace(/^(\s*(?:[-*+]\s+)?)(\*\*|__)(.+?)\2/, "$1$3")
  const match = /^\s*(?:[-*+]\s+)?([^:`]+):\s*(.*)$/.exec(plain)
  if (match === null) return "it is not written as `Shell: npm *, git *`"
  const meant = meaningOf((match[1] as string).trim().toLowerCase().replaceAll(/\s+/g, " "))
  if (meant === null)
    return `${(match[1] as string).trim()} is not one of Shell, File Write, File Read, Network, Tools, each alone or with Denied or Ask behind it`
  const patterns = patternsIn(match[2] as string)
  if (patterns.length === 0) return "it names nothing"
  const rules = patterns.map((pattern) => (meant.tool === "" ? pattern : `${meant.tool}(${pattern})`))
  const wrong = rules.find((rule) => parseRule(rule) === null)
  return wrong === undefined ? rules.map((rule) => ({ decision: meant.decision ?? section, rule })) : `${wrong} is no rule`
}

const meaningOf = (words: string): { readonly tool: string; readonly decision: Rule["decision"] | null } | null => {
  if (Object.hasOwn(CATEGORIES, words)) return { tool: CATEGORIES[words] as string, decision: null }
  for (const [word, decision] of Object.entries(DECISION_WORDS)) {
    const subject = words.endsWith(` ${word}`) ? words.slice(0, -word.length - 1) : null
    if (subject !== null && Object.hasOwn(CATEGORIES, subject)) return { tool: CATEGORIES[subject] as string, decision }
  }
  return null
}

/** What stands in backticks, where anything does; else what stands between commas that are in no bracket. */
const patternsIn = (text: string): readonly string[] => {
  const quoted = [...text.matchAll(/(`+)(.+?)\1/g)].map((match) => (match[2] as string).trim())
  const patterns = quoted.length > 0 ? quoted : text.split(/,(?![^(]*\))/).map((pattern) => pattern.trim())
  return patterns.filter((pattern) => pattern !== "")
}
