import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Past } from "../effects/graph/auto/catch-up.ts"
import type { Seat, SeatsBySession } from "../effects/graph/auto/jobs.ts"
import type { Door } from "../effects/graph/door.ts"
import { foldersOf, projectOf } from "../effects/git/project.ts"
import type { Problem } from "../effects/os/problem.ts"
import type { EventLog, LogError, Owing } from "./event-log/event-log.ts"
import { isChild } from "./opening.ts"

/** So many events are read and written at a time. */
const EVENTS_MAX = 2_000

/** What is caught up, and how far. */
export interface Reach {
  /** The folder whose project it is. */
  readonly folder: string
  /** The last event of a session that is caught up, where this process has heard what follows itself; `null`: all of it. */
  readonly upTo: (session: string) => number | null
}

/**
 * Writes into a project's graph what its sessions said and no process came to write. The log is the truth, and each session knows up to where it was told: what was
 * written and not marked is written again, under the same ids, which changes nothing. Gives back what the nodes of these sessions hang on.
 */
export const catchUpProject = Effect.fnUntraced(function*(
  log: Log,
  door: Door,
  { folder, upTo }: Reach
): Effect.fn.Return<SeatsBySession, Problem | LogError> {
  const owing = yield* log.owing
  if (owing.length === 0) return new Map()
  const project = yield* projectOf(folder)
  const folders = new Set([project, ...(yield* foldersOf(project, [...new Set(owing.map(folderOf))]))])
  const ours = owing.filter((session) => folders.has(folderOf(session)))
  const due = ours
    .map((session) => ({ session, to: Math.min(session.events, upTo(session.id) ?? session.events) }))
    .filter(({ session, to }) => session.told < to)
  if (due.length === 0) return new Map()
  const [{ catchUp }, { of }] = yield* Effect.all([Effect.promise(() => import("../effects/graph/auto/rooms.ts")), door.graphs])
  const graph = of(project)
  yield* graph.opened
  const seats = new Map<string, Seat>()
  for (const { session, to } of due) {
    for (let from = session.told + 1; from <= to; from += EVENTS_MAX) {
      const last = Math.min(to, from + EVENTS_MAX - 1)
      const rows = yield* Stream.runCollect(log.read(session.id, { from, to: last }))
      const found = yield* door.together(Effect.tap(catchUp(graph, { ...placeOf(session), rows }), () => log.told(session.id, last)))
      for (const [id, seat] of found) seats.set(id, seat)
    }
  }
  return seats
})

type Log = Pick<EventLog["Service"], "owing" | "told" | "read">

const folderOf = ({ roots }: Pick<Owing, "roots">): string => roots[0] ?? "/"

const placeOf = ({ id, roots, parent }: Owing): Omit<Past, "rows"> => ({
  session: id,
  child: parent !== null && isChild(parent) ? { of: parent.session, kind: parent.changes?.[0] ?? "sub-agent" } : null,
  root: folderOf({ roots }),
  own: parent?.n ?? 0
})
