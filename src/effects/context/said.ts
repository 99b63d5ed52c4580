import type { ContextFragment } from "../../machine/event.ts"
import type { Session } from "../../machine/session.ts"
import { at } from "../../machine/vector.ts"

/**
 * The fragments that the model does not have before its eyes: what was last said of the same source, and is still in the
 * window, is not said again. A function of the session alone, so that a restart changes nothing.
 */
export const notYetSaid = (session: Session, fragments: readonly ContextFragment[]): readonly ContextFragment[] => {
  const notes = notesInWindow(session)
  return fragments.filter((fragment) => !isStillSaid(notes, fragment))
}

/** Newest first. */
const notesInWindow = (session: Session): readonly string[] => {
  const notes: string[] = []
  for (let index = session.transcript.length - 1; index >= session.window.base; index--) {
    const entry = at(session.transcript, index)
    if (entry.type === "note" && (entry.source === "context" || entry.source === "hook")) notes.push(entry.text)
  }
  return notes
}

/** Each fragment begins with a tag of its own source; the newest note with that tag decides. */
const isStillSaid = (notes: readonly string[], { text }: ContextFragment): boolean => {
  const tag = text.slice(0, text.indexOf(">") + 1)
  return notes.find((note) => startsAt(note, tag))?.includes(text) ?? false
}

/** Whether a fragment with this tag begins in the note: at its start, or after the blank line that parts fragments. */
const startsAt = (note: string, tag: string): boolean => note.startsWith(tag) || note.includes(`\n\n${tag}`)
