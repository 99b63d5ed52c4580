import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Blobs } from "../../effects/os/blobs.ts"
import type { Parent, SessionOpened } from "../../machine/event.ts"
import { EventLog } from "../event-log/event-log.ts"
import { logError, logErrorOf, type LogError } from "../event-log/log-error.ts"
import { makeLogReader } from "../event-log/read-log.ts"
import { blocksOfFile } from "../event-log/scan.ts"
import { originOf } from "../imported.ts"
import { sessionId } from "../opening.ts"
import type { SettingsError } from "../settings.ts"
import { namesOf } from "./bundle-names.ts"
import { noFilesAt, openFiles, type Files, type FilesSource } from "./files-at.ts"
import { takeBundle } from "./files-bundle.ts"
import { placeAsItIs, forkPlace, type ForkPlace } from "./fork-place.ts"
import { forkedEvents, stepped, type ForkWish, type ForkedEvents } from "./forked-events.ts"
import type { Meaningless } from "./restep.ts"
import { rootOf } from "./tree-stores.ts"
import { loadFile, loadSession } from "./log-source.ts"
import { treeAt, type NamedTree } from "./trees.ts"

export type { ForkWish } from "./forked-events.ts"

/** A new session that goes on from an event of another one. */
export interface Forked {
  readonly session: string
  readonly parent: Parent
  readonly events: number
  /** Where it works. */
  readonly root: string
  readonly place: ForkPlace["kind"]
  /** Whose files stand there; `null`: what stood in the directory that was named. */
  readonly checkpoint: NamedTree | null
  /** What the changes took the meaning of. */
  readonly meaningless: readonly Meaningless[]
  /** What else is to be said. */
  readonly notes: readonly string[]
}

/**
 * Begins a session with the events of another one up to `n`, in a directory with the files as they were then. The parent is only
 * read, so it may be held by another process. What was begun is taken back where it cannot be finished.
 */
export const fork = Effect.fn("Replay.fork")(function*(
  wish: ForkWish,
  log: { readonly file: string } | string,
  dataDirectory: string
): Effect.fn.Return<Forked, LogError | SettingsError, EventLog | Blobs> {
  const source = yield* sourceOf(log, dataDirectory)
  const foreign = typeof log !== "string" || (yield* originOf(yield* EventLog, dataDirectory, log)) !== null
  const at = yield* Clock.currentTimeMillis
  const session = sessionId(at)
  const planned = yield* forkedEvents(source.log, wish, at)
  return yield* Effect.scoped(
    Effect.gen(function*() {
      const files = yield* openFiles(source)
      const found = treeAt(files.trees, planned.n)
      const checkpoint = found !== null && (yield* files.has(found)) ? found : null
      const place = yield* placeFor(wish, source, session, planned, checkpoint, found)
      const written = checkpoint === null ? Effect.succeed([]) : withFiles(files, checkpoint, source, place, session, planned.n)
      const forked = Effect.flatMap(written, (left) => Effect.as(keep(planned, source, foreign, session, place.root), left))
      const left = yield* Effect.onError(forked, () => place.undo)
      return told(session, planned, place, checkpoint, [...cutWords(source), ...left])
    })
  )
})

const sourceOf = (log: { readonly file: string } | string, dataDirectory: string): Effect.Effect<FilesSource, LogError, EventLog> =>
  typeof log === "string"
    ? Effect.map(loadSession(log), (loaded) => ({ log: loaded, file: null, dataDirectory }))
    : Effect.map(loadFile(log.file), (loaded) => ({ log: loaded, file: log.file, dataDirectory }))

const told = (
  session: string,
  { parent, steps, meaningless }: ForkedEvents,
  place: ForkPlace,
  checkpoint: NamedTree | null,
  notes: readonly string[]
): Forked => ({
  session,
  parent,
  events: steps.length,
  root: place.root,
  place: place.kind,
  checkpoint,
  meaningless,
  notes: [...place.notes, ...notes]
})

const cutWords = ({ log: { header, chain } }: FilesSource): readonly string[] =>
  chain.verdict === "cut" ? [`${header.session} goes no further: ${chain.message}`] : []

/** Without a checkpoint the person has to name the files. */
const placeFor = (
  { into }: ForkWish,
  { log, dataDirectory }: FilesSource,
  session: string,
  { n }: ForkedEvents,
  checkpoint: NamedTree | null,
  found: NamedTree | null
): Effect.Effect<ForkPlace, LogError | SettingsError> => {
  if (checkpoint === null && into !== null) return placeAsItIs(into)
  if (checkpoint === null) return Effect.fail(noFilesAt(n, found))
  const workspace = rootOf(log.rows[0]?.event as SessionOpened)
  const notYet = log.rows
    .slice(n)
    .flatMap(({ event }) => (event.type === "PostToolsHookCompleted" && event.commit !== undefined ? [event.commit] : []))
  return forkPlace({ session, workspace, into, dataDirectory, moment: { atMs: log.rows[n - 1]?.event.at ?? log.header.at, notYet } })
}

/** The files, and all checkpoints up to there under the fork's own name, so that it stands by itself; what was left as it is. */
const withFiles = Effect.fnUntraced(function*(
  files: Files,
  checkpoint: NamedTree,
  { log, dataDirectory }: FilesSource,
  { root }: ForkPlace,
  session: string,
  n: number
) {
  const { left } = yield* files.restore(checkpoint, root)
  const bundle = join(dataDirectory, `fork-${session}.bundle`)
  const parent = log.header.session
  const names = namesOf(parent, log.rows.slice(0, n), files.trees.filter((named) => named.from <= n || named === checkpoint))
  yield* files.bundle(names, bundle).pipe(
    Effect.andThen(Effect.scoped(takeBundle(bundle, { root, dataDirectory }, parent, session))),
    Effect.ensuring(Effect.sync(() => rmSync(bundle, { force: true })))
  )
  return left
})

/** Its name and its place are part of every state, so the events are stepped once more under these. */
const keep = Effect.fnUntraced(function*({ parent, steps }: ForkedEvents, { file }: FilesSource, foreign: boolean, session: string, root: string) {
  const log = yield* EventLog
  const opened = steps[0]?.event as SessionOpened
  const first: SessionOpened = { ...opened, session, roots: foreign ? [root] : [root, ...opened.roots.slice(1)], parent }
  const own = yield* stepped(session, [first, ...steps.slice(1).map(({ event }) => event)])
  if (file !== null) yield* keepBlobs(file)
  yield* Effect.scoped(
    Effect.gen(function*() {
      const journal = yield* log.create(first, { origin: foreign ? "fork" : null })
      for (const { event, actions, state } of own.slice(1)) journal.append(event, actions, state)
      yield* journal.durable
    })
  )
})

/** What events of a log file name beside themselves comes from the same file. */
const keepBlobs = Effect.fnUntraced(function*(file: string) {
  const blobs = yield* Blobs
  const found = yield* Effect.try({ try: () => [...blobsIn(file)], catch: (cause) => logErrorOf(`read ${file}`, cause) })
  yield* Effect.forEach(found, (bytes) => Effect.mapError(blobs.put(bytes), ({ message }) => logError("failed", message)), { discard: true })
})

function* blobsIn(file: string): Generator<Uint8Array> {
  const reader = makeLogReader()
  for (const block of blocksOfFile(file)) for (const { bytes } of reader.take(block)?.blobs ?? []) yield bytes
}
