import type { LoadedLog } from "../../../runtime/replay/log-source.ts"
import { requestText, type MadeRequest } from "../../../runtime/replay/sent-request.ts"
import { makeTimeline, type Moment, type Timeline } from "../../../runtime/replay/timeline.ts"
import { treesOf, type NamedTree } from "../../../runtime/replay/trees.ts"
import type { Row } from "../../../runtime/event-log/line.ts"
import { landmarksOf, type Landmarks } from "./landmarks.ts"
import { storyLinesOf, type StoryLine } from "./story-lines.ts"

/** A log made ready for playing: what never changes while somebody looks at it. */
export interface Tape {
  readonly session: string
  readonly rows: readonly Row[]
  readonly lines: readonly StoryLine[]
  readonly landmarks: Landmarks
  readonly trees: readonly NamedTree[]
  /** What event `n` did; a sentence where the machine of this build cannot hear the log as far as that. */
  readonly momentAt: (n: number) => Moment | string
  /** The request that event `n` sent, `null` where this build sends none; or that sentence. */
  readonly requestAt: (n: number) => MadeRequest | null | string
  /** What is to be said of the file, as that its end is missing; empty where it is whole. */
  readonly remark: string
}

export const makeTape = ({ header, rows, chain }: LoadedLog, timeline: Timeline = makeTimeline(rows)): Tape => {
  const momentAt = keepingOne((n) => momentOf(timeline, n))
  return {
    session: header.session,
    rows,
    lines: storyLinesOf(rows),
    landmarks: landmarksOf(rows),
    trees: treesOf(rows),
    momentAt,
    requestAt: keepingOne((n) => {
      const moment = momentOf(timeline, n)
      return typeof moment === "string" ? moment : requestText(moment.step.state)
    }),
    remark: chain.verdict === "whole" ? "" : chain.message
  }
}

const momentOf = (timeline: Timeline, n: number): Moment | string => {
  try {
    return timeline.at(n)
  } catch (cause) {
    return `this build cannot replay the log as far as event ${n}: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}

/** Every part of a screen asks for the same, and the next screen often, too. */
const keepingOne = <A>(make: (n: number) => A): ((n: number) => A) => {
  let kept: { readonly n: number; readonly made: A } | null = null
  return (n) => (kept?.n === n ? kept : (kept = { n, made: make(n) })).made
}

export const rowAt = ({ rows }: Tape, n: number): Row => rows[n - 1] as Row

/** Units: ms since the log began. */
export const timeAt = ({ rows }: Tape, n: number): number => (rows[n - 1] as Row).event.at - (rows[0] as Row).event.at
