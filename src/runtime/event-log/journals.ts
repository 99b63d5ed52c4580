import { randomUUID } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { SessionOpened } from "../../machine/event.ts"
import { initial, MACHINE_VERSION } from "../../machine/step.ts"
import { makeEnding, pagesOf, storedText } from "./export.ts"
import { makeGroupCommit } from "./group-commit.ts"
import { decodeHeader, encodeHeader, FORMAT, headerOf, newerFormat } from "./header.ts"
import { thisHolder } from "./holder.ts"
import { makeJournal, type Beginning, type Journal, type OpenJournal } from "./journal.ts"
import { decodeRow, type Row } from "./line.ts"
import { SEAL_EVENTS } from "./lines.ts"
import { logError, type LogError } from "./log-error.ts"
import { decodeSnapshot, snapshotVersion, type Snapshot } from "./snapshot.ts"
import { EMPTY_TRANSCRIPT } from "./state-hash.ts"
import type { Lease, Store, StoredLine, StoredSession } from "./store.ts"

/** A journal that goes on with a session, and what its state is made of. */
export interface OpenedJournal {
  readonly journal: Journal
  /** The newest snapshot that can be read; `null`: replay from the first event. */
  readonly snapshot: Pick<Snapshot, "n" | "state"> | null
  /** The events after the snapshot, or all of them. */
  readonly tail: readonly Row[]
}

export interface JournalOptions {
  /** Hears the log line by line, as an export would write it: what is stored already, what is appended, and the end when it closes. */
  readonly onLine?: ((line: string) => void) | undefined
}

/** Opens sessions for writing, one writer each. */
export interface Journals {
  readonly create: (opened: SessionOpened, options?: JournalOptions) => Effect.Effect<Journal, LogError, Scope.Scope>
  readonly open: (id: string, options?: JournalOptions) => Effect.Effect<OpenedJournal, LogError, Scope.Scope>
}

export const makeJournals = Effect.fnUntraced(function*(store: Store, build: string): Effect.fn.Return<Journals, never, Scope.Scope> {
  const group = yield* makeGroupCommit(store)
  const version = snapshotVersion(MACHINE_VERSION, build)
  const leases = yield* keepLeases(store)

  /** Writes and tells the rest when the scope ends, and gives the lease back whatever became of it. */
  const begin = (beginning: Beginning, listener: Listener | null): Effect.Effect<OpenJournal, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => makeJournal({ ...beginning, onLine: listener?.hear }, group)),
      (journal) =>
        journal.close.pipe(
          Effect.andThen(listener === null ? Effect.void : listener.end(journal.count())),
          Effect.catch((error) => Effect.logWarning(error.message)),
          Effect.ensuring(leases.release(beginning.id, beginning.token))
        )
    )

  return {
    create: Effect.fnUntraced(function*(opened, { onLine } = {}) {
      const lease = yield* leases.make
      const listener = onLine === undefined ? null : makeListener(store, onLine)
      const header = encodeHeader(headerOf(opened, build))
      listener?.hear(header)
      const journal = yield* begin(beginningOf(opened, header, lease, version), listener)
      const first = initial(opened)
      journal.append(opened, first.actions, first.state)
      yield* journal.durable
      return journal
    }),
    open: Effect.fnUntraced(function*(id, { onLine } = {}) {
      const lease = yield* leases.make
      const session = yield* Effect.acquireRelease(store.take(id, lease), () => leases.release(id, lease.token))
      yield* refuseOtherFormat(session)
      const kept = yield* store.snapshot(session)
      const snapshot = kept === null || kept.n > session.events ? null : decodeSnapshot(kept, version)
      const tail = yield* linesAfter(store, session, snapshot?.n ?? 0)
      const size = { snapshotLength: snapshot === null ? 0 : kept!.text.length, tailLength: tail.reduce((length, { line }) => length + line.length, 0) }
      const beginning = { ...(yield* goingOn(store, session, lease, version, snapshot, tail)), ...size }
      const listener = onLine === undefined ? null : makeListener(store, onLine)
      if (listener !== null) yield* Stream.runForEach(storedText(store, session), (text) => Effect.sync(() => text.trimEnd().split("\n").forEach(listener.hear)))
      const journal = yield* begin(beginning, listener)
      return { journal, snapshot: snapshot === null ? null : { n: snapshot.n, state: snapshot.state }, tail: tail.map(({ line }) => decodeRow(line)) }
    })
  }
})

// ── leases ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** How often a holder says that it lives, for those who cannot look. */
const RENEWAL = "60 seconds"

const keepLeases = Effect.fnUntraced(function*(store: Store) {
  const tokens = new Set<string>()
  const renew = Effect.suspend(() => (tokens.size === 0 ? Effect.void : Effect.flatMap(Clock.currentTimeMillis, (now) => store.renew([...tokens], now))))
  // A renewal that fails is tried again with the next; the commit is what finds out that a lease was lost.
  yield* Effect.forkScoped(Effect.schedule(Effect.ignore(renew), Schedule.spaced(RENEWAL)))
  return {
    make: Effect.map(Clock.currentTimeMillis, (at): Lease => {
      const token = randomUUID()
      tokens.add(token)
      return { token, at, holder: JSON.stringify(thisHolder(at)) }
    }),
    /** What cannot be given back is taken over as soon as this process is gone. */
    release: (id: string, token: string) =>
      Effect.suspend(() => {
        tokens.delete(token)
        return Effect.ignore(store.release(id, token))
      })
  }
})

// ── where a journal begins ───────────────────────────────────────────────────────────────────────────────────────

const beginningOf = (opened: SessionOpened, header: string, lease: Lease, version: string): Beginning => ({
  id: opened.session,
  token: lease.token,
  version,
  opening: { header, roots: opened.roots, created: opened.at, lease },
  block: [header],
  sealedAt: 0,
  snapshotAt: 0,
  snapshotLength: 0,
  tailLength: 0,
  transcript: EMPTY_TRANSCRIPT,
  summary: { events: 0, updated: opened.at, title: "", model: opened.settings.model, state: "WaitingForInput" },
  onLine: undefined
})

const goingOn = Effect.fnUntraced(function*(
  store: Store,
  session: StoredSession,
  { token }: Lease,
  version: string,
  snapshot: Snapshot | null,
  tail: readonly StoredLine[]
): Effect.fn.Return<Omit<Beginning, "snapshotLength" | "tailLength">, LogError> {
  const { id, events, updated, title, model, state, header } = session
  const seal = yield* lastSeal(store, session)
  const sealedAt = seal?.n ?? 0
  const known = snapshot === null || snapshot.n <= sealedAt
  const since = known ? tail.filter(({ n }) => n > sealedAt) : yield* linesAfter(store, session, sealedAt)
  return {
    id,
    token,
    version,
    opening: null,
    block: [seal?.line ?? header, ...since.map(({ line }) => line)],
    sealedAt,
    snapshotAt: snapshot?.n ?? 0,
    transcript: snapshot?.transcript ?? EMPTY_TRANSCRIPT,
    summary: { events, updated, title, model, state },
    onLine: undefined
  }
})

/** Found near the end, where our own writer puts it, or anywhere, where another one did. */
const lastSeal = (store: Store, session: StoredSession): Effect.Effect<StoredLine | undefined, LogError> =>
  Effect.flatMap(store.seals(session, Math.max(0, session.events - SEAL_EVENTS), session.events), (near) =>
    near.length > 0 ? Effect.succeed(near[near.length - 1]) : Effect.map(store.seals(session, 0, session.events), (all) => all[all.length - 1])
  )

/** Errors: `damaged` where a number is missing, for what cannot be replayed cannot be gone on with. */
const linesAfter = (store: Store, session: StoredSession, after: number): Effect.Effect<readonly StoredLine[], LogError> =>
  Effect.flatMap(Effect.map(Stream.runCollect(pagesOf(store, session, after, session.events)), (pages) => pages.flat()), (lines) => {
    const hole = lines.findIndex(({ n }, index) => n !== after + 1 + index)
    const missing = hole >= 0 ? after + 1 + hole : lines.length < session.events - after ? after + 1 + lines.length : null
    return missing === null
      ? Effect.succeed(lines)
      : Effect.fail(logError("damaged", `open session ${session.id}: event ${missing} of ${session.events} is missing from the database; export what is there`))
  })

const refuseOtherFormat = ({ id, header }: StoredSession): Effect.Effect<void, LogError> => {
  const decoded = decodeHeader(header)
  if (typeof decoded === "string") return Effect.fail(logError("damaged", `open session ${id}: ${decoded}`))
  if (decoded.loom > FORMAT) return Effect.fail(logError("newer", `open session ${id}: ${newerFormat(decoded)}`))
  return decoded.loom === FORMAT
    ? Effect.void
    : Effect.fail(logError("unwritable", `open session ${id}: it was written in format ${decoded.loom} and can be read, not gone on with`))
}

// ── listening ────────────────────────────────────────────────────────────────────────────────────────────────────

interface Listener {
  readonly hear: (line: string) => void
  readonly end: (events: number) => Effect.Effect<void, LogError>
}

const makeListener = (store: Store, onLine: (line: string) => void): Listener => {
  const ending = makeEnding(store)
  const hear = (line: string): void => {
    ending.add(`${line}\n`)
    onLine(line)
  }
  return { hear, end: (events) => Stream.runForEach(ending.rest(events), (text) => Effect.sync(() => onLine(text.slice(0, -1)))) }
}
