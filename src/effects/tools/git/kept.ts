import type { Kept } from "../../../machine/policy/kept.ts"
import { refuse } from "../../os/problem.ts"
import type { GitOperation } from "./options.ts"

/**
 * The arguments of a git operation that shows contents, so that those of files that are kept from being read are left out.
 * `isPath` says whether a word is one. Errors: throws a `Problem` where git could not be told so.
 */
export const withoutKept = (
  operation: GitOperation,
  args: readonly string[],
  { patterns }: Pick<Kept, "patterns">,
  isPath: (word: string) => boolean
): readonly string[] => {
  const excludes = patterns.flatMap(excludesOf)
  const options = args.filter((word) => word.startsWith("-") && word !== "--")
  const namesOnly = options.every((word) => NAMES_ONLY.test(word))
  if (excludes.length === 0) return args
  switch (operation) {
    case "diff":
    case "show":
      return limited(operation, args, excludes, isPath)
    case "log":
      return namesOnly ? args : limited(operation, args, excludes, isPath)
    case "stash":
      return stash(args, namesOnly)
    case "status":
    case "add":
    case "commit":
    case "branch":
      return args
  }
}

/** Git takes revisions and options before `--`, paths behind it; what is left out are paths that are taken away. */
const limited = (
  operation: GitOperation,
  args: readonly string[],
  excludes: readonly string[],
  isPath: (word: string) => boolean
): readonly string[] => {
  const end = args.indexOf("--")
  const first = end >= 0 ? end : args.findIndex((word, index) => isPath(word) && !TAKES_VALUE.test(args[index - 1] ?? ""))
  const [before, paths] = first < 0 ? [args, []] : [args.slice(0, first), args.slice(end >= 0 ? first + 1 : first)]
  if (before.includes("--follow"))
    refuse(`git ${operation}: --follow cannot be used while rules keep files from being read; name the file without it`)
  if (end < 0 && paths.some((word) => word.startsWith("-"))) refuse(`git ${operation}: put the options before the paths`)
  const revisions = operation === "show" ? before.map(commitOf) : before
  return [...revisions, "--", ...(paths.length === 0 ? [":/"] : paths), ...excludes]
}

/** What is no commit, tree or file of one has no path that could be left out. */
const commitOf = (word: string): string =>
  /^-|\.\.|:|\^\{/.test(word) ? word.replace(/\^\{(?!commit\}|tree\})[^}]*\}$/, "^{commit}") : `${word}^{commit}`

/** A stash takes no paths to leave out: it is shown by names, or not at all. */
const stash = (args: readonly string[], namesOnly: boolean): readonly string[] => {
  const [first, ...rest] = args
  if (first !== "show" && first !== "list") return args
  if (!namesOnly)
    refuse(
      "git stash: rules keep files from being read, and what is in a stash cannot be shown without them; use --stat, or git show stash@{0}"
    )
  return first === "show" ? [first, "--stat", ...rest] : args
}

const NAMES_ONLY =
  /^(--(oneline|graph|all|reverse|merges|no-merges|first-parent|stat(=.*)?|numstat|shortstat|summary|name-only|name-status|no-patch|abbrev-commit|no-abbrev-commit|topo-order|date-order|follow|(decorate|branches|tags|remotes|author|committer|grep|since|after|until|before|date|max-count|skip|format|pretty)(=.*)?|no-decorate)|-s|-i|-E|-F|-n\d*|-\d+)$/s

/** Options whose value may be the next word. */
const TAKES_VALUE = /^(--(author|committer|grep|since|after|until|before|date|max-count|skip)|-n)$/

/** The paths a pattern of ours means, as git writes that they are taken away; too many rather than too few. */
const excludesOf = (pattern: string): readonly string[] => {
  const path = pattern.replace(/^\.\//, "").replace(/(?<=.)\/$/, "")
  // Outside the workspace, where these tools do not look.
  if (path.startsWith("/") || path.split("/").includes("..")) return []
  const inGit = path.replaceAll("[", "\\[")
  // Where `**` stands within a name git would stop at a folder, unless told that no star does.
  if (/[^/]\*\*|\*\*[^/]/.test(inGit) || inGit === "*" || inGit === "**")
    return [`:(exclude)${inGit.replaceAll(/\*+/g, "*")}`, `:(exclude)*/${inGit.replaceAll(/\*+/g, "*")}`]
  if (!pattern.includes("/") || pattern.endsWith("/")) return [`:(exclude,top,glob)**/${inGit}`, `:(exclude,top,glob)**/${inGit}/**`]
  return [`:(exclude,glob)${inGit}`, `:(exclude,glob)${inGit}/**`]
}
