import type { CallFacts, CommandFact, PathFact, TouchedFact } from "../event.ts"
import { endsInRun, escapeGlob, matchesGlob, mayBegin } from "./glob.ts"

/** A rule as parsed: `shell(git *)` is the tool `shell` with the pattern `git *`. */
export interface ParsedRule {
  readonly tool: string
  readonly pattern: string | null
}

/** What of a call a rule may speak about. Every subject of a call must be allowed; one that is denied is enough. */
export type Subject =
  | { readonly kind: "path"; readonly path: PathFact }
  | { readonly kind: "touched"; readonly path: TouchedFact }
  | { readonly kind: "command"; readonly text: string; readonly sure?: string; readonly cwd?: string | null; readonly seen?: true }
  | { readonly kind: "unparsed" }
  | { readonly kind: "host"; readonly host: string }
  | { readonly kind: "tool" }

/** Names that other agents use for the same tools. */
export const SPELLINGS: Readonly<Record<string, string>> = {
  Bash: "shell",
  Read: "file_read",
  Edit: "file_edit",
  Write: "file_write",
  MultiEdit: "file_edit",
  ApplyPatch: "apply_patch",
  Glob: "file_search",
  Grep: "content_search",
  LS: "directory_list",
  WebFetch: "web_fetch",
  WebSearch: "web_search"
}
/** A rule for one of these speaks about every path that is read or written, whichever tool does it. */
const READERS = ["file_read"]
const WRITERS = ["file_write", "file_edit", "apply_patch"]
/** These show of a file what stands there. */
const EDITORS = ["file_edit", "apply_patch"]

/** Errors: `null` where the text is no rule, as `shell(` or an empty one. */
export const parseRule = (text: string): ParsedRule | null => {
  const match = /^([A-Za-z_*][\w*-]*)(?:\(([\s\S]*)\))?$/.exec(text.trim())
  if (match === null) return null
  const name = match[1] as string
  const pattern = match[2]?.trim()
  return { tool: spelled(name), pattern: pattern === undefined || pattern === "" ? null : pattern }
}

const spelled = (name: string): string => (Object.hasOwn(SPELLINGS, name) ? (SPELLINGS[name] as string) : name)

/** A change that no path, command or host stands for is one of the tool itself: a rule about what it reads does not cover it. */
export const subjectsOf = (facts: CallFacts): readonly Subject[] => {
  const subjects: Subject[] = facts.paths.map((path) => ({ kind: "path", path }))
  if (facts.commands === "unparsed") subjects.push({ kind: "unparsed" })
  else for (const command of facts.commands) subjects.push(commandSubject(command))
  for (const host of facts.hosts) subjects.push({ kind: "host", host })
  const named = subjects.some((subject) => subject.kind !== "path" || subject.path.access === "write")
  return subjects.length === 0 || (facts.changes && !named) ? [...subjects, { kind: "tool" }] : subjects
}

const commandSubject = ({ text, sure, cwd }: CommandFact): Subject => ({
  kind: "command",
  text,
  ...(sure === undefined ? {} : { sure }),
  ...(cwd === undefined ? {} : { cwd })
})

/** What deny and ask rules are held against: also what was only seen, so that `sudo rm x` is as denied as `rm x`, and the files that commands name. */
export const suspectsOf = (facts: CallFacts): readonly Subject[] => [
  ...subjectsOf(facts),
  ...(facts.seen ?? []).map((text): Subject => ({ kind: "command", text, seen: true })),
  ...(facts.touched ?? []).map((path): Subject => ({ kind: "touched", path }))
]

/**
 * Whether an allow rule covers a subject, whatever the words turn out to be that are not known. In another folder than the root the same words may run
 * something else: there a rule that names no folder covers no program that is named by its place in a folder, and what a person `approved` only where it was.
 */
export const coversRule = (rule: ParsedRule, tool: string, subject: Subject, approved = false): boolean => {
  if (subject.kind !== "command" || rule.pattern === null) return matchesRule(rule, tool, subject)
  const holdsHere = subject.cwd === undefined || rule.pattern === "*" || !(approved || isNamedByPlace(subject.text))
  const patterns = [...(holdsHere ? [rule.pattern] : []), ...patternHere(rule.pattern, subject)]
  return speaksOf(rule, tool, subject) && patterns.some((pattern) => coversCommand(pattern, subject))
}

const coversCommand = (pattern: string, { text, sure }: Command): boolean =>
  sure === undefined ? matchesCommand(pattern, text) : endsInRun(plainCommand(pattern)) && matchesCommand(pattern, sure)

type Command = Subject & { readonly kind: "command" }

/** `./run.sh` and `bin/x` are other programs in other folders, `make` and `/bin/ls` are not. */
const isNamedByPlace = (text: string): boolean => {
  const word = (/^(?:'[^']*'|\\'|[^\s'])+/.exec(text)?.[0] ?? "").replaceAll("'", "")
  return word.includes("/") && !word.startsWith("/")
}

/** `cd packages/a && npm test` is `npm test` in the folder `packages/a`, which is a pattern as those of paths are. */
const inFolder = (pattern: string): { readonly folder: string; readonly pattern: string } | null => {
  const [, folder, behind] = /^cd ((?:\\[\s\S]|(?! && )[^\\])+) && ([\s\S]+)$/.exec(pattern) ?? []
  return folder === undefined || behind === undefined ? null : { folder, pattern: behind }
}

/** What a pattern that names a folder says of a command there; nothing where it runs elsewhere, or nobody can tell where. */
const patternHere = (pattern: string, { cwd }: Command, unsure = false): readonly string[] => {
  const meant = cwd === undefined ? null : inFolder(pattern)
  if (meant === null) return []
  return (cwd === null ? unsure : matchesGlob(meant.folder.replace(/^\.\//, ""), cwd ?? "", "path")) ? [meant.pattern] : []
}

/** Whether a rule speaks of this tool and of what the call touches. */
export const matchesRule = (rule: ParsedRule, tool: string, subject: Subject): boolean => {
  if (!speaksOf(rule, tool, subject)) return false
  if (rule.pattern === null) return true
  switch (subject.kind) {
    case "path":
    case "touched":
      return matchesPath(rule.pattern, subject.path)
    case "command":
      return [rule.pattern, ...patternHere(rule.pattern, subject)].some((pattern) => matchesCommand(pattern, subject.text))
    case "host":
      return matchesHost(rule.pattern, subject.host)
    case "unparsed":
      return rule.pattern === "*"
    case "tool":
      return false
  }
}

/**
 * Whether a rule that denies or asks means this subject. It is read more widely than one that allows: where its pattern names a folder
 * it means all that is in it, and what may not be read may not be edited, for an edit tells what stands there.
 */
export const restricts = (rule: ParsedRule, tool: string, subject: Subject): boolean => {
  switch (subject.kind) {
    case "path":
      return restrictedPaths(tool, subject.path).some((path) => matchesRule(ofFolder(rule), tool, { kind: "path", path }))
    case "touched":
      return filesOf(subject.path).some((path) => matchesRule(ofFolder(rule), tool, { kind: "touched", path }))
    case "command":
    case "host":
    case "unparsed":
    case "tool":
      return matchesRule(rule, tool, subject)
  }
}

/** `keys/` is the folder `keys`. */
const ofFolder = (rule: ParsedRule): ParsedRule => ({ ...rule, pattern: rule.pattern?.replace(/^(?!\.\/$)(.+)\/$/s, "$1") ?? null })

const restrictedPaths = (tool: string, path: PathFact): readonly PathFact[] => {
  const all = [path, ...foldersOf(path)]
  return EDITORS.includes(tool) ? [...all, ...all.map((each) => ({ ...each, access: "read" as const }))] : all
}

/** The folders that a path lies in: of `a/b/c` these are `a/b` and `a`. */
const foldersOf = ({ path, ...fact }: PathFact): readonly PathFact[] => {
  const end = path.lastIndexOf("/")
  return end <= 0 ? [] : [{ ...fact, path: path.slice(0, end) }, ...foldersOf({ ...fact, path: path.slice(0, end) })]
}

/** Where all in a folder is meant, what goes into it is. */
const filesOf = (touched: TouchedFact): readonly TouchedFact[] => {
  const inside = touched.path === "." ? ANY_NAME : `${touched.path.replace(/\/$/, "")}/${ANY_NAME}`
  return [touched, ...foldersOf(touched), ...(touched.within === true ? [{ ...touched, path: inside }] : [])]
}

/** A name that no pattern spells out. */
const ANY_NAME = "\u{10ffff}".repeat(64)

/** Whether a rule with a pattern could mean this subject although nobody can tell: a reason to ask. */
export const mightMatch = (rule: ParsedRule, tool: string, subject: Subject): boolean => {
  if (subject.kind === "touched") return mightTouch(ofFolder(rule), tool, subject.path)
  if (!speaksOf(rule, tool, subject)) return false
  if (subject.kind !== "command") return subject.kind === "unparsed"
  if (rule.pattern === null) return subject.sure !== undefined
  const { text, sure } = subject
  const elsewhere = patternHere(rule.pattern, subject, true)
  if (sure === undefined) return elsewhere.some((pattern) => matchesCommand(pattern, text))
  return [rule.pattern, ...elsewhere].map(plainCommand).some((pattern) => matchesCommand(pattern, sure) || mayBegin(pattern, `${sure} `, "text"))
}

/** What may write the file that it names, and what goes into a folder where a file could lie that the rule means. */
const mightTouch = (rule: ParsedRule, tool: string, { unsure, within, ...fact }: TouchedFact): boolean => {
  const path: TouchedFact = unsure === true ? { ...fact, access: "write" } : fact
  if (!speaksOf(rule, tool, { kind: "touched", path })) return false
  return (unsure === true && restricts(rule, tool, { kind: "touched", path })) || (within === true && mayLieIn(rule.pattern ?? "", path))
}

/** The root itself is `.`, and a pattern that begins with `/` speaks of nothing in it. */
const mayLieIn = (pattern: string, { path, inside }: PathFact): boolean => {
  const meant = pattern.includes("/") ? pattern.replace(/^\.\//, "") : `**/${pattern}`
  return !(inside && meant.startsWith("/")) && mayBegin(meant, path === "." ? "" : `${path.replace(/\/$/, "")}/`, "path")
}

/** Whether a rule is about this kind of thing when this tool is called, whatever its pattern. */
export const speaksOf = (rule: ParsedRule, tool: string, subject: Subject): boolean => {
  // A command that names a file is no call of a tool for files: only a rule that speaks of files means it.
  if (subject.kind === "touched")
    return (
      rule.pattern !== null
      && [...READERS, ...(subject.path.access === "write" ? WRITERS : [])].some((name) => matchesGlob(rule.tool, name, "text"))
    )
  if (matchesGlob(rule.tool, tool, "text")) return true
  if (WRITERS.includes(rule.tool) && WRITERS.includes(tool)) return true
  if (rule.pattern === null) return false
  // A command is one whichever tool runs it: what `shell(git commit *)` denies, the tool `git` shall not do.
  if (subject.kind === "command") return rule.tool === "shell"
  if (subject.kind !== "path") return false
  return (subject.path.access === "write" ? WRITERS : READERS).includes(rule.tool)
}

/** A pattern without `/` means the name in any folder, as in .gitignore; `./` ties it to the root. */
const matchesPath = (pattern: string, { path }: PathFact): boolean => {
  if (pattern === "*") return true
  if (!pattern.includes("/")) return matchesGlob(`**/${pattern}`, path, "path")
  return matchesGlob(pattern.startsWith("./") ? pattern.slice(2) : pattern, path, "path")
}

/** `git *` and `git:*` mean `git` with or without words behind it. */
const matchesCommand = (pattern: string, command: string): boolean => {
  const plain = plainCommand(pattern)
  if (plain.endsWith(" *") && matchesGlob(plain.slice(0, -2), command, "text")) return true
  return matchesGlob(plain, command, "text")
}

const plainCommand = (pattern: string): string => (pattern.endsWith(":*") ? `${pattern.slice(0, -2)} *` : pattern)

const matchesHost = (pattern: string, host: string): boolean =>
  matchesGlob(pattern.startsWith("domain:") ? pattern.slice("domain:".length) : pattern, host, "text")

/** The narrowest rules that together allow the call; none where only a person can say yes each time. */
export const narrowestRules = (tool: string, facts: CallFacts): readonly string[] => {
  const rules = subjectsOf(facts).map((subject) => narrowestRule(tool, subject))
  return rules.includes(null) ? [] : [...new Set(rules as readonly string[])]
}

const narrowestRule = (tool: string, subject: Subject): string | null => {
  switch (subject.kind) {
    case "path": {
      const { path, access } = subject.path
      return ruleFor(access === "write" ? "file_write" : "file_read", path.includes("/") ? path : `./${path}`)
    }
    case "command":
      return subject.sure === undefined ? ruleInFolder(tool, subject) : null
    case "host":
      return ruleFor(tool, subject.host)
    case "tool":
      return ruleFor(tool, null)
    case "touched":
    case "unparsed":
      return null
  }
}

const ruleInFolder = (tool: string, { text, cwd }: Command): string | null => {
  if (cwd === undefined || cwd === null) return cwd === undefined ? ruleFor(tool, text) : null
  const [folder, pattern] = [escapeGlob(cwd), escapeGlob(text)]
  const rule = `${tool}(cd ${folder} && ${pattern})`
  const meant = inFolder(parseRule(rule)?.pattern ?? "")
  return meant?.folder === folder && meant.pattern === pattern && !tool.includes("*") ? rule : null
}

/** The rule for exactly this text; `null` where none can be written that would be read so, as for an empty one. */
const ruleFor = (tool: string, text: string | null): string | null => {
  const pattern = text === null ? null : escapeGlob(text)
  const rule = pattern === null ? tool : `${tool}(${pattern})`
  const meant = parseRule(rule)
  return meant?.tool === tool && meant.pattern === pattern && !tool.includes("*") ? rule : null
}
