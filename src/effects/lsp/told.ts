import type { Entry, Session } from "../../machine/session.ts"
import { at } from "../../machine/vector.ts"
import { lineOf } from "./said.ts"
import type { Diagnostic } from "./diagnostic.ts"

type Note = Extract<Entry, { readonly type: "note" }>

/** Those of which the window does not hold the words, of the same file; of words that are told once and said twice the second counts as new. A function of the session alone. */
export const untold = (diagnostics: readonly Diagnostic[], session: Session, source: (note: Note) => boolean = () => true): readonly Diagnostic[] => {
  const left = new Map<string, number>()
  for (const words of toldIn(session, source)) left.set(words, (left.get(words) ?? 0) + 1)
  return diagnostics.filter((each) => {
    const words = withoutPlace(lineOf(each, session.opened.roots))
    const count = left.get(words) ?? 0
    left.set(words, count - 1)
    return count <= 0
  })
}

/** The lines within `<diagnostics>` of the notes that stand in the window, without the places, which move. */
const toldIn = ({ transcript, window }: Session, source: (note: Note) => boolean): readonly string[] => {
  const lines: string[] = []
  for (let index = window.base; index < transcript.length; index++) {
    const entry = at(transcript, index)
    if (entry.type === "note" && entry.text.includes("<diagnostics>") && source(entry))
      for (const [, text = ""] of entry.text.matchAll(SECTION)) lines.push(...text.split("\n").map(withoutPlace))
  }
  return lines
}

const SECTION = /(?:^|\n)<diagnostics>\n([\s\S]*?)\n<\/diagnostics>/g

const withoutPlace = (line: string): string => line.replace(/:\d+:\d+ /, " ")
