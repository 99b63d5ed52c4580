import * as Effect from "effect/Effect"
import type { Action } from "../../machine/action.ts"
import type { Event, UserInput } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import type { GroupCommit, Member } from "./group-commit.ts"
import { encodeRow } from "./line.ts"
import { comesToRest, makeLines, type LinesBefore } from "./lines.ts"
import { logError, type LogError } from "./log-error.ts"
import type { NewSession, Summary } from "./store.ts"

/** The one writer of a session's log. */
export interface Journal {
  readonly session: string
  /** Time of the newest event, ms since the epoch. */
  readonly lastAt: number
  /** Takes an event, what it caused and the state after it, and says its number. Does not wait: it is durable only after `durable`. */
  readonly append: (event: Event, actions: readonly Action[], state: State) => number
  /** Everything appended so far is on disk. */
  readonly durable: Effect.Effect<void, LogError>
}

export interface OpenJournal extends Journal {
  /** How many events were appended, in all its life. */
  readonly count: () => number
  /** Writes what waits; then nothing more can be appended. */
  readonly close: Effect.Effect<void, LogError>
}

/** Where a journal begins to write. */
export interface Beginning extends LinesBefore {
  readonly id: string
  readonly token: string
  /** Set where the session is new. */
  readonly opening: NewSession | null
  readonly summary: Summary
  /** Hears each line as an export would write it. */
  readonly onLine: ((line: string) => void) | undefined
}

/** When so many events wait they are written without waiting for more. */
const CROWD = 512

/** What a commit could not write is kept, and tried again with the next. */
export const makeJournal = (from: Beginning, group: GroupCommit): OpenJournal => {
  const lines = makeLines(from, from.onLine)
  const telling = makeTelling(from.summary)
  const written = makeWritten(from, lines, telling)
  let closed = false

  const flushed = (isDone: () => boolean): Effect.Effect<void, LogError> =>
    Effect.andThen(group.until(isDone), Effect.suspend(() => (isDone() ? Effect.void : Effect.fail(written.failure()))))

  return {
    session: from.id,
    get lastAt() {
      return telling.summary().updated
    },
    count: telling.count,
    append: (event, actions, state) => {
      if (closed) throw logError("closed", `append to session ${from.id}: its journal was closed before`)
      const endsTurn = telling.endsTurn(state)
      const n = telling.hear(event, state)
      lines.add(n, encodeRow(n, event, actions), state, endsTurn)
      if (written.begins()) group.noticed(written.member)
      if (n - written.upTo() === CROWD) group.crowded()
      return n
    },
    durable: Effect.suspend(() => {
      const wanted = telling.count()
      return written.upTo() >= wanted ? Effect.void : flushed(() => written.upTo() >= wanted)
    }),
    close: Effect.suspend(() => {
      if (closed) return Effect.void
      closed = true
      const newest = telling.newest()
      if (newest !== null) lines.end(telling.count(), newest)
      if (lines.pending().snapshot !== null) group.noticed(written.member)
      return flushed(() => written.upTo() >= telling.count() && lines.pending().snapshot === null)
    })
  }
}

/** What has been written of a session, and why no more. */
const makeWritten = ({ id, token, opening, summary }: Beginning, lines: ReturnType<typeof makeLines>, telling: ReturnType<typeof makeTelling>) => {
  let upTo = opening === null ? summary.events : 0
  let failure: LogError | null = null
  let waits = false
  const member: Member = {
    batch: () => {
      waits = false
      const pending = lines.pending()
      if (pending.texts.length === 0 && pending.snapshot === null) return null
      return { ...pending, opening: upTo === 0 ? opening : null, id, token, after: upTo, summary: telling.summary() }
    },
    written: (batch) => {
      lines.written(batch)
      upTo = batch.summary.events
      failure = null
    },
    failed: (error) => void (failure = error)
  }
  /** Whether the group is to be told that something waits: it is told once, until it has taken it. */
  const begins = (): boolean => !waits && (waits = true)
  return { member, begins, upTo: () => upTo, failure: () => failure ?? logError("failed", `write session ${id}: the commit did not end`) }
}

/** What a list of sessions tells of this one, as it goes on. */
const makeTelling = (from: Summary) => {
  let { events, updated, title, model, state } = from
  let newest: State | null = null
  return {
    count: () => events,
    newest: () => newest,
    endsTurn: (after: State): boolean => comesToRest(state, after),
    hear: (event: Event, after: State): number => {
      if (title === "" && event.type === "UserInput") title = titleOf(event)
      updated = event.at
      state = after.name
      newest = after
      return ++events
    },
    summary: (): Summary => ({ events, updated, title, model: newest?.session.settings.model ?? model, state })
  }
}

const TITLE_LENGTH_MAX = 80

/** The first line of the person's first words. */
export const titleOf = ({ parts }: Pick<UserInput, "parts">): string => {
  const words = parts.map((part) => (part.type === "text" ? part.text : "")).join(" ").trim()
  const line = words.split("\n", 1)[0] ?? ""
  return line.length > TITLE_LENGTH_MAX ? `${line.slice(0, TITLE_LENGTH_MAX - 1)}…` : line
}
