import { landmarkFrom, type LandmarkName } from "./landmarks.ts"
import { lineAt, type StoryLine } from "./story-lines.ts"
import type { Tape } from "./tape.ts"

/** A way to go through a log. */
export type Move =
  | { readonly type: "events"; readonly by: number }
  | { readonly type: "lines"; readonly by: number }
  | { readonly type: "to"; readonly event: number }
  | { readonly type: "landmark"; readonly of: LandmarkName; readonly by: 1 | -1 }

/** Where a move from event `n` leads; a sentence where it leads nowhere. */
export const moved = (tape: Tape, n: number, move: Move): number | string => {
  const { rows, lines, landmarks } = tape
  switch (move.type) {
    case "events":
      return within(n + move.by, rows.length)
    case "lines": {
      const index = Math.min(lines.length - 1, Math.max(0, lineAt(lines, n) + move.by))
      return (lines[index] as StoryLine).to
    }
    case "to":
      return Number.isSafeInteger(move.event) ? within(move.event, rows.length) : `the log has events 1 to ${rows.length}`
    case "landmark":
      return landmarkFrom(landmarks[move.of], n, move.by) ?? `no ${NOUNS[move.of]} ${move.by === 1 ? "after" : "before"} event ${n}`
  }
}

const within = (n: number, count: number): number => Math.min(count, Math.max(1, n))

const NOUNS: Readonly<Record<LandmarkName, string>> = { turns: "turn", steps: "step", tools: "tool", errors: "error" }
