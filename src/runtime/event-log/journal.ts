import { createHash, hash } from "node:crypto"
import * as Effect from "effect/Effect"
import type { Action } from "../../machine/action.ts"
import type { Event, UserInput } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import type { GroupCommit, Member } from "./group-commit.ts"
import { encodeRow } from "./line.ts"
import { logError, type LogError } from "./log-error.ts"
import { encodeSeal } from "./seal.ts"
import { encodeSnapshot } from "./snapshot.ts"
import { makeStateHash, type TranscriptDigest } from "./state-hash.ts"
import type { Batch, NewSession, StoredLine, StoredSnapshot, Summary } from "./store.ts"

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

/** Where a journal begins to write. */
export interface Beginning {
  readonly id: string
  readonly token: string
  /** What wrote the snapshots that may be read. */
  readonly version: string
  /** Set where the session is new. */
  readonly opening: NewSession | null
  /** Every line since the line of the last seal, that one included, or since the header. */
  readonly block: readonly string[]
  readonly sealedAt: number
  readonly snapshotAt: number
  /** Lengths of the newest snapshot and of the lines after it. */
  readonly snapshotLength: number
  readonly tailLength: number
  readonly transcript: TranscriptDigest
  readonly lastAt: number
  readonly summary: Summary
  /** Hears each line as an export would write it. */
  readonly onLine: ((line: string) => void) | undefined
}

/** A seal at least after so many events. */
export const SEAL_EVENTS = 256
/** A snapshot at a seal after so many events, and on closing after so many. */
const SNAPSHOT_EVENTS = 2000
const CLOSING_SNAPSHOT_EVENTS = 256
/**
 * Beside that, the lines since the last snapshot must be this part of its size: all snapshots of a session together then cost
 * little beside its lines, and opening it reads no more than a few times its state.
 */
const SNAPSHOT_SHARE = 4
const CLOSING_SNAPSHOT_SHARE = 1 / 4
/** So many rows are written without waiting for more. */
const CROWD = 256
const TITLE_LENGTH_MAX = 80

interface Waiting {
  readonly n: number
  readonly event: Event
  readonly actions: readonly Action[]
  /** The state after it, where a seal follows. */
  readonly sealed: State | null
}

export interface OpenJournal extends Journal {
  /** How many events were appended, in all its life. */
  readonly count: () => number
  /** Writes what waits and, if that is worth while, a snapshot; then nothing more can be appended. */
  readonly close: Effect.Effect<void, LogError>
}

/**
 * Appending only remembers; lines, hashes and seals are made when a commit takes them.
 * What a commit could not write is kept and tried again with the next.
 */
export const makeJournal = (from: Beginning, group: GroupCommit): OpenJournal => {
  const states = makeStateHash(from.transcript)
  const waiting: Waiting[] = []
  const events: StoredLine[] = []
  const seals: StoredLine[] = []
  let block = makeBlock(from.block)
  let { opening, sealedAt, snapshotAt, snapshotLength, tailLength, lastAt } = from
  let { events: count, title, model, state: stateName } = from.summary
  let snapshot: StoredSnapshot | null = null
  let durable = opening === null ? count : 0
  let newest: State | null = null
  let failure: LogError | null = null
  let closed = false

  const append: Journal["append"] = (event, actions, state) => {
    if (closed) throw logError("closed", `append to session ${from.id}: its journal was closed before`)
    const n = ++count
    const isSealed = n - sealedAt >= SEAL_EVENTS || endsTurn(stateName, state)
    if (isSealed) sealedAt = n
    waiting.push({ n, event, actions, sealed: isSealed ? state : null })
    if (title === "" && event.type === "UserInput") title = titleOf(event)
    stateName = state.name
    lastAt = event.at
    newest = state
    if (from.onLine !== undefined) encode()
    if (waiting.length <= 1) group.noticed(member)
    if ((n - durable) % CROWD === 0) group.crowded()
    return n
  }

  const encode = (): void => {
    for (const row of waiting.splice(0)) {
      add(events, row.n, encodeRow(row.n, row.event, row.actions))
      if (row.sealed !== null) seal(row.n, row.sealed)
    }
  }

  const add = (lines: StoredLine[], n: number, line: string): void => {
    lines.push({ n, line })
    block.add(line)
    tailLength += line.length
    from.onLine?.(line)
  }

  const seal = (n: number, state: State): void => {
    const chain = block.chain()
    block = makeBlock([])
    add(seals, n, encodeSeal({ n, chain, state: states.of(state) }))
    if (isSnapshotDue(n, SNAPSHOT_EVENTS, SNAPSHOT_SHARE)) takeSnapshot(n, state)
  }

  const isSnapshotDue = (n: number, events: number, share: number): boolean =>
    n - snapshotAt >= events && tailLength >= share * snapshotLength

  const takeSnapshot = (n: number, state: State): void => {
    states.of(state)
    snapshot = encodeSnapshot({ n, state, transcript: states.transcript() }, from.version)
    snapshotAt = n
    snapshotLength = snapshot.text.length
    tailLength = 0
  }

  const member: Member = {
    batch: () => {
      encode()
      if (events.length === 0 && snapshot === null) return null
      if (newest !== null) model = newest.session.settings.model
      const summary = { events: count, updated: lastAt, title, model, state: stateName }
      return { opening, id: from.id, token: from.token, events: events.slice(), seals: seals.slice(), snapshot, summary }
    },
    written: (batch: Batch) => {
      events.splice(0, batch.events.length)
      seals.splice(0, batch.seals.length)
      if (snapshot === batch.snapshot) snapshot = null
      opening = null
      durable = batch.summary.events
      failure = null
    },
    failed: (error) => void (failure = error)
  }

  const flushed = (isDone: () => boolean): Effect.Effect<void, LogError> =>
    Effect.andThen(
      group.until(isDone),
      Effect.suspend(() => (isDone() ? Effect.void : Effect.fail(failure ?? logError("failed", `write session ${from.id}: the commit did not end`))))
    )

  return {
    session: from.id,
    get lastAt() {
      return lastAt
    },
    count: () => count,
    append,
    durable: Effect.suspend(() => {
      const wanted = count
      return durable >= wanted ? Effect.void : flushed(() => durable >= wanted)
    }),
    close: Effect.suspend(() => {
      if (closed) return Effect.void
      closed = true
      encode()
      if (newest !== null && isSnapshotDue(count, CLOSING_SNAPSHOT_EVENTS, CLOSING_SNAPSHOT_SHARE)) {
        takeSnapshot(count, newest)
        group.noticed(member)
      }
      return flushed(() => durable >= count && snapshot === null)
    })
  }
}

/** The bytes since the last seal, hashed a few at a time. */
const makeBlock = (lines: readonly string[]) => {
  let text = ""
  let running: ReturnType<typeof createHash> | null = null
  const add = (line: string): void => {
    text += `${line}\n`
    if (text.length < 65_536) return
    running = (running ?? createHash("sha256")).update(text)
    text = ""
  }
  lines.forEach(add)
  return { add, chain: (): string => (running === null ? hash("sha256", text) : running.update(text).digest("hex")) }
}

/** A turn ends where the session comes to rest. */
const endsTurn = (before: string, after: State): boolean =>
  before !== after.name && (after.name === "WaitingForInput" || after.name === "Error" || after.name === "ShuttingDown")

/** The first line of the person's first words. */
export const titleOf = ({ parts }: Pick<UserInput, "parts">): string => {
  const words = parts.map((part) => (part.type === "text" ? part.text : "")).join(" ").trim()
  const line = words.split("\n", 1)[0] ?? ""
  return line.length > TITLE_LENGTH_MAX ? `${line.slice(0, TITLE_LENGTH_MAX - 1)}…` : line
}
