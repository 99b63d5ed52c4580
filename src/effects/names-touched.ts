import { objectOf } from "../machine/request.ts"
import type { Entry, Session, ToolCall } from "../machine/session.ts"
import { at } from "../machine/vector.ts"

/** How many names of files and folders are followed, the newest of the session, and in how many of its messages they are looked for. */
const NAMES_MAX = 200
const ENTRIES_MAX = 2000

/** The names of files and folders that calls and people said, newest first, each once. */
export const namesTouched = ({ transcript }: Session): ReadonlySet<string> => {
  const names = new Set<string>()
  for (let index = transcript.length - 1; index >= Math.max(0, transcript.length - ENTRIES_MAX); index--) {
    for (const name of namesOf(at(transcript, index))) {
      if (names.size === NAMES_MAX) return names
      names.add(name)
    }
  }
  return names
}

/** A message never changes, and its calls may be long: each is read once. */
const namesByEntry = new WeakMap<Entry, readonly string[]>()

const namesOf = (entry: Entry): readonly string[] => {
  const known = namesByEntry.get(entry)
  if (known !== undefined) return known
  const names = namesSaid(entry)
  namesByEntry.set(entry, names)
  return names
}

const namesSaid = (entry: Entry): readonly string[] => {
  switch (entry.type) {
    case "user":
      return entry.parts.flatMap((part) => (part.type === "text" ? pathsIn(part.text) : []))
    case "assistant":
      return entry.blocks.flatMap((block) => (block.type === "tool-call" ? namesOfCall(block) : []))
    case "note":
    case "results":
      return []
  }
}

export const namesOfCall = ({ arguments: json }: ToolCall): readonly string[] => {
  const { path, cwd, scope, patch, command } = objectOf(json)
  const named = [path, cwd, scope].filter((name) => typeof name === "string")
  return [...named, ...(typeof patch === "string" ? filesOfPatch(patch) : []), ...(typeof command === "string" ? pathsIn(command) : [])]
}

const filesOfPatch = (patch: string): readonly string[] =>
  [...patch.matchAll(/^(?:\*\*\* (?:Add|Update|Delete) File: |\*\*\* Move to: |\+\+\+ (?:b\/)?|--- (?:a\/)?)(.+)$/gm)].map((match) =>
    (match[1] as string).trim()
  )

/** Words that look like paths. Units: of the longest that is taken for one, UTF-16 code units. */
const pathsIn = (text: string): readonly string[] =>
  text
    .slice(0, TEXT_LENGTH_MAX)
    .split(/[\s"'`()<>,;|&=]+/)
    .map((word) => word.replace(/^@/, "").replace(/[.:]+$/, ""))
    .filter((word) => word.includes("/") && word.length <= PATH_LENGTH_MAX)

const PATH_LENGTH_MAX = 300
const TEXT_LENGTH_MAX = 20_000
