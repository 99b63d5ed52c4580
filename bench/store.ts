import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { layer as layerSqlite } from "../src/effects/os/sqlite.ts"
import type { SessionOpened } from "../src/machine/event.ts"
import { replay } from "../src/machine/replay.ts"
import { EventLog, type Journal } from "../src/runtime/event-log/event-log.ts"
import { encodeRow } from "../src/runtime/event-log/line.ts"
import { ratioOf, timed, timedAsync, type Measure } from "./measure.ts"
import { opening, wholeSession, type Heard } from "./sessions.ts"

/** The log in its database: what it takes to write a session, and to take one up again. */

const ROWS = 50_000
/** As many as the journal itself writes at once. */
const COMMIT_ROWS = 256

export const record: Measure = (size) =>
  inFolder(async (folder) => {
    const heard = [...wholeSession(size.count(ROWS))]
    const lines = heard.map(({ event, taken }, index) => encodeRow(index + 1, event, taken.actions))
    let run = 0
    const { ratio, floor } = await ratioOf(
      size.rounds(7),
      () => recorded(join(folder, `journal-${++run}.db`), heard),
      () => inserted(join(folder, `raw-${++run}.db`), lines)
    )
    return [
      {
        name: "record",
        ratio,
        floor,
        unit: "ms",
        limit: 1.5,
        what: `${heard.length} events through the journal into SQLite, against bare inserts of the same rows, 256 a commit`
      }
    ]
  })

/** Events as a session hears them: encoded, sealed, committed. Units: ms. */
const recorded = (file: string, heard: readonly Heard[]): Promise<number> =>
  withLog(file, (log) =>
    Effect.gen(function*() {
      const journal = yield* log.create(opening)
      return yield* Effect.promise(() => timedAsync(() => Effect.runPromise(append(journal, heard))))
    })
  )

const append = Effect.fnUntraced(function*(journal: Journal, heard: readonly Heard[]) {
  for (const { event, taken } of heard) {
    if (event.type === "SessionOpened") continue
    if (journal.append(event, taken.actions, taken.state) % COMMIT_ROWS === 0) yield* journal.durable
  }
  yield* journal.durable
})

/** The same lines by a statement that is prepared once, with the same promise that a commit is on disk. Units: ms. */
const inserted = (file: string, lines: readonly string[]): number => {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
  database.exec("CREATE TABLE events (session INTEGER NOT NULL, n INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (session, n)) STRICT, WITHOUT ROWID")
  const insert = database.prepare("INSERT INTO events (session, n, line) VALUES (1, ?, ?)")
  const took = timed(() => {
    for (let from = 0; from < lines.length; from += COMMIT_ROWS) {
      database.exec("BEGIN IMMEDIATE")
      for (let at = from; at < Math.min(from + COMMIT_ROWS, lines.length); at++) insert.run(at + 1, lines[at] as string)
      database.exec("COMMIT")
    }
  })
  database.close()
  return took
}

const MESSAGES = 200
/** A message of the model streams in so many frames. */
const MESSAGE_FRAMES = 40

export const open: Measure = (size) =>
  inFolder(async (folder) => {
    const file = join(folder, "loom.db")
    const long = [...wholeSession((size.count(MESSAGES) * MESSAGE_FRAMES) / 2, MESSAGE_FRAMES)]
    await kept(file, "long", long)
    await kept(file, "empty", long.slice(0, 1))
    const { ratio, floor } = await ratioOf(size.rounds(31), () => openedCold(file, "long"), () => openedCold(file, "empty"))
    return [{ name: "open", ratio, floor, unit: "ms", limit: 1.5, what: "a session of 200 messages taken up from a database that was just opened, against an empty one" }]
  })

const kept = (file: string, session: string, heard: readonly Heard[]): Promise<void> =>
  withLog(file, (log) =>
    Effect.gen(function*() {
      const opened: SessionOpened = { ...opening, session }
      yield* append(yield* log.create(opened), heard)
    })
  )

/** From nothing to a state: the database, the lease, the snapshot, the events after it. Units: ms. */
const openedCold = (file: string, session: string): Promise<number> => {
  const start = performance.now()
  return withLog(file, (log) =>
    Effect.map(log.open(session), ({ snapshot, tail }) => {
      replay(tail.map(({ event }) => event), snapshot?.state)
      return performance.now() - start
    })
  )
}

const withLog = <A>(file: string, use: (log: EventLog["Service"]) => Effect.Effect<A, unknown, Scope.Scope>): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const log = Context.get(yield* Layer.build(EventLog.layerSql("bench").pipe(Layer.provide(layerSqlite({ file })))), EventLog)
        return yield* Effect.scoped(use(log))
      })
    )
  )

const inFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "loom-bench-store-"))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
