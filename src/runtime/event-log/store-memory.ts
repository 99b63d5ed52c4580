import * as Effect from "effect/Effect"
import { describeHolder, type Holder } from "./holder.ts"
import { logError, type LogError } from "./log-error.ts"
import { toldBefore, type Batch, type Store, type StoredSession, type StoredSnapshot } from "./store.ts"

/** A store that lives in memory, with the faults of a real one to be had on demand. */
export interface MemoryStore extends Store {
  /** The process dies: what no commit wrote is lost, and journals that are still open can write no more. */
  readonly crash: () => void
  /** Every commit fails so from now on; `null`: they succeed again. */
  readonly refuse: (error: LogError | null) => void
  /** A byte of every snapshot changes. */
  readonly damageSnapshots: () => void
}

/** So many events are read at a time. */
const PAGE_EVENTS = 2048

interface Kept {
  readonly session: StoredSession
  readonly token: string | null
  readonly holder: string
  readonly told: number | null
  /** Shared by all that was ever kept of the session; what counts is the first `session.events` of them. */
  readonly texts: string[]
  readonly snapshot: StoredSnapshot | null
}

export const makeMemoryStore = (): MemoryStore => {
  let keptById: ReadonlyMap<string, Kept> = new Map()
  const bytesByHash = new Map<string, Uint8Array>()
  let refusal: LogError | null = null

  const kept = (id: string): Effect.Effect<Kept, LogError> =>
    Effect.suspend(() => {
      const found = keptById.get(id)
      return found === undefined ? Effect.fail(logError("not-found", `open session ${id}: there is none of that name`)) : Effect.succeed(found)
    })

  const keep = (id: string, next: Kept): void => void (keptById = new Map(keptById).set(id, next))

  return {
    commit: (batches) =>
      Effect.suspend(() => {
        if (refusal !== null) return Effect.fail(refusal)
        let next = keptById
        for (const batch of batches) {
          const before = next.get(batch.id)
          const error = refusalOf(batch, before)
          if (error !== null) return Effect.fail(error)
          next = new Map(next).set(batch.id, withBatch(before, batch))
        }
        keptById = next
        return Effect.void
      }),
    atomically: (commits) =>
      Effect.suspend(() => {
        const before = keptById
        return Effect.tapError(commits, () => Effect.sync(() => void (keptById = before)))
      }),
    take: (id, lease, owes) =>
      Effect.flatMap(kept(id), (found) => {
        if (found.token !== null) return Effect.fail(held(id, found.holder))
        keep(id, { ...found, token: lease.token, holder: lease.holder, told: found.told ?? (owes ? toldBefore(found.session) : null) })
        return Effect.succeed(found.session)
      }),
    release: (id, token) =>
      Effect.sync(() => {
        const found = keptById.get(id)
        if (found?.token === token) keep(id, { ...found, token: null })
      }),
    renew: () => Effect.void,
    session: (id) => Effect.map(kept(id), ({ session }) => session),
    sessions: Effect.sync(() =>
      [...keptById.values()]
        .map(({ session }) => session)
        .reverse()
        .sort((a, b) => b.updated - a.updated)
    ),
    owing: Effect.sync(() =>
      [...keptById.values()].flatMap(({ session, told }) => (told !== null && told < session.events ? [{ ...session, told }] : []))
    ),
    told: (id, n) => Effect.map(kept(id), (found) => keep(id, { ...found, told: found.told === null ? null : Math.max(found.told, n) })),
    events: ({ id }, after, to) =>
      Effect.map(kept(id), ({ session, texts }) =>
        texts.slice(after, Math.min(to, after + PAGE_EVENTS, session.events)).map((text, index) => ({ n: after + 1 + index, text }))
      ),
    snapshot: ({ id }) => Effect.map(kept(id), ({ snapshot }) => snapshot),
    blob: (hash) => Effect.sync(() => bytesByHash.get(hash) ?? null),
    putBlob: (hash, bytes) => Effect.sync(() => void bytesByHash.set(hash, new Uint8Array(bytes))),
    crash: () => void (keptById = new Map([...keptById].map(([id, found]) => [id, { ...found, token: null }]))),
    refuse: (error) => void (refusal = error),
    damageSnapshots: () => void (keptById = new Map([...keptById].map(([id, found]) => [id, { ...found, snapshot: damaged(found.snapshot) }])))
  }
}

const refusalOf = (batch: Batch, before: Kept | undefined): LogError | null => {
  if (batch.opening !== null)
    return before === undefined ? null : logError("exists", `create session ${batch.id}: there is one of that name already`)
  return before?.token === batch.token
    ? null
    : logError("lost", `write session ${batch.id}: another process took it over; nothing more is written here`)
}

const withBatch = (before: Kept | undefined, { opening, id, token, texts, snapshot, summary }: Batch): Kept => {
  const { header, roots, created, origin } = before?.session ?? opening!
  return {
    session: { id, header, roots, created, origin, ...summary },
    token,
    holder: opening?.lease?.holder ?? before?.holder ?? "",
    told: before?.told ?? (opening?.owes === true ? 0 : null),
    texts: extended(before?.texts, before?.session.events, texts),
    snapshot: snapshot ?? before?.snapshot ?? null
  }
}

/** The first `count` texts and the new ones; what a commit that failed left behind them goes. */
const extended = (kept: string[] = [], count = 0, more: readonly string[]): string[] => {
  kept.length = count
  for (const text of more) kept.push(text)
  return kept
}

const damaged = (snapshot: StoredSnapshot | null): StoredSnapshot | null => (snapshot === null ? null : { ...snapshot, text: `${snapshot.text} ` })

const held = (id: string, holder: string): LogError =>
  logError("held", `open session ${id}: it is held by ${describeHolder(JSON.parse(holder) as Holder)}; end that process first`)
