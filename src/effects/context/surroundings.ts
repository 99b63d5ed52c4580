import type { ContextFragment } from "../../machine/event.ts"
import type { Gathered } from "../gathered.ts"
import { findRepository, headOf, type Head } from "../git/repository.ts"

/** Where the agent works. Each fragment changes by itself, so that what did not change need not be said again. */
export const gatherSurroundings = (roots: readonly string[], platform: string, day: string): readonly Gathered[] =>
  fragments(roots, platform, day).map((fragment) => ({ fragment }))

const fragments = (roots: readonly string[], platform: string, day: string): readonly ContextFragment[] => [
  { source: "environment", text: `<environment>\nworking directory: ${roots[0] ?? ""}${othersOf(roots)}\nplatform: ${platform}\n</environment>` },
  { source: "git", text: `<git>${gitLine(roots[0] ?? "/")}</git>` },
  { source: "date", text: `<date>${day}</date>` }
]

const othersOf = (roots: readonly string[]): string => roots.slice(1).map((root) => `\nalso: ${root}`).join("")

const gitLine = (root: string): string => {
  const repository = findRepository(root)
  if (repository === null) return "not a git repository"
  return `${repository.top === root ? "git repository" : `inside the git repository ${repository.top}`}, ${branchOf(headOf(repository))}`
}

const branchOf = ({ branch, commit }: Head): string => {
  if (branch !== null) return commit === null ? `branch ${branch}, no commit yet` : `branch ${branch}`
  return commit === "unknown" || commit === null ? "branch unknown" : `no branch, at ${commit.slice(0, 12)}`
}

/** The day where the person is: `dayOf(0)` in London is `1970-01-01`. */
export const dayOf = (atMs: number): string => {
  const at = new Date(atMs)
  const two = (value: number): string => String(value).padStart(2, "0")
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}
