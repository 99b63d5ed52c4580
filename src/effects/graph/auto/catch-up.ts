import * as Effect from "effect/Effect"
import type { Action } from "../../../machine/action.ts"
import type { Event } from "../../../machine/event.ts"
import { checkoutOf } from "../../git/project.ts"
import type { Problem } from "../../os/problem.ts"
import type { ProjectGraph } from "../graph.ts"
import type { GraphNode, NodeKind } from "../node.ts"
import { jobsOf, type SeatsBySession } from "./jobs.ts"
import { record } from "./record.ts"

/** What the log of a session holds of an earlier process. */
export interface PastOf<E> {
  readonly session: string
  readonly root: string
  /** Events from one to another, both included. */
  readonly read: (from: number, to: number) => Effect.Effect<readonly { readonly n: number; readonly event: Event; readonly actions: readonly Action[] }[], E>
}

/** So many of its newest nodes hold those of its last turn. */
const NODES_MAX = 1_000

/** Writes what an earlier process heard and did not come to write, up to an event; gives back what the session's nodes hang on. */
export const catchUp = Effect.fnUntraced(function*<E>(graph: ProjectGraph, { session, root, read }: PastOf<E>, to: number): Effect.fn.Return<SeatsBySession, Problem | E> {
  const known = yield* graph.list({ session, auto: true }, NODES_MAX)
  const newest = known.reduce((event, node) => Math.max(event, node.event ?? 0), 0)
  let seats: SeatsBySession = new Map([[session, { goal: idOf(known, "goal"), batch: idOf(known, "action") }]])
  let own = 0
  const top = yield* checkoutOf(root)
  for (const { n, event, actions } of newest >= to ? [] : yield* read(Math.max(1, newest), to)) {
    // What a fork goes on from, another session has said.
    if (event.type === "SessionOpened") own = event.parent?.n ?? 0
    if (n <= own) continue
    const given = jobsOf(seats, { session, child: null, root, top, n, event, actions })
    yield* Effect.forEach(given.jobs, (job) => record(graph, job), { discard: true })
    seats = given.seats
  }
  return seats
})

const idOf = (newestFirst: readonly GraphNode[], kind: NodeKind): string | null => newestFirst.find((node) => node.kind === kind)?.id ?? null
