import type { SessionSummary } from "../../runtime/sessions.ts"
import { plural } from "./money.ts"
import { fitted, span, type Shown, type Tone } from "./shown.ts"
import { sessionTree } from "./session-tree.ts"
import { oneLine } from "./visible.ts"

/** One line a session, the newest first, forks indented below what they go on from; `here`: the folder whose sessions need not name it; `numbered`: as in a list to choose from. Units: `now` in ms since the epoch. */
export const sessionLines = (sessions: readonly SessionSummary[], now: number, here: string | null, numbered = false): readonly Shown[] =>
  sessionTree(sessions).map(({ session, depth }, index) =>
    fitted(
      span("person", numbered ? `${index + 1}`.padStart(`${sessions.length}`.length).concat("  ") : ""),
      span("dim", depth === 0 ? "" : `${"  ".repeat(depth - 1)}└ `),
      span("strong", session.id),
      span("dim", `  ${agoWords(now - session.updated).padStart(9)}  `),
      span(toneOf(session.state), stateWords(session.state).padEnd(8)),
      span("plain", `  ${session.title === "" ? "(nothing said yet)" : oneLine(session.title)}`),
      span(
        "dim",
        `  ${plural(session.events, "event")}, ${oneLine(session.model)}${forkWords(session)}${session.roots[0] === here ? "" : `, ${oneLine(session.roots[0] ?? "")}`}`
      )
    )
  )

const forkWords = ({ parent }: SessionSummary): string => {
  if (parent === null) return ""
  const kind = parent.changes?.find((change) => change === "sub-agent" || change === "oracle")
  if (kind !== undefined) return `, ${kind} of ${oneLine(parent.session)}`
  return parent.changes?.includes("rerun") === true
    ? `, rerun of ${oneLine(parent.session)}`
    : `, fork of ${oneLine(parent.session)} at event ${parent.n}`
}

const stateWords = (state: string): string => {
  switch (state) {
    case "ShuttingDown":
      return "closed"
    case "WaitingForInput":
      return "waiting"
    case "Error":
      return "error"
    default:
      return "at work"
  }
}

const toneOf = (state: string): Tone => (state === "Error" ? "bad" : stateWords(state) === "at work" ? "notice" : "dim")

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** `agoWords(3 * 60_000)  // => "3 min ago"`. */
export const agoWords = (ms: number): string => {
  if (ms < MINUTE_MS) return "just now"
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ago`
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ago`
  return `${Math.floor(ms / DAY_MS)} d ago`
}
