import type * as Effect from "effect/Effect"
import type { LogError } from "./log-error.ts"

/** What the log needs of a database: lines under their numbers, and one row a session. A journal does the rest. */
export interface Store {
  /** Writes every batch, or none of them. On disk when it succeeds. Errors: `lost` where a lease is no longer the batch's. */
  readonly commit: (batches: readonly Batch[]) => Effect.Effect<void, LogError>
  /** Runs commits as one: all of them, or none. */
  readonly atomically: <A>(commits: Effect.Effect<A, LogError>) => Effect.Effect<A, LogError>
  /** Takes the session for this lease, from a holder that is dead where there is one; from now on it `owes` what it says. Errors: `held`, `not-found`. */
  readonly take: (id: string, lease: Lease, owes: boolean) => Effect.Effect<StoredSession, LogError>
  /** Gives the session back, if it is still this lease's. */
  readonly release: (id: string, token: string) => Effect.Effect<void, LogError>
  /** Says that the holders of these leases live. */
  readonly renew: (tokens: readonly string[], at: number) => Effect.Effect<void, LogError>
  readonly session: (id: string) => Effect.Effect<StoredSession, LogError>
  readonly sessions: Effect.Effect<readonly StoredSession[], LogError>
  /** Events with a number in (after, to], in order, from the first on; not all of them where they are many. */
  /** Sessions that said more than others were told. */
  readonly owing: Effect.Effect<readonly Owing[], LogError>
  /** Says up to which event a session's words were told. */
  readonly told: (id: string, n: number) => Effect.Effect<void, LogError>
  readonly events: (session: StoredSession, after: number, to: number) => Effect.Effect<readonly StoredEvent[], LogError>
  readonly snapshot: (session: StoredSession) => Effect.Effect<StoredSnapshot | null, LogError>
  readonly blob: (hash: string) => Effect.Effect<Uint8Array | null, LogError>
  readonly putBlob: (hash: string, bytes: Uint8Array) => Effect.Effect<void, LogError>
}

/** Whose a session is. */
export interface Lease {
  readonly token: string
  /** Who holds it, as `holder.ts` writes it. */
  readonly holder: string
  readonly at: number
}

/** What one commit adds to one session. */
export interface Batch {
  /** Set by the batch that brings a session into being. */
  readonly opening: NewSession | null
  readonly id: string
  readonly token: string
  /** The newest event that is stored already; the texts follow on it. */
  readonly after: number
  /** One for each event, as `StoredEvent` has it. */
  readonly texts: readonly string[]
  readonly snapshot: StoredSnapshot | null
  readonly summary: Summary
}

export interface StoredEvent {
  readonly n: number
  /** Its line and, where one follows, that of the seal, parted by LF and without one at the end: what an export dumps. */
  readonly text: string
}

export const lineOf = ({ text }: StoredEvent): string => text.split("\n", 1)[0]!

/** The line of the seal after it; `null` where there is none. */
export const sealLineOf = ({ text }: StoredEvent): string | null => text.split("\n", 2)[1] ?? null

/** What changes about a session with every commit. Units: times in ms since the epoch. */
export interface Summary {
  readonly events: number
  readonly updated: number
  /** The first words of the person; empty until there are any. */
  readonly title: string
  readonly model: string
  /** Name of the state after the newest event. */
  readonly state: string
}

/**
 * Where a session came from that was not held here from its beginning. A log that somebody else may have written says nothing about what may be done here: not where,
 * not what was approved, and not what was about to run. `log`: it was imported as it is. `fork`: it goes on from such a log in a place of its own.
 */
export type Origin = "log" | "fork"

export interface NewSession {
  /** The header's line as it was written. */
  readonly header: string
  readonly roots: readonly string[]
  readonly created: number
  /** `null`: it was held here from its beginning. */
  readonly origin: Origin | null
  readonly lease: Lease | null
  /** Whether what it says is owed to others, from its first event on. */
  readonly owes: boolean
}

export interface StoredSession extends Summary {
  readonly id: string
  readonly header: string
  readonly roots: readonly string[]
  readonly created: number
  readonly origin: Origin | null
}

/** A session that says things which are to be told elsewhere, and up to which event they were. */
export interface Owing extends StoredSession {
  readonly told: number
}

/** Up to which event a session was told when somebody first goes on with it: what was only held once more (`loom rerun`), another one said. */
export const toldBefore = ({ header, events }: StoredSession): number => (header.includes('"changes":["rerun"]') ? events : 0)

/** A state as it was after event `n`. */
export interface StoredSnapshot {
  readonly n: number
  /** What wrote it; only the same may read it. */
  readonly version: string
  /** SHA-256 of `text`. */
  readonly hash: string
  readonly text: string
}
