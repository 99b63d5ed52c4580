import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SessionOpened } from "../../machine/event.ts"
import { pagesOf } from "./export.ts"
import { decodeHeader, FORMAT, newerFormat } from "./header.ts"
import type { Beginning } from "./journal.ts"
import { SEAL_EVENTS } from "./lines.ts"
import { logError, type LogError } from "./log-error.ts"
import { decodeSnapshot, type Snapshot } from "./snapshot.ts"
import { EMPTY_TRANSCRIPT } from "./state-hash.ts"
import { lineOf, sealLineOf, type Lease, type NewSession, type Store, type StoredEvent, type StoredSession } from "./store.ts"

type Begun = Omit<Beginning, "onLine">

/** A journal of a new session. */
export const beginNew = (
  opened: SessionOpened,
  header: string,
  { origin, owes }: Pick<NewSession, "origin" | "owes">,
  lease: Lease,
  version: string
): Begun => ({
  id: opened.session,
  token: lease.token,
  version,
  opening: { header, roots: opened.roots, created: opened.at, origin, lease, owes },
  block: [header],
  sealedAt: 0,
  snapshotAt: 0,
  snapshotLength: 0,
  tailLength: 0,
  transcript: EMPTY_TRANSCRIPT,
  summary: { events: 0, updated: opened.at, title: "", model: opened.settings.model, state: "WaitingForInput" }
})

/** A journal of a session that was written before, and what its state is made of. */
export interface GoingOn {
  readonly beginning: Begun
  readonly snapshot: Snapshot | null
  /** The events after the snapshot, or all of them. */
  readonly tail: readonly StoredEvent[]
}

export const beginAgain = Effect.fnUntraced(function*(
  store: Store,
  session: StoredSession,
  { token }: Lease,
  version: string
): Effect.fn.Return<GoingOn, LogError> {
  yield* refuseOtherFormat(session)
  const kept = yield* store.snapshot(session)
  const snapshot = kept === null || kept.n > session.events ? null : decodeSnapshot(kept, version)
  const tail = yield* eventsAfter(store, session, snapshot?.n ?? 0)
  const { id, events, updated, title, model, state } = session
  const beginning: Begun = {
    ...(yield* unsealedOf(store, session, tail)),
    id,
    token,
    version,
    opening: null,
    snapshotAt: snapshot?.n ?? 0,
    snapshotLength: snapshot === null ? 0 : kept!.text.length,
    tailLength: tail.reduce((length, { text }) => length + text.length, 0),
    transcript: snapshot?.transcript ?? EMPTY_TRANSCRIPT,
    summary: { events, updated, title, model, state }
  }
  return { beginning, snapshot, tail }
})

const refuseOtherFormat = ({ id, header }: StoredSession): Effect.Effect<void, LogError> => {
  const decoded = decodeHeader(header)
  if (typeof decoded === "string") return Effect.fail(logError("damaged", `open session ${id}: ${decoded}`))
  if (decoded.loom > FORMAT) return Effect.fail(logError("newer", `open session ${id}: ${newerFormat(decoded)}`))
  return decoded.loom === FORMAT
    ? Effect.void
    : Effect.fail(logError("unwritable", `open session ${id}: it was written in format ${decoded.loom} and can be read, not gone on with`))
}

/** Errors: `damaged` where a number is missing, for what cannot be replayed cannot be gone on with. */
const eventsAfter = (store: Store, session: StoredSession, after: number): Effect.Effect<readonly StoredEvent[], LogError> =>
  Effect.flatMap(Stream.runCollect(pagesOf(store, session, after, session.events)), (pages) => {
    const events = pages.flat()
    const hole = events.findIndex(({ n }, index) => n !== after + 1 + index)
    const missing = hole >= 0 ? after + 1 + hole : events.length < session.events - after ? after + 1 + events.length : null
    return missing === null
      ? Effect.succeed(events)
      : Effect.fail(
          logError(
            "damaged",
            `open session ${session.id}: event ${missing} of ${session.events} is missing from the database; export what is there`
          )
        )
  })

type Unsealed = Pick<Begun, "block" | "sealedAt">

/** The lines since the last seal: it stands near the end, where our own writer puts it, or anywhere, where another one did. */
const unsealedOf = Effect.fnUntraced(function*(
  store: Store,
  session: StoredSession,
  tail: readonly StoredEvent[]
): Effect.fn.Return<Unsealed, LogError> {
  const near = sinceSeal(tail) ?? sinceSeal(yield* eventsAfter(store, session, Math.max(0, session.events - SEAL_EVENTS)))
  if (near !== null) return near
  const all = yield* eventsAfter(store, session, 0)
  return sinceSeal(all) ?? { sealedAt: 0, block: [session.header, ...all.map(lineOf)] }
})

const sinceSeal = (events: readonly StoredEvent[]): Unsealed | null => {
  const at = events.findLastIndex((event) => sealLineOf(event) !== null)
  const sealed = events[at]
  return sealed === undefined ? null : { sealedAt: sealed.n, block: [sealLineOf(sealed)!, ...events.slice(at + 1).map(lineOf)] }
}
