import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { blobsNamedIn, encodeBlobLine } from "./blob-line.ts"
import type { LogError } from "./log-error.ts"
import { encodeClosingSeal } from "./seal.ts"
import type { Store, StoredEvent, StoredSession } from "./store.ts"

/**
 * A session as a log, in pieces of whole lines: header, events with their seals, the blobs they name, the closing seal.
 * All but the closing seal is a dump of what is stored, so a log that was imported is exported byte by byte the same.
 */
export const exportSession = (store: Store, session: StoredSession): Stream.Stream<string, LogError> =>
  Stream.suspend(() => {
    const ending = makeEnding(store)
    return storedText(store, session).pipe(Stream.map(ending.add), Stream.concat(Stream.suspend(() => ending.rest(session.events))))
  })

/** What is stored of a session, in pieces of whole lines: the header, then events and seals in order. */
export const storedText = (store: Store, session: StoredSession): Stream.Stream<string, LogError> =>
  Stream.concat(
    Stream.succeed(`${session.header}\n`),
    Stream.map(pagesOf(store, session, 0, session.events), (events) => `${events.map(({ text }) => text).join("\n")}\n`)
  )

/** The events after `after` up to `to`, a page at a time. */
export const pagesOf = (store: Store, session: StoredSession, after: number, to: number): Stream.Stream<readonly StoredEvent[], LogError> =>
  Stream.paginate(after, (from) =>
    Effect.map(store.events(session, from, to), (events) => {
      const last = events[events.length - 1]?.n ?? to
      return [events.length === 0 ? [] : [events], last < to ? Option.some(last) : Option.none()] as const
    })
  )

/** What follows the last event of a log depends on all that came before; this is told it, and writes the rest. */
export interface Ending {
  readonly add: (text: string) => string
  /** The blobs that were named, in the order they first were, and the closing seal. */
  readonly rest: (events: number) => Stream.Stream<string, LogError>
}

export const makeEnding = (store: Store): Ending => {
  const named = new Set<string>()
  let sinceSeal: string[] = []
  const cover = (text: string): string => {
    const seal = `\n${text}`.lastIndexOf("\n\t")
    if (seal < 0) sinceSeal.push(text)
    else sinceSeal = [text.slice(seal)]
    return text
  }
  return {
    add: (text) => {
      for (const name of blobsNamedIn(text)) named.add(name)
      return cover(text)
    },
    rest: (events) =>
      Stream.fromIterable(named).pipe(
        Stream.mapEffect((name) => blobLine(store, name)),
        Stream.map(cover),
        Stream.concat(Stream.suspend(() => Stream.succeed(`${encodeClosingSeal({ count: events, head: hash("sha256", sinceSeal.join("")) })}\n`)))
      )
  }
}

/** A blob that is missing is left out: the log is no worse for it, and whoever needs the bytes says so then. */
const blobLine = (store: Store, name: string): Effect.Effect<string, LogError> =>
  Effect.map(store.blob(name), (bytes) => (bytes === null ? "" : `${encodeBlobLine({ hash: name, bytes })}\n`))
