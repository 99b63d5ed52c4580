import type { CommandFact, PathFact } from "../../machine/event.ts"
import { locate, type Located } from "../os/path.ts"
import { lineFacts } from "./shell-line.ts"
import type { Redirection } from "./shell-redirection.ts"
import type { ToolFacts } from "./tool.ts"

/** What a shell line would run and open in this place, and whether it may change something. */
export const shellFacts = (line: string, place: Located, roots: readonly string[]): ToolFacts => {
  const { commands, seen, opened, moves } = lineFacts(line)
  const paths = commands === "unparsed" ? null : pathsOpened(opened, moves, place.absolute, roots)
  if (commands === "unparsed" || paths === null) {
    return { changes: true, commands: "unparsed", ...seenOnly([...(commands === "unparsed" ? [] : commands.map(({ text }) => text)), ...seen]) }
  }
  const told = place.absolute === roots[0] ? commands : commands.map(doubtingGit)
  return { changes: !told.every(({ reads }) => reads) || paths.some(({ access }) => access === "write"), commands: told, paths, ...seenOnly(seen) }
}

const seenOnly = (seen: readonly string[]): Pick<ToolFacts, "seen"> => (seen.length === 0 ? {} : { seen })

/** Where redirections lead; `null` where the line goes elsewhere first and they go by its directory, or where nobody can follow them. */
const pathsOpened = (opened: readonly Redirection[], moves: boolean, from: string, roots: readonly string[]): readonly PathFact[] | null => {
  if (moves && opened.some(({ path }) => !path.startsWith("/"))) return null
  try {
    return opened.map(({ path, access }) => {
      const { shown, root } = locate(roots, path.startsWith("~") ? `./${path}` : path, from)
      return { path: shown, access, inside: root !== null }
    })
  } catch {
    // A circle of links, a folder that may not be entered: the shell will say so, and until then it asks.
    return null
  }
}

/** In another directory git may find another repository, whose settings can run programs. */
const doubtingGit = (fact: CommandFact): CommandFact => ({ ...fact, reads: fact.reads && !fact.text.startsWith("git") })
