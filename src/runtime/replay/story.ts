import * as Stream from "effect/Stream"
import { describeAction, describeEvent, describeState } from "../../machine/describe.ts"
import type { Event, SessionOpened } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import { initial, step } from "../../machine/step.ts"
import type { ChainVerdict } from "../event-log/chain.ts"
import type { EventLog, LogError } from "../event-log/event-log.ts"
import type { Row } from "../event-log/line.ts"
import { joinedDelta, type Delta } from "./beats.ts"
import { rowsOfFile } from "./log-source.ts"
import { readSettledSession } from "./settled.ts"

/*
 * A log told in English: each event with its number and its time since the start, what it caused and where it led.
 * Pieces of one answer are gathered into one line.
 */

/** The story of a log in a file, and in the end what its seals say of it. Errors: as `rowsOfFile`. */
export function* storyOfFile(path: string): Generator<string, ChainVerdict> {
  const story = makeStory()
  const rows = rowsOfFile(path)
  for (let next = rows.next(); ; next = rows.next()) {
    if (next.done !== true) yield* story.hear(next.value)
    else {
      yield* story.end()
      return next.value
    }
  }
}

/** The story of a session of the log. */
export const storyOfSession = (id: string): Stream.Stream<string, LogError, EventLog> =>
  Stream.suspend(() => {
    const story = makeStory()
    return readSettledSession(id).pipe(
      Stream.flatMap((row) => Stream.fromIterable(story.hear(row))),
      Stream.concat(Stream.suspend(() => Stream.fromIterable(story.end())))
    )
  })

/** Tells rows as they come; the lines of an answer that streams come when it pauses. */
export interface Story {
  readonly hear: (row: Row) => readonly string[]
  readonly end: () => readonly string[]
}

export const makeStory = (): Story => {
  let state: State | null = null
  let startedAt: number | null = null
  let pieces: Pieces | null = null

  const told = (row: Row): readonly string[] => {
    const before = state
    const taken = state === null ? initial(row.event as SessionOpened) : step(state, row.event)
    state = taken.state
    const led = before?.name === state.name || taken.outcome !== "ok" ? [] : [`${INDENT}= ${describeState(state)}`]
    const happened = taken.outcome === "ok" ? describeEvent(row.event) : `${describeEvent(row.event)} (${taken.outcome})`
    return [titled(String(row.n), row.event, happened), ...row.actions.map((action) => `${INDENT}→ ${describeAction(action)}`), ...led]
  }

  const titled = (numbers: string, { at }: Event, text: string): string =>
    `${numbers.padStart(WIDTH)}  ${`+${((at - (startedAt ?? at)) / 1000).toFixed(1)}s`.padStart(9)}  ${text}`

  const gathered = (): readonly string[] => {
    if (pieces === null) return []
    const { from, to, event } = pieces
    pieces = null
    return [titled(from === to ? String(from) : `${from}–${to}`, event, describeEvent(event))]
  }

  return {
    hear: (row) => {
      startedAt ??= row.event.at
      if (!isDelta(row.event) || state === null) return [...gathered(), ...told(row)]
      const taken = step(state, row.event)
      if (taken.outcome !== "ok") return [...gathered(), ...told(row)]
      state = taken.state
      const longer = pieces === null ? null : joined(pieces, row.n, row.event)
      if (longer !== null) {
        pieces = longer
        return []
      }
      const before = gathered()
      pieces = { from: row.n, to: row.n, event: row.event }
      return before
    },
    end: gathered
  }
}

const WIDTH = 11
const INDENT = " ".repeat(WIDTH + 13)

/** Neighbouring deltas of one block, as one. */
interface Pieces {
  readonly from: number
  readonly to: number
  readonly event: Delta
}

const isDelta = (event: Event): event is Delta =>
  event.type === "LlmTextDelta" || event.type === "LlmThinkingDelta" || event.type === "LlmToolCallDelta"

const joined = ({ from, event: before }: Pieces, to: number, event: Delta): Pieces | null => {
  const both = joinedDelta(before, event)
  return both === null ? null : { from, to, event: both }
}
