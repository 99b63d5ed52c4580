import { createHash, hash } from "node:crypto"
import type { State } from "../../machine/state.ts"
import { encodeSeal } from "./seal.ts"
import { encodeSnapshot } from "./snapshot.ts"
import { makeStateHash, type TranscriptDigest } from "./state-hash.ts"
import type { StoredSnapshot } from "./store.ts"

/** Where the lines of a session go on. */
export interface LinesBefore {
  /** What wrote the snapshots that may be read. */
  readonly version: string
  /** Every line since the line of the last seal, that one included, or since the header. */
  readonly block: readonly string[]
  readonly sealedAt: number
  readonly snapshotAt: number
  /** Lengths of the newest snapshot and of the lines after it. */
  readonly snapshotLength: number
  readonly tailLength: number
  readonly transcript: TranscriptDigest
}

/** What waits to be written. */
export interface Pending {
  /** One for each event, with the seal after it where there is one. */
  readonly texts: readonly string[]
  readonly snapshot: StoredSnapshot | null
}

/** The lines of a session that are not written yet, sealed and, now and then, with a snapshot. */
export interface Lines {
  readonly add: (n: number, line: string, after: State, endsTurn: boolean) => void
  /** A last snapshot, if it is worth while. */
  readonly end: (n: number, after: State) => void
  readonly pending: () => Pending
  readonly written: (pending: Pending) => void
}

/** A turn ends, and is sealed, where the session comes to rest. */
export const comesToRest = (before: string, { name }: State): boolean =>
  before !== name && (name === "WaitingForInput" || name === "Error" || name === "ShuttingDown")

/** A seal at least after so many events. */
export const SEAL_EVENTS = 256
/** A snapshot on closing, after so many events, where the lines since the last one are at least this part of its size. */
const CLOSING_SNAPSHOT_EVENTS = 256
const CLOSING_SNAPSHOT_SHARE = 1 / 4
/**
 * A snapshot at a seal, for the case that nobody closes: rarely, for events are replayed at millions a second,
 * and so that all snapshots of a session together cost little beside its lines.
 */
const SNAPSHOT_EVENTS = 20_000
const SNAPSHOT_SHARE = 8

export const makeLines = (before: LinesBefore, onLine: ((line: string) => void) | undefined): Lines => {
  const states = makeStateHash(before.transcript)
  const block = makeBlock(before.block)
  const texts: string[] = []
  let snapshot: StoredSnapshot | null = null
  let { sealedAt, snapshotAt, snapshotLength, tailLength } = before

  const cover = (line: string): void => {
    block.add(line)
    tailLength += line.length
    onLine?.(line)
  }

  const seal = (n: number, state: State): string => {
    const line = encodeSeal({ n, chain: block.take(), state: states.of(state) })
    sealedAt = n
    cover(line)
    if (isSnapshotDue(n, SNAPSHOT_EVENTS, SNAPSHOT_SHARE)) takeSnapshot(n, state)
    return line
  }

  const isSnapshotDue = (n: number, events: number, share: number): boolean =>
    n - snapshotAt >= events && tailLength >= share * snapshotLength

  const takeSnapshot = (n: number, state: State): void => {
    states.of(state)
    snapshot = encodeSnapshot({ n, state, transcript: states.transcript() }, before.version)
    snapshotAt = n
    snapshotLength = snapshot.text.length
    tailLength = 0
  }

  return {
    add: (n, line, after, endsTurn) => {
      cover(line)
      texts.push(endsTurn || n - sealedAt >= SEAL_EVENTS ? `${line}\n${seal(n, after)}` : line)
    },
    end: (n, after) => {
      if (isSnapshotDue(n, CLOSING_SNAPSHOT_EVENTS, CLOSING_SNAPSHOT_SHARE)) takeSnapshot(n, after)
    },
    pending: () => ({ texts: texts.slice(), snapshot }),
    written: (pending) => {
      texts.splice(0, pending.texts.length)
      if (snapshot === pending.snapshot) snapshot = null
    }
  }
}

/** So much text is held before it is hashed. */
const BLOCK_LENGTH_MAX = 65_536

/** The bytes since the last seal, hashed many lines at a time. */
const makeBlock = (first: readonly string[]) => {
  let lines: string[] = []
  let length = 0
  let running: ReturnType<typeof createHash> | null = null
  const text = (): string => (lines.length === 0 ? "" : `${lines.join("\n")}\n`)
  const add = (line: string): void => {
    lines.push(line)
    length += line.length
    if (length < BLOCK_LENGTH_MAX) return
    running = (running ?? createHash("sha256")).update(text())
    lines = []
    length = 0
  }
  /** The hash of them, and the next block begins. */
  const take = (): string => {
    const chain = running === null ? hash("sha256", text()) : running.update(text()).digest("hex")
    lines = []
    length = 0
    running = null
    return chain
  }
  first.forEach(add)
  return { add, take }
}
