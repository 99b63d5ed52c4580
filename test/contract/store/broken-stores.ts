import { readFileSync, writeFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { logError, type LogError } from "../../../src/runtime/event-log/log-error.ts"
import type { EventLog, Journal, OpenedJournal } from "../../../src/runtime/event-log/event-log.ts"

type Log = EventLog["Service"]

/** A store with one fault, and the promise that it breaks. */
export interface BrokenStore {
  readonly does: string
  readonly promise: RegExp
  readonly fault: (log: Log) => Log
}

/** One for each promise at least. */
export const brokenStores: readonly BrokenStore[] = [
  {
    does: "lists sessions without a title",
    promise: /^a session begins with/,
    fault: (log) => ({ ...log, list: Effect.map(log.list, (all) => all.map((each) => ({ ...each, title: "" }))) })
  },
  {
    does: "forgets what events caused",
    promise: /^what is appended gets the next number/,
    fault: (log) => ({ ...log, read: (...asked) => Stream.map(log.read(...asked), (row) => ({ ...row, actions: [] })) })
  },
  { does: "counts from one again", promise: /^a session that is opened again/, fault: reopening(() => ({ append: counting(0) })) },
  { does: "acknowledges before it writes", promise: /^what was durable outlives/, fault: creating(() => ({ durable: Effect.void })) },
  { does: "writes only when somebody waits", promise: /^what nobody waits for/, fault: creating(buffered) },
  { does: "serves every second of those who wait", promise: /^many who wait at once/, fault: everySecond() },
  {
    does: "lets everybody in",
    promise: /^while a session is held/,
    fault: (log) => ({
      ...log,
      open: (id, options) => Effect.catch(log.open(id, options), () => Effect.map(log.list, () => nothingOf(id)))
    })
  },
  {
    does: "does not say that another took over",
    promise: /^the session of a dead holder/,
    fault: both((journal) => ({ durable: Effect.ignore(journal.durable) }))
  },
  {
    does: "acknowledges what found no space",
    promise: /^without space nothing is acknowledged/,
    fault: creating((journal) => ({ durable: Effect.ignore(journal.durable) }))
  },
  {
    does: "finds a session that is not there",
    promise: /^a session that is not there/,
    fault: (log) => ({ ...log, read: (...asked) => Stream.catch(log.read(...asked), () => Stream.empty) })
  },
  {
    does: "loses its snapshots",
    promise: /^a long session is opened by its newest snapshot/,
    fault: opened((found) => ({ ...found, snapshot: null }))
  },
  {
    does: "takes no snapshots while it writes",
    promise: /^a very long session has a snapshot/,
    fault: opened((found) => ({ ...found, snapshot: null }))
  },
  {
    does: "makes a snapshot up",
    promise: /^a snapshot that is damaged/,
    fault: opened((found) => ({ ...found, snapshot: found.snapshot ?? { n: 1, state: { name: "WaitingForInput" } as never } }))
  },
  {
    does: "seals another state after it was opened again",
    promise: /^goes on after a snapshot/,
    fault: reopening((journal) => ({
      append: (event, actions, state) => journal.append(event, actions, { ...state, session: { ...state.session, effect: 0 } })
    }))
  },
  {
    does: "leaves the closing seal out",
    promise: /^an export is whole/,
    fault: exporting((text) => text.replace(/\t\{"seal":\{"count"[^\n]*\n$/, ""))
  },
  {
    does: "tells listeners something else than it writes",
    promise: /^who listens hears exactly/,
    fault: (log) => ({
      ...log,
      create: (event, options) => log.create(event, { ...options, onLine: (line) => options?.onLine?.(`${line} `) })
    })
  },
  {
    does: "takes another log of the same name for the same",
    promise: /^taking in a log twice/,
    fault: importing((error) => (error.reason === "exists" ? "it is here already" : null))
  },
  {
    does: "exports without images",
    promise: /^the blobs that a session names/,
    fault: exporting((text) => text.replaceAll(/^\{"blob"[^\n]*\n/gm, ""))
  },
  {
    does: "is content with a damaged log",
    promise: /^a damaged log is not taken in/,
    fault: importing((error) => (error.reason === "damaged" ? "taken in" : null))
  },
  {
    does: "does not look at the events of a log",
    promise: /^a log whose seals agree/,
    fault: importing((error) => (error.reason === "damaged" ? "taken in" : null))
  }
]

type Change = (journal: Journal) => Partial<Journal>

/** What it tells of its newest event stays alive. */
function changed(journal: Journal, change: Change): Journal {
  const all = { ...journal, ...change(journal) }
  return Object.defineProperty(all, "lastAt", { get: () => journal.lastAt })
}

function creating(change: Change): (log: Log) => Log {
  return (log) => ({ ...log, create: (...asked) => Effect.map(log.create(...asked), (journal) => changed(journal, change)) })
}

function opened(change: (found: OpenedJournal) => OpenedJournal): (log: Log) => Log {
  return (log) => ({ ...log, open: (...asked) => Effect.map(log.open(...asked), change) })
}

function reopening(change: Change): (log: Log) => Log {
  return opened((found) => ({ ...found, journal: changed(found.journal, change) }))
}

function both(change: Change): (log: Log) => Log {
  return (log) => reopening(change)(creating(change)(log))
}

function counting(from: number): Journal["append"] {
  let count = from
  return () => ++count
}

/** Appends for real only once somebody waits. */
function buffered(journal: Journal): Partial<Journal> {
  const waiting: Parameters<Journal["append"]>[] = []
  const flush = Effect.sync(() => waiting.splice(0).forEach((row) => journal.append(...row)))
  return { append: (...row) => waiting.push(row), durable: Effect.andThen(flush, journal.durable) }
}

function everySecond(): (log: Log) => Log {
  let count = 0
  return creating((journal) => (count++ % 2 === 0 ? { durable: Effect.void } : { durable: journal.durable }))
}

function nothingOf(id: string): OpenedJournal {
  return { journal: { session: id, lastAt: 0, append: counting(0), durable: Effect.void }, snapshot: null, tail: [] } as unknown as OpenedJournal
}

function exporting(change: (text: string) => string): (log: Log) => Log {
  return (log) => ({
    ...log,
    exportTo: (id, file) => Effect.tap(log.exportTo(id, file), () => Effect.sync(() => writeFileSync(file, change(readFileSync(file, "utf8")))))
  })
}

/** What it says instead of an error; `null`: the error. */
function importing(instead: (error: LogError) => string | null): (log: Log) => Log {
  return (log) => ({
    ...log,
    importFrom: (file) =>
      Effect.catch(log.importFrom(file), (error) => {
        const message = instead(error)
        return message === null ? Effect.fail(logError(error.reason, error.message)) : Effect.succeed({ session: "s", events: 0, message })
      })
  })
}
