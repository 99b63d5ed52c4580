import type { CommandFact, PathFact } from "../../../machine/event.ts"
import { locate, type Located } from "../../os/path.ts"
import { lineFacts } from "./line.ts"
import type { Redirection } from "./redirection.ts"
import { runsGiven, runsOpening, runsSeen, runsTold } from "./runs.ts"
import { touchedBy, type Run } from "./touched.ts"
import { beginsInFolder, plainCommands } from "./words.ts"
import type { ToolFacts } from "../tool.ts"

/** What a shell line would run, open and name in this place, and whether it may change something. */
export const shellFacts = (line: string, place: Located, roots: readonly string[]): ToolFacts => {
  const { commands, seen, opened, moves, words } = lineFacts(line)
  const paths = commands === "unparsed" ? null : pathsOpened(opened, moves, place.absolute, roots)
  if (commands === "unparsed" || paths === null) {
    const texts = [...(commands === "unparsed" ? [] : commands.map(({ text }) => text)), ...seen]
    const runs = [...runsSeen(texts, place, roots), ...runsOpening(line, texts, place, roots), ...runsGiven(line, texts, false, place, roots)]
    return { changes: true, commands: "unparsed", ...seenOnly(texts), ...touchedOnly(runs, roots) }
  }
  const told = placed(line, place.absolute === roots[0] ? commands : commands.map(doubtingGit), place, roots)
  const texts = told.map(({ text }) => text)
  const given = line.includes("for ") ? runsGiven(line, texts, told.every(({ reads }) => reads), place, roots) : []
  const runs = [...runsTold(line, told, words, place, roots), ...runsSeen(seen, place, roots, texts), ...given]
  return {
    changes: !told.every(({ reads }) => reads) || paths.some(({ access }) => access === "write"),
    commands: told,
    paths,
    ...seenOnly(seen),
    ...touchedOnly(runs, roots)
  }
}

const seenOnly = (seen: readonly string[]): Pick<ToolFacts, "seen"> => (seen.length === 0 ? {} : { seen })

const touchedOnly = (runs: readonly Run[], roots: readonly string[]): Pick<ToolFacts, "touched"> => {
  const touched = touchedBy(runs, roots)
  return touched.length === 0 ? {} : { touched }
}

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

/**
 * Each command with the folder that it runs in, where that is not the first root. A line that begins with `cd FOLDER &&` and goes nowhere else runs the rest
 * there; what else goes elsewhere on the way leaves unknown where all but its beginning runs.
 */
const placed = (line: string, commands: readonly CommandFact[], place: Located, roots: readonly string[]): readonly CommandFact[] => {
  const leaving = commands.findIndex(({ text }) => isCd(text))
  if (leaving < 0) return commands.map((fact) => ({ ...fact, ...cwdOf(place, roots) }))
  const folder = commands.findLastIndex(({ text }) => isCd(text)) === 0 ? beginsInFolder(line) : null
  const before = plainCommands(line) === null ? 0 : leaving
  return commands.map((fact, index) => {
    if (index < before || isCd(fact.text)) return { ...fact, ...cwdOf(place, roots) }
    return { ...fact, ...(folder === null ? { cwd: null } : folderOf(folder, place, roots)) }
  })
}
const isCd = (text: string): boolean => text === "cd" || text.startsWith("cd ")

type Where = Pick<CommandFact, "cwd">

const cwdOf = ({ absolute, root, shown }: Pick<Located, "absolute" | "root" | "shown">, roots: readonly string[]): Where =>
  absolute === roots[0] ? {} : { cwd: root === roots[0] ? shown : absolute }

/** A shell leaves a link by the way that it came, so that `link/..` is not where the link leads. */
const folderOf = (folder: string, { absolute }: Located, roots: readonly string[]): Where => {
  if (folder.replace(/^\/*(?:\.{1,2}(?:\/+|$))*/, "").split("/").includes("..")) return { cwd: null }
  try {
    const there = locate(roots, folder, absolute)
    return there.kind === "directory" ? cwdOf(there, roots) : { cwd: null }
  } catch {
    // It leads nowhere that can be followed: the shell will say so.
    return { cwd: null }
  }
}

/** In another directory git may find another repository, whose settings can run programs. */
const doubtingGit = (fact: CommandFact): CommandFact => ({ ...fact, reads: fact.reads && !fact.text.startsWith("git") })
