import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { SessionOpened } from "../../machine/event.ts"
import { initial, MACHINE_VERSION } from "../../machine/step.ts"
import { beginAgain, beginNew } from "./beginning.ts"
import { makeEnding, storedText } from "./export.ts"
import { makeGroupCommit } from "./group-commit.ts"
import { encodeHeader, headerOf } from "./header.ts"
import { makeJournal, type Beginning, type Journal, type OpenJournal } from "./journal.ts"
import { keepLeases } from "./leases.ts"
import { decodeRow, type Row } from "./line.ts"
import type { LogError } from "./log-error.ts"
import { snapshotVersion, type Snapshot } from "./snapshot.ts"
import { lineOf, type Origin, type Store } from "./store.ts"

/** A journal that goes on with a session, and what its state is made of. */
export interface OpenedJournal {
  readonly journal: Journal
  /** The newest snapshot that can be read; `null`: replay from the first event. */
  readonly snapshot: Pick<Snapshot, "n" | "state"> | null
  /** The events after the snapshot, or all of them. */
  readonly tail: readonly Row[]
  /** Where it came from; `null`: it was held here from its beginning. */
  readonly origin: Origin | null
}

export interface JournalOptions {
  /** Hears the log line by line, as an export would write it: what is stored already, what is appended, and the end when it closes. */
  readonly onLine?: ((line: string) => void) | undefined
  /** Where a new session comes from; left out: it is held here from its beginning. */
  readonly origin?: Origin | null
  /** What it says is owed to others, from now on: `owing` names it until they were told. */
  readonly owes?: boolean
}

/** Opens sessions for writing, one writer each. */
export interface Journals {
  readonly create: (opened: SessionOpened, options?: JournalOptions) => Effect.Effect<Journal, LogError, Scope.Scope>
  readonly open: (id: string, options?: JournalOptions) => Effect.Effect<OpenedJournal, LogError, Scope.Scope>
}

export const makeJournals = Effect.fnUntraced(function*(store: Store, build: string): Effect.fn.Return<Journals, never, Scope.Scope> {
  const group = yield* makeGroupCommit(store)
  const leases = yield* keepLeases(store)
  const version = snapshotVersion(MACHINE_VERSION, build)

  /** Writes and tells the rest when the scope ends, and gives the lease back whatever became of it. */
  const begin = (beginning: Omit<Beginning, "onLine">, listener: Listener | null): Effect.Effect<OpenJournal, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.sync(() => makeJournal({ ...beginning, onLine: listener?.hear }, group)),
      (journal) =>
        journal.close.pipe(
          Effect.andThen(Effect.suspend(() => (listener === null ? Effect.void : listener.end(journal.count())))),
          Effect.catch((error) => Effect.logWarning(error.message)),
          Effect.ensuring(leases.release(beginning.id, beginning.token))
        )
    )

  return {
    create: Effect.fnUntraced(function*(opened, { onLine, origin = null, owes = false } = {}) {
      const header = encodeHeader(headerOf(opened, build))
      const listener = onLine === undefined ? null : makeListener(store, onLine)
      listener?.hear(header)
      const journal = yield* begin(beginNew(opened, header, { origin, owes }, yield* leases.make, version), listener)
      const first = initial(opened)
      journal.append(opened, first.actions, first.state)
      yield* journal.durable
      return journal
    }),
    open: Effect.fnUntraced(function*(id, { onLine, owes = false } = {}) {
      const lease = yield* leases.make
      const session = yield* Effect.acquireRelease(store.take(id, lease, owes), () => leases.release(id, lease.token))
      const { beginning, snapshot, tail } = yield* beginAgain(store, session, lease, version)
      const listener = onLine === undefined ? null : makeListener(store, onLine)
      if (listener !== null)
        yield* Stream.runForEach(storedText(store, session), (text) => Effect.sync(() => text.trimEnd().split("\n").forEach(listener.hear)))
      const journal = yield* begin(beginning, listener)
      return {
        journal,
        snapshot: snapshot === null ? null : { n: snapshot.n, state: snapshot.state },
        tail: tail.map((event) => decodeRow(lineOf(event))),
        origin: session.origin
      }
    })
  }
})

/** Somebody who hears a log as it is written. */
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
