import type { Event } from "../../machine/event.ts"
import type { Header } from "../event-log/header.ts"
import { runsBetween } from "../../effects/git/unified.ts"
import { beatsOf, type Beat } from "./beats.ts"
import { comparableBeats, type Comparable } from "./comparable.ts"
import { differencesOf, type Difference } from "./differences.ts"
import type { LoadedLog } from "./log-source.ts"
import { outcomeOf, type LogOutcome } from "./log-outcome.ts"

/** What two logs have in common, and where they part. */
export interface Comparison {
  /** What they were opened with that is not the same; the stories are compared all the same. */
  readonly opening: readonly Difference[]
  /** `null` where they tell the same, but for the opening. */
  readonly parting: Parting | null
  /** The beginning both share, if one session was forked off the other. */
  readonly fork: Fork | null
  /** Both stories under each other, from a little before they part. */
  readonly story: readonly Pair[]
  /** How many events of each log come after those of the story. */
  readonly more: { readonly a: number; readonly b: number }
  readonly a: LogOutcome
  readonly b: LogOutcome
}

/** The first point where two logs part; `null` stands for a log that is at its end. */
export interface Parting {
  readonly what: PartingKind
  readonly a: Beat | null
  readonly b: Beat | null
  /** The fields that differ, where both have an event of the same type there. */
  readonly fields: readonly Difference[]
}

/** Whose doing it was. `decision`: the same was heard, and the machine did something else. `end`: one log ends here. */
export type PartingKind = "settings" | "person" | "host" | "model" | "tool" | "surroundings" | "decision" | "end"

export interface Fork {
  readonly of: "a" | "b"
  readonly n: number
  /** What of the events up to there was made otherwise, in words. */
  readonly changes: readonly string[]
}

/** A line of both stories: `null` on the side that has nothing like it. */
export interface Pair {
  readonly a: Beat | null
  readonly b: Beat | null
  readonly same: boolean
}

export interface ComparisonOptions {
  /** Times, names and everything else that must differ are compared too. */
  readonly exact: boolean
  /** The whole of both stories, and not only what comes first. */
  readonly all: boolean
}

export const isEqual = ({ opening, parting }: Pick<Comparison, "opening" | "parting">): boolean => opening.length === 0 && parting === null

/** Errors: throws where the machine cannot hear an event of one of them. */
export const compareLogs = async (a: LoadedLog, b: LoadedLog, { exact, all }: ComparisonOptions): Promise<Comparison> => {
  // A fork tells its beginning with the folder of its parent: both have to be known in both.
  const roots = [...rootsOf(a), ...rootsOf(b)].toSorted((mine, theirs) => theirs.length - mine.length)
  const [one, other] = [a, b].map((log) => comparableBeats(beatsOf(log.rows), { exact, roots })) as [
    readonly Comparable[],
    readonly Comparable[]
  ]
  const opening = differencesOf(JSON.parse(one[0]!.event), JSON.parse(other[0]!.event)).toSorted(
    (mine, theirs) => Number(isSetting(theirs)) - Number(isSetting(mine))
  )
  const outcomes = { opening, fork: forkOf(a.header, b.header), a: outcomeOf(a), b: outcomeOf(b) }
  const at = partsAt(one, other)
  if (at === null) return { parting: null, story: [], more: { a: 0, b: 0 }, ...outcomes }
  const before = one
    .slice(Math.max(0, at - BEFORE), at)
    .map(({ beat }, index): Pair => ({ a: beat, b: other[Math.max(0, at - BEFORE) + index]!.beat, same: true }))
  const after = await paired(one.slice(at, all ? undefined : at + ALIGNED_MAX), other.slice(at, all ? undefined : at + ALIGNED_MAX))
  const story = [...before, ...(all ? after : after.slice(0, SHOWN_MAX))]
  return {
    parting: partingOf(one.slice(at, at + 2), other.slice(at, at + 2)),
    story,
    more: { a: behind(a, story, "a"), b: behind(b, story, "b") },
    ...outcomes
  }
}

/** Lines shown before the point, and behind it; and so many are looked at to find which of them belong together. */
const BEFORE = 3
const SHOWN_MAX = 24
const ALIGNED_MAX = 300

const rootsOf = ({ rows }: LoadedLog): readonly string[] => {
  const opened = rows[0]?.event
  return opened?.type === "SessionOpened" ? opened.roots : []
}

/** What somebody chose says more than what followed from it. */
const isSetting = ({ path }: Difference): boolean => path.startsWith("settings.")

// ── where they part ──────────────────────────────────────────────────────────────────────────────────────────────

/** The first event, which opens the session, is judged by itself. */
const partsAt = (one: readonly Comparable[], other: readonly Comparable[]): number | null => {
  const length = Math.max(one.length, other.length)
  for (let index = 1; index < length; index++) {
    const [mine, theirs] = [one[index], other[index]]
    if (mine?.event !== theirs?.event || mine?.actions !== theirs?.actions) return index
  }
  return null
}

/** From the beats of both where they part, and the ones after these. */
const partingOf = ([one, afterOne]: readonly Comparable[], [other, afterOther]: readonly Comparable[]): Parting => {
  const [a, b] = [one?.beat ?? null, other?.beat ?? null]
  if (one === undefined || other === undefined) return { what: "end", a, b, fields: [] }
  if (one.event === other.event)
    return { what: "decision", a, b, fields: differencesOf(JSON.parse(one.actions), JSON.parse(other.actions), "actions") }
  if (goesOnWith(one, other) && afterOne !== undefined) return partingOf([afterOne], [other])
  if (goesOnWith(other, one) && afterOther !== undefined) return partingOf([one], [afterOther])
  const [mine, theirs] = [kindOf(one.beat.event), kindOf(other.beat.event)]
  const what = ORDER.find((kind) => kind === mine || kind === theirs) ?? mine
  return { what, a, b, fields: one.beat.event.type === other.beat.event.type ? differencesOf(JSON.parse(one.event), JSON.parse(other.event)) : [] }
}

/** Whether an answer is the same as far as it goes: then what came between is to blame, and not the answer. */
const goesOnWith = ({ beat: { event: short } }: Comparable, { beat: { event: long } }: Comparable): boolean =>
  short.type === "LlmTextDelta"
  && long.type === "LlmTextDelta"
  && short.effect === long.effect
  && long.text.length > short.text.length
  && long.text.startsWith(short.text)

/** Where two things happened that are not of one kind, the one to blame is what comes from furthest outside. */
const ORDER: readonly PartingKind[] = ["settings", "person", "host", "model", "tool", "surroundings"]

const kindOf = (event: Event): PartingKind => {
  switch (event.type) {
    case "SessionOpened":
    case "SettingsChanged":
      return "settings"
    case "UserInput":
    case "InputTakenBack":
    case "InterruptRequested":
    case "ContinueRequested":
    case "OffloadRequested":
    case "WorkspaceRestored":
    case "ShutdownRequested":
    case "ApprovalAnswered":
      return "person"
    case "SessionResumed":
    case "ShutdownCompleted":
    case "RetryTimeoutFired":
      return "host"
    case "LlmStarted":
    case "LlmTextDelta":
    case "LlmThinkingDelta":
    case "LlmToolCallDelta":
    case "LlmCompleted":
    case "LlmFailed":
      return "model"
    case "ToolCallsVetted":
    case "ToolProgress":
    case "ToolCompleted":
    case "PostToolsHookCompleted":
      return "tool"
    case "ContextGathered":
    case "ContextOffloaded":
      return "surroundings"
  }
}

/** Whether one of the sessions was begun on a prefix of the other. */
const forkOf = (a: Header, b: Header): Fork | null => {
  if (b.parent?.session === a.session) return { of: "a", n: b.parent.n, changes: b.parent.changes ?? [] }
  return a.parent?.session === b.session ? { of: "b", n: a.parent.n, changes: a.parent.changes ?? [] } : null
}

// ── side by side ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Both stories with what is alike beside each other; what is not stands together as long as both have something. */
const paired = async (one: readonly Comparable[], other: readonly Comparable[]): Promise<readonly Pair[]> => {
  const runs = (await runsBetween(one.map(({ alike }) => alike), other.map(({ alike }) => alike))) ?? [
    { in: "before", length: one.length },
    { in: "after", length: other.length }
  ]
  const pairs: Pair[] = []
  let [mine, theirs, i, j] = [0, 0, 0, 0]
  const flush = (): void => {
    for (; i < mine || j < theirs; ) pairs.push({ a: i < mine ? one[i++]!.beat : null, b: j < theirs ? other[j++]!.beat : null, same: false })
  }
  for (const run of runs) {
    if (run.in === "before") mine += run.length
    if (run.in === "after") theirs += run.length
    if (run.in !== "both") continue
    flush()
    // The first of both is where they part, though the event may look alike and only what it caused be another.
    for (let count = 0; count < run.length; count++) pairs.push({ same: i > 0 || j > 0, a: one[i++]!.beat, b: other[j++]!.beat })
    mine = i
    theirs = j
  }
  flush()
  return pairs
}

const behind = ({ rows }: LoadedLog, story: readonly Pair[], side: "a" | "b"): number =>
  rows.length - (story.findLast((pair) => pair[side] !== null)?.[side]?.to ?? 0)
