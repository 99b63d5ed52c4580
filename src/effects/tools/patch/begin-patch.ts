import { refuse } from "../../os/problem.ts"
import type { FilePatch, Hunk } from "./patch.ts"

/** Whether a text is of the form that begins with `*** Begin Patch`. */
export const isBeginPatch = (text: string): boolean => /^\s*\*\*\* Begin Patch\s*$/m.test(text.slice(0, 400))

/**
 * Reads the form `*** Begin Patch` … `*** End Patch`: files are added, deleted, updated or moved; `@@` names a line that stands before a change.
 * Errors: throws a `Problem` that names the line which cannot be read.
 */
export const parseBeginPatch = (text: string): readonly FilePatch[] => {
  const lines = text.replaceAll("\r\n", "\n").split("\n")
  const first = lines.findIndex((line) => line.trim() === "*** Begin Patch")
  const last = lines.findLastIndex((line) => line.trim() === "*** End Patch")
  if (last < first) refuse("patch: it begins with *** Begin Patch but does not end with *** End Patch; send it whole")
  const sections = sectionsOf(lines.slice(first + 1, last), first + 2)
  if (sections.length === 0) refuse("patch: it names no file; write *** Add File: PATH, *** Update File: PATH or *** Delete File: PATH")
  return sections.map(fileOf)
}

interface Section {
  readonly head: string
  readonly lines: readonly string[]
  /** Number of its head in the patch. */
  readonly at: number
}

const HEAD = /^\*\*\* (Add|Update|Delete) File: (.+)$/

const sectionsOf = (lines: readonly string[], from: number): readonly Section[] => {
  const sections: { head: string; lines: string[]; at: number }[] = []
  for (const [index, line] of lines.entries()) {
    if (HEAD.test(line)) sections.push({ head: line, lines: [], at: from + index })
    else if (sections.length > 0) sections.at(-1)?.lines.push(line)
    else if (line.trim() !== "")
      refuse(`patch, line ${from + index}: ${JSON.stringify(line)} stands before the first file; write *** Update File: PATH above it`)
  }
  return sections
}

const fileOf = ({ head, lines, at }: Section): FilePatch => {
  const [, kind, named = ""] = HEAD.exec(head) ?? []
  const path = named.trim()
  if (kind === "Delete") {
    const more = lines.findIndex((line) => line.trim() !== "")
    return more < 0 ? { kind: "delete", path } : refuse(`patch, line ${at + 1 + more}: a file that is deleted has no lines`)
  }
  if (kind === "Add") return { kind: "add", path, content: addedText(lines, at) }
  const moved = /^\*\*\* Move to: (.+)$/.exec(lines[0] ?? "")?.[1]?.trim()
  return { kind: "update", path, to: moved ?? path, hunks: hunksOf(moved === undefined ? lines : lines.slice(1), at + (moved === undefined ? 1 : 2)) }
}

const addedText = (lines: readonly string[], at: number): string => {
  const text = withoutBlankEnd(lines)
  const wrong = text.findIndex((line) => !line.startsWith("+"))
  if (wrong >= 0) refuse(`patch, line ${at + 1 + wrong}: ${JSON.stringify(text[wrong])}: each line of a new file begins with +`)
  return text.map((line) => `${line.slice(1)}\n`).join("")
}

/** A change begins at each `@@`, and where lines that are kept follow the end of the file. */
const hunksOf = (lines: readonly string[], from: number): readonly Hunk[] => {
  const hunks: OpenHunk[] = []
  let open = null as OpenHunk | null
  const begin = (): OpenHunk => {
    open = { old: [], new: [], headings: [], line: null, atEnd: false }
    hunks.push(open)
    return open
  }
  for (const [index, line] of withoutBlankEnd(lines).entries()) {
    if (line.startsWith("@@")) {
      const heading = line.slice(2).replace(/\s*@@\s*$/, "").trim()
      const hunk = open === null || open.old.length + open.new.length > 0 ? begin() : open
      if (heading !== "" && !/^-\d+(,\d+)? \+\d+(,\d+)?$/.test(heading)) hunk.headings.push(heading)
      continue
    }
    if (line.trim() === "*** End of File") {
      if (open !== null) open.atEnd = true
      open = null
      continue
    }
    take(open ?? begin(), line, from + index)
  }
  return hunks.filter((hunk) => hunk.old.length + hunk.new.length > 0)
}

interface OpenHunk {
  readonly old: string[]
  readonly new: string[]
  readonly headings: string[]
  readonly line: null
  atEnd: boolean
}

const take = (hunk: { readonly old: string[]; readonly new: string[] }, line: string, at: number): void => {
  const [sign, rest] = [line.charAt(0), line.slice(1)]
  if (sign === "-") hunk.old.push(rest)
  else if (sign === "+") hunk.new.push(rest)
  else if (sign === " " || line === "") {
    hunk.old.push(rest)
    hunk.new.push(rest)
  } else
    refuse(
      `patch, line ${at}: ${JSON.stringify(line)}: a line begins with a blank where it stays, - where it goes, + where it comes, or @@ before a change`
    )
}

/** Blank lines before the next file belong to nobody. */
const withoutBlankEnd = (lines: readonly string[]): readonly string[] => lines.slice(0, lines.findLastIndex((line) => line.trim() !== "") + 1)
