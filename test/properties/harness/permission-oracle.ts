import type { CallFacts, TouchedFact } from "../../../src/machine/event.ts"
import type { PermissionMode, Rule } from "../../../src/machine/session.ts"

/*
 * What the design says may happen to a call, written a second time and in another way: rules become regular
 * expressions, and every question is asked of the whole list. It shares no code with the machine.
 */

export type Decision = "allow" | "ask" | "deny" | "invalid"

/** What a decision depends on beside the facts, as a session holds it. */
export interface Ruling {
  readonly opened: { readonly rules: readonly Rule[] }
  readonly approvals: readonly string[]
  readonly settings: { readonly mode: PermissionMode; readonly attended: boolean }
}

export const verdictOf = (tool: string, facts: CallFacts | undefined, { opened, approvals, settings }: Ruling): Decision => {
  if (facts === undefined || facts.invalid !== undefined) return "invalid"
  const things = thingsOf(facts)
  const texts = (decision: Rule["decision"]) => opened.rules.filter((rule) => rule.decision === decision).map(({ rule }) => rule)
  const hits = (rule: string, thing: Thing): boolean => covers(rule, tool, thing)
  const suspects = [...things, ...(facts.seen ?? []).map((text) => thing("command", text))]
  const anyHit = (rules: readonly string[]): boolean =>
    rules.some((rule) =>
      suspects.some(
        (thing) =>
          ruleThere(rule, thing, false).some((each) => hits(each, thing))
          || [thing, ...foldersAbove(thing)].some(
            (each) =>
              hits(each.kind === "path" ? withoutSlash(rule) : rule, each)
              || (shows(tool) && each.kind === "path" && hits(withoutSlash(rule), { ...each, write: false }))
          )
      )
    ) || rules.some((rule) => (facts.touched ?? []).some((file) => coversTouched(rule, file)))

  if (facts.hook?.decision === "deny" || anyHit(texts("deny")) || (settings.mode === "plan" && facts.changes)) return "deny"
  const wary = [...texts("deny"), ...texts("ask")]
  const halfKnown = things.filter(({ sure }) => sure !== undefined)
  const unclear =
    (facts.commands === "unparsed" && wary.some((rule) => speaksOfTool(rule, tool)))
    || halfKnown.some((half) => wary.some((rule) => [rule, ...ruleThere(rule, half, true)].some((each) => couldCover(each, tool, half))))
    || things.some((one) => one.cwd === null && wary.some((rule) => ruleThere(rule, one, true).some((each) => hits(each, one))))
  const nearly = (facts.touched ?? []).some((file) => wary.some((rule) => couldTouch(rule, file)))
  const asks = nearly || facts.question !== undefined || facts.hook?.decision === "ask" || anyHit(texts("ask")) || unclear
  const allowed =
    facts.hook?.decision === "allow"
    || things.every(
      (thing) =>
        texts("allow").some((rule) => coversThere(rule, tool, thing, false))
        || approvals.some((rule) => coversThere(rule, tool, thing, true))
    )
  if (!asks && (allowed || freeInMode(facts, settings.mode))) return "allow"
  return settings.attended ? "ask" : "deny"
}

/** The mode's default: reads are free; what else is, each mode says. */
const freeInMode = (facts: CallFacts, mode: PermissionMode): boolean => {
  if (mode === "bypass") return true
  const outside = facts.paths.some(({ inside }) => !inside)
  const runs = facts.commands === "unparsed" || facts.commands.length > 0
  if (outside || facts.hosts.length > 0) return false
  if (runs) return mode === "auto" && facts.sandboxed === true
  const edits = facts.paths.some(({ access }) => access === "write")
  return !facts.changes || (edits && (mode === "auto" || mode === "accept-edits"))
}

/** What of a call must be covered: kind, text, and whether it is written to. */
type Thing = {
  readonly kind: "path" | "command" | "host" | "unparsed" | "call"
  readonly text: string
  readonly write: boolean
  readonly sure?: string
  readonly cwd?: string | null
}

const thingsOf = (facts: CallFacts): readonly Thing[] => {
  const commands =
    facts.commands === "unparsed"
      ? [thing("unparsed", "")]
      : facts.commands.map(({ text, ...rest }) => ({
          ...thing("command", text),
          ...(rest.sure === undefined ? {} : { sure: rest.sure }),
          ...(rest.cwd === undefined ? {} : { cwd: rest.cwd })
        }))
  const paths = facts.paths.map(({ path, access }) => thing("path", path, access === "write"))
  const hosts = facts.hosts.map((host) => thing("host", host))
  const named = [...paths, ...commands, ...hosts]
  const changeIsNamed = commands.length > 0 || hosts.length > 0 || paths.some(({ write }) => write)
  return named.length === 0 || (facts.changes && !changeIsNamed) ? [...named, thing("call", "")] : named
}

const thing = (kind: Thing["kind"], text: string, write = false): Thing => ({ kind, text, write })

/** `Read(keys/)` is about the folder `keys`. */
const withoutSlash = (rule: string): string => {
  const parts = split(rule)
  return parts === null || parts.pattern === "./" || !/\S\/$/.test(parts.pattern) ? rule : `${parts.name}(${parts.pattern.slice(0, -1)})`
}

/** What denies or asks about a folder does so about all that is in it. */
const foldersAbove = ({ kind, text, write }: Thing): readonly Thing[] => {
  const names = kind === "path" ? text.split("/") : []
  return names.map((_, index) => thing(kind, names.slice(0, index).join("/"), write)).filter((folder) => folder.text !== "")
}

const CLAUDE: Readonly<Record<string, string>> = {
  Bash: "shell",
  Read: "file_read",
  Edit: "file_edit",
  Write: "file_write",
  MultiEdit: "file_edit",
  Glob: "file_search",
  Grep: "content_search",
  LS: "directory_list",
  WebFetch: "web_fetch",
  WebSearch: "web_search"
}

const split = (rule: string): { readonly name: string; readonly pattern: string } | null => {
  const text = rule.trim()
  const open = text.indexOf("(")
  const name = open < 0 ? text : text.slice(0, open)
  if (!/^[A-Za-z_*][\w*-]*$/.test(name) || (open >= 0 && !text.endsWith(")"))) return null
  return { name: Object.hasOwn(CLAUDE, name) ? (CLAUDE[name] as string) : name, pattern: open < 0 ? "" : text.slice(open + 1, -1).trim() }
}

/** What these change they also show. */
const shows = (tool: string): boolean => tool === "file_edit" || tool === "apply_patch"

const edits = (tool: string): boolean => tool === "file_write" || tool === "file_edit"

const speaksOfTool = (rule: string, tool: string): boolean => {
  const parts = split(rule)
  return parts !== null && (textPattern(parts.name).test(tool) || (edits(parts.name) && edits(tool)))
}

const covers = (rule: string, tool: string, { kind, text, write }: Thing): boolean => {
  const parts = split(rule)
  if (parts === null) return false
  const { name, pattern } = parts
  if (pattern === "") return speaksOfTool(rule, tool)
  const speaksOfPath = kind === "path" && (write ? edits(name) : name === "file_read")
  const speaksOfCommand = kind === "command" && name === "shell"
  if (!speaksOfTool(rule, tool) && !speaksOfPath && !speaksOfCommand) return false
  switch (kind) {
    case "path":
      return pathPattern(pattern).test(text)
    case "command":
      return commandPattern(pattern).test(text)
    case "host":
      return textPattern(pattern.replace(/^domain:/, "")).test(text)
    case "unparsed":
      return pattern === "*"
    case "call":
      return false
  }
}

/** The rule without the folder that it names, where it is about this one; `guessing`: also where nobody can tell. */
const ruleThere = (rule: string, { cwd }: Thing, guessing: boolean): readonly string[] => {
  const parts = split(rule)
  if (cwd === undefined || parts === null || !parts.pattern.startsWith("cd ")) return []
  const end = parts.pattern.indexOf(" && ", 4)
  if (end < 0 || end + 4 >= parts.pattern.length) return []
  const folder = parts.pattern.slice(3, end)
  const isThere = cwd === null ? guessing : new RegExp(`^${expression(folder.startsWith("./") ? folder.slice(2) : folder, "[^/]*", "[^/]", true)}$`).test(cwd)
  return isThere ? [`${parts.name}(${parts.pattern.slice(end + 4)})`] : []
}

/** In another folder a rule that names none speaks only of programs that are the same everywhere, and an approval of none. */
const coversThere = (rule: string, tool: string, thing: Thing, approved: boolean): boolean => {
  const everywhere = split(rule)?.pattern === "" || split(rule)?.pattern === "*"
  const [program = ""] = thing.text.split(" ")
  const same = !approved && (!program.includes("/") || program.startsWith("/"))
  const plain = thing.cwd === undefined || everywhere || same ? [rule] : []
  return [...plain, ...ruleThere(rule, thing, false)].some((each) => coversAll(each, tool, thing))
}

/** What may stand behind the sure beginning: nothing, or words of every letter that the rule itself is made of, and of others. */
const endings = (pattern: string): readonly string[] => {
  const words = pattern.replace(/:\*$/, " *").replace(/\\([\s\S])/g, "$1")
  const tails = [...words].map((_, index) => words.slice(index))
  const filled = ["", "a", " x "].flatMap((run) => tails.map((tail) => tail.replaceAll("*", run).replaceAll("?", "q")))
  return ["", " ", " zz", ...filled.flatMap((tail) => [tail, ` ${tail}`, ` zz ${tail}`]).filter((tail) => tail === "" || tail.startsWith(" "))]
}

/** Tried out: whether some ending of the sure beginning is covered. */
const couldCover = (rule: string, tool: string, half: Thing): boolean =>
  endings(split(rule)?.pattern ?? "").some((ending) => covers(rule, tool, { ...half, text: `${half.sure}${ending}` }))

/** Tried out: whether each ending is, also such as nobody would think of. */
const coversAll = (rule: string, tool: string, whole: Thing): boolean =>
  whole.sure === undefined
    ? covers(rule, tool, whole)
    : ["", " ", " \u0001", " \u0001\u0002 \u0003"].every((ending) => covers(rule, tool, { ...whole, text: `${whole.sure}${ending}` }))

const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

const expression = (pattern: string, run: string, one: string, deep: boolean): string =>
  pattern.replace(/\\([\s\S])|(?<=^|\/)(\*\*\/)|(\*\*)|(\*)|(\?)|([\s\S])/g, (_, escaped, folders, all, star, any, plain) => {
    if (escaped !== undefined) return literal(escaped)
    if (folders !== undefined) return deep ? "(?:[^]*/)?" : `${run}${run}/`
    if (all !== undefined) return deep ? "[^]*" : `${run}${run}`
    if (star !== undefined) return run
    return any === undefined ? literal(plain) : one
  })

const textPattern = (pattern: string): RegExp => new RegExp(`^${expression(pattern, "[^]*", "[^]", false)}$`)

/** `git *` and `git:*` mean `git` with or without words behind it. */
const commandPattern = (pattern: string): RegExp => {
  const words = pattern.endsWith(":*") ? `${pattern.slice(0, -2)} *` : pattern
  const whole = expression(words, "[^]*", "[^]", false)
  return words.endsWith(" *") ? new RegExp(`^(?:${expression(words.slice(0, -2), "[^]*", "[^]", false)}|${whole})$`) : new RegExp(`^${whole}$`)
}

/** A pattern without `/` means the name in any folder; `./` ties it to the root. */
const pathPattern = (pattern: string): RegExp => {
  const inner = pattern.startsWith("./") ? pattern.slice(2) : pattern
  const anywhere = pattern === "*" ? "[^]*" : expression(inner, "[^/]*", "[^/]", true)
  return new RegExp(pattern.includes("/") ? `^${anywhere}$` : `^(?:[^]*/)?${anywhere}$`)
}

/** A rule about files speaks of one that a command names: one about reading in any case, one about writing where it is written. */
const coversTouched = (rule: string, { path, access, within }: Pick<TouchedFact, "path" | "access" | "within">): boolean => {
  const parts = split(withoutSlash(rule))
  if (parts === null || parts.pattern === "") return false
  const names = ["file_read", ...(access === "write" ? ["file_write", "file_edit", "apply_patch"] : [])]
  const files = [path, ...foldersAbove(thing("path", path)).map(({ text }) => text), ...(within === true ? [`${path === "." ? "" : `${path}/`}${"\u0001".repeat(99)}`] : [])]
  return names.some((name) => textPattern(parts.name).test(name)) && files.some((file) => pathPattern(parts.pattern).test(file))
}

/** Tried out: whether the rule would speak of it were it written, or of some file in it. */
const couldTouch = (rule: string, { path, access, inside, unsure, within }: TouchedFact): boolean => {
  const how = unsure === true ? "write" : access
  if (unsure === true && coversTouched(rule, { path, access: how, ...(within === true ? { within } : {}) })) return true
  const parts = split(withoutSlash(rule))
  if (within !== true || parts === null || parts.pattern === "" || !coversTouched(`${parts.name}(*)`, { path, access: how })) return false
  if (path === "." || path === "/") return path === "." ? !parts.pattern.replace(/^\.\//, "").startsWith("/") : /^([/*?]|[^/]*$)/.test(parts.pattern)
  return fillings(parts.pattern).some((file) => pathPattern(parts.pattern).test(`${path}/${file}`) && (!inside || !parts.pattern.startsWith("/")))
}

/** Ends of what the pattern could mean. */
const fillings = (pattern: string): readonly string[] =>
  ["", "a"].flatMap((run) => {
    const file = pattern.replace(/^\.\//, "").replace(/\\([\s\S])|\*+|\?/g, (sign, escaped) => escaped ?? (sign === "?" ? "a" : run))
    return [...[...file].map((_, index) => [...file].slice(index).join("")), "", run]
  })
