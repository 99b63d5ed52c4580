import { escapeGlob } from "../../machine/policy/glob.ts"
import { parseRule } from "../../machine/policy/permission-rule.ts"
import type { Rule } from "../../machine/session.ts"
import type { Operations } from "./operations.ts"

/** Tools whose patterns are paths. */
const ABOUT_PATHS: ReadonlySet<string> = new Set([
  "file_read",
  "file_write",
  "file_edit",
  "apply_patch",
  "file_search",
  "content_search",
  "directory_list"
])

/**
 * The rules of a rules file that lies in a folder, as they are meant from the root: its patterns begin in that folder. What it allows
 * is only what lies in it, and commands that run in it. What it denies or asks about without a path, as commands, holds everywhere: a command reaches into any folder.
 *
 * `inFolder({ rules: [{ decision: "deny", rule: "file_write(.env*)", source: "a/LOOM.md" }], unread: [] }, "a").rules[0].rule // => "file_write(./a/**\/.env*)"`
 */
export const inFolder = ({ rules, unread }: Operations, folder: string): Operations => {
  const read = rules.map((rule) => ({ rule, meant: meantIn(rule, folder) }))
  return {
    rules: read.flatMap(({ rule, meant }) => meant.map((text): Rule => ({ ...rule, rule: text }))),
    unread: [
      ...unread,
      ...read.flatMap(({ rule, meant }) =>
        meant.length === 0 ? [{ line: 0, text: rule.rule, why: "a folder's rules file speaks of files and commands in that folder" }] : []
      )
    ]
  }
}

/** What could also be read as a path from elsewhere restricts there, too. */
const meantIn = (rule: Rule, folder: string): readonly string[] => [
  ...ruleIn(rule, folder),
  ...(rule.decision !== "allow" && !staysInside(rule.rule) ? [rule.rule] : [])
]

/** The rule with its path in the folder; nothing where it speaks of no path in it. */
const ruleIn = ({ rule, decision }: Rule, folder: string): readonly string[] => {
  const meant = parseRule(rule)
  if (meant?.tool === "shell") return decision === "allow" ? commandsIn(folder, meant.pattern ?? "*") : []
  if (meant === null || !ABOUT_PATHS.has(meant.tool)) return []
  const pattern = patternIn(meant.pattern)
  const name = rule.trim().split("(", 1)[0] as string
  return pattern === null ? [] : [`${name}(./${escapeGlob(folder)}/${pattern})`]
}

/** What runs in the folder or further down; a pattern that names a folder of its own names none from here. */
const commandsIn = (folder: string, pattern: string): readonly string[] =>
  pattern.startsWith("cd ") || folder.includes(" && ") ? [] : ["", "/**"].map((below) => `shell(cd ./${escapeGlob(folder)}${below} && ${pattern})`)

const patternIn = (pattern: string | null): string | null => {
  if (pattern === null || pattern === "*") return "**"
  if (pattern.startsWith("~") || pattern.startsWith("//") || pattern.split("/").includes("..")) return null
  if (!pattern.includes("/")) return `**/${pattern}`
  return pattern.replace(/^\.?\/+/, "")
}

/** Whether a rule speaks of nothing but paths that begin in its folder. */
const staysInside = (rule: string): boolean => {
  const meant = parseRule(rule)
  return meant !== null && ABOUT_PATHS.has(meant.tool) && (meant.pattern === null || !/^[~/]/.test(meant.pattern))
}
