import type { Entry, Session } from "../../machine/session.ts"
import { at } from "../../machine/vector.ts"

/** What a model is asked where the course changes: the moment at which the reason is known, and soon forgotten. */
const REMINDER = `<decision-reminder>
The course changes here. If that gives up a way that was taken, log why, once: decision_log with "replaces" (the decision given up) and "learned".
</decision-reminder>`

/** The reminder, where the turn before was broken off or its files were put back; a function of what was said. `null` where nothing of that was. */
export const courseChange = (session: Session): string | null => ([...entriesBefore(session)].some(changesCourse) ? REMINDER : null)

/** Those of the turn before this one, and what was said between the two. */
const entriesBefore = function*({ transcript, turn }: Session): Generator<Entry> {
  for (let index = transcript.length - 1; index >= 0; index--) {
    const entry = at(transcript, index)
    if (entry.turn < turn - 1) return
    if (entry.turn < turn) yield entry
  }
}

const changesCourse = (entry: Entry): boolean => {
  switch (entry.type) {
    case "assistant":
      return entry.ended === "interrupted"
    case "results":
      return entry.results.some(({ status }) => status === "interrupted")
    case "note":
      return entry.source === "workspace"
    case "user":
      return false
  }
}
