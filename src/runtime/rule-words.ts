import { escapeGlob, matchesGlob } from "../machine/policy/glob.ts"
import { SPELLINGS } from "../machine/policy/permission-rule.ts"

/** Where rules are read: the canonical workspace, and the person's home. */
export interface RulesPlace {
  readonly root: string
  readonly home: string
}

/**
 * A rule as it is meant here. Paths of the workspace are told from its root, so that a pattern which names them otherwise would never
 * match: `~/` is the home, an absolute path into the workspace is one from its root, and in Claude's spelling `/src` is a path from the
 * root and `//etc` an absolute one. What could be read in two ways restricts in both.
 *
 * `rulesHere("Edit(/src/**)", true, { root: "/w", home: "/h" })  // => ["Edit(./src/**)"]`
 */
export const rulesHere = (rule: string, allows: boolean, place: RulesPlace): readonly string[] => {
  const [, name = "", inner = ""] = /^\s*(\w+)(?:\(([\s\S]*)\))?\s*$/.exec(rule) ?? []
  const pattern = inner.trim()
  if (pattern === "") return [TOOL_BY_NAME.get(name) ?? rule]
  const claudes = CLAUDES.test(name)
  if (!claudes && !OURS.test(name)) return [rule]
  if (pattern === "~" || pattern.startsWith("~/")) return fromRoot(name, escapeGlob(place.home) + pattern.slice(1), allows, place)
  if (!pattern.startsWith("/")) return [rule]
  if (!claudes) return fromRoot(name, pattern, allows, place)
  if (pattern.startsWith("//")) return fromRoot(name, pattern.slice(1), allows, place)
  return [`${name}(.${pattern})`, ...(allows ? [] : fromRoot(name, pattern, allows, place))]
}

/** An absolute pattern, told from the root where it lies in it; where it means all of the workspace and more, that as well. */
const fromRoot = (name: string, pattern: string, allows: boolean, { root }: RulesPlace): readonly string[] => {
  const here = root === "/" ? "" : escapeGlob(root)
  if (pattern.startsWith(`${here}/`) && pattern.length > here.length + 1) return [`${name}(./${pattern.slice(here.length + 1)})`]
  const folder = pattern.replace(/(.)\/$/, "$1")
  const meansAll = matchesGlob(pattern, `${root}/x/x`, "path") || (!allows && foldersOf(root).some((each) => matchesGlob(folder, each, "path")))
  return meansAll ? [`${name}(${pattern})`, `${name}(*)`] : [`${name}(${pattern})`]
}

/** The workspace itself and all that it lies in: a rule that restricts a folder means all in it. */
const foldersOf = (root: string): readonly string[] => root.split("/").map((_, index, names) => names.slice(0, index + 1).join("/") || "/")

/** Our name of a tool, whoever's name is given. */
export const toolNamed = (name: string): string => TOOL_BY_NAME.get(name) ?? (Object.hasOwn(SPELLINGS, name) ? (SPELLINGS[name] as string) : name)

/** Other agents' names for tools that the machine's own table does not hold. */
export const TOOL_BY_NAME: ReadonlyMap<string, string> = new Map([
  ["Task", "sub_agent"],
  ["BashOutput", "shell_output"],
  ["KillShell", "shell_stop"],
  ["KillBash", "shell_stop"],
  ["AskUserQuestion", "ask_user"]
])

/** All names that are taken for one of ours. */
export const OTHERS_NAMES: readonly string[] = [...Object.keys(SPELLINGS), ...TOOL_BY_NAME.keys()]

const CLAUDES = /^(Read|Edit|Write|MultiEdit|ApplyPatch|Glob|Grep|LS)$/
const OURS = /^(file_read|file_write|file_edit|apply_patch|file_search|content_search|directory_list)$/
