import type { Entry, Part, Session } from "../../machine/session.ts"
import { at } from "../../machine/vector.ts"
import { namesTouched } from "../names-touched.ts"
import { locate } from "../os/path.ts"
import type { MapQuery } from "./rank.ts"
import { stemsOf } from "./words.ts"

/** Units: UTF-16 code units. */
const WORDS_LENGTH_MAX = 6_000
const TROUBLE_LENGTH_MAX = 4_000
/** Of the files that the session names, the newest. */
const TOUCHED_MAX = 40
/** With fewer words that say something a person goes on with what was asked before. */
const STEMS_MIN = 3

/** What a session is about now: what the person wrote, what went wrong in the newest turns, what the agent looked at and changed. */
export const queryOf = (session: Session): MapQuery => ({ words: wordsOf(session), trouble: troubleOf(session), touched: touchedOf(session) })

/** The newest words of the person, and those before them as long as they are hardly any: "go on" is about what came before. */
const wordsOf = ({ transcript }: Session): string => {
  let words = ""
  for (let index = transcript.length - 1; index >= 0 && new Set(stemsOf(words)).size < STEMS_MIN; index--) {
    const entry = at(transcript, index)
    if (entry.type === "user") words = `${textOf(entry.parts).slice(0, WORDS_LENGTH_MAX)}\n${words}`
  }
  return words.slice(0, WORDS_LENGTH_MAX).trim()
}

/** What failed in this turn and the one before, the newest first: of a long report its end, where the sum of it stands. */
const troubleOf = ({ transcript, turn }: Session): string => {
  let trouble = ""
  for (let index = transcript.length - 1; index >= 0 && trouble.length < TROUBLE_LENGTH_MAX; index--) {
    const entry = at(transcript, index)
    if (entry.turn < turn - 1) break
    trouble += failuresIn(entry).map((text) => `${text.slice(-TROUBLE_LENGTH_MAX)}\n`).join("")
  }
  return trouble.slice(0, TROUBLE_LENGTH_MAX).trim()
}

const failuresIn = (entry: Entry): readonly string[] => {
  if (entry.type === "note") return diagnosticsIn(entry.text)
  if (entry.type !== "results") return []
  return entry.results.flatMap(({ status, parts }) => (status === "error" ? [textOf(parts)] : []))
}

/** What language servers said is wrong; not what they say is mended. */
const diagnosticsIn = (note: string): readonly string[] =>
  [...note.matchAll(/(?:^|\n)<diagnostics>\n([\s\S]*?)\n<\/diagnostics>/g)].map((match) =>
    (match[1] as string).replaceAll(/^.*: no new problem is left$/gm, "")
  )

const textOf = (parts: readonly Part[]): string => parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n")

const touchedOf = (session: Session): readonly string[] => {
  const [root] = session.opened.roots
  const touched = new Set<string>()
  for (const name of namesTouched(session)) {
    if (touched.size === TOUCHED_MAX) break
    const path = fileIn(root, name)
    if (path !== null) touched.add(path)
  }
  return [...touched]
}

const fileIn = (root: string | undefined, name: string): string | null => {
  try {
    const found = root === undefined ? null : locate([root], name)
    return found?.root === root && found?.kind === "file" ? found.shown : null
  } catch {
    // What cannot be followed is no file of the workspace.
    return null
  }
}
