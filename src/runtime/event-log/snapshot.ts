import { hash } from "node:crypto"
import type { State } from "../../machine/state.ts"
import type { TranscriptDigest } from "./state-hash.ts"
import type { StoredSnapshot } from "./store.ts"

/** A state as it was after event `n`, so that a long session opens without a replay from its start. */
export interface Snapshot {
  readonly n: number
  readonly state: State
  readonly transcript: TranscriptDigest
}

/** Version of this form, and of the hash of states whose digest it carries: a digest begun in one form and gone on with in another agrees with none. */
const SNAPSHOT_FORMAT = 2

/** A snapshot is only a shortcut, so it is read by nobody but the build that wrote it: any other replays the log. */
export const snapshotVersion = (machine: number, build: string): string => `${SNAPSHOT_FORMAT} ${machine} ${build}`

export const encodeSnapshot = (snapshot: Snapshot, version: string): StoredSnapshot => {
  const text = JSON.stringify({ state: snapshot.state, transcript: snapshot.transcript })
  return { n: snapshot.n, version, hash: hash("sha256", text), text }
}

/** The snapshot; `null` where another version wrote it or a byte of it changed. */
export const decodeSnapshot = (stored: StoredSnapshot, version: string): Snapshot | null => {
  if (stored.version !== version || hash("sha256", stored.text) !== stored.hash) return null
  return { n: stored.n, ...(JSON.parse(stored.text) as Omit<Snapshot, "n">) }
}
