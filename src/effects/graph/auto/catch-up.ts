import * as Effect from "effect/Effect"
import type { Action } from "../../../machine/action.ts"
import type { Event } from "../../../machine/event.ts"
import { checkoutOf } from "../../git/project.ts"
import type { Problem } from "../../os/problem.ts"
import type { ProjectGraph } from "../graph.ts"
import type { GraphNode } from "../node.ts"
import type { Heard } from "./heard.ts"
import { jobsOf, type Seat, type SeatsBySession } from "./jobs.ts"
import { record } from "./record.ts"

/** Some of what the log of a session holds, one after the other. */
export interface Past extends Pick<Heard, "session" | "child" | "root"> {
  /** So many events are of another one, which a fork goes on from. */
  readonly own: number
  readonly rows: readonly { readonly n: number; readonly event: Event; readonly actions: readonly Action[] }[]
}

/** So many of its newest nodes hold those of its last turn. */
const NODES_MAX = 1_000

/** What hangs on what, as it was left. A session that a call began is an action, the oldest of its own. */
const seatIn = (newestFirst: readonly GraphNode[], isChild: boolean): Seat => {
  const actions = newestFirst.filter(({ kind }) => kind === "action")
  const goal = (isChild ? actions.at(-1) : newestFirst.find(({ kind }) => kind === "goal"))?.id ?? null
  return { goal, batch: actions.find(({ id }) => id !== goal)?.id ?? null }
}

/** Writes what was said and perhaps not yet written; gives back what the session's nodes hang on. What is there stays as it is. */
export const catchUp = Effect.fnUntraced(function*(
  graph: ProjectGraph,
  { session, child, root, own, rows }: Past
): Effect.fn.Return<SeatsBySession, Problem> {
  const known = yield* graph.list({ session, auto: true }, NODES_MAX)
  const first = rows[0]?.n ?? Number.MAX_SAFE_INTEGER
  const past = known.filter(({ event }) => (event ?? 0) < first)
  const goals = child === null ? [] : (yield* graph.list({ session: child.of, auto: true }, NODES_MAX)).filter(({ kind }) => kind === "goal")
  const top = yield* checkoutOf(root)
  let seats: SeatsBySession = new Map([[session, seatIn(past, child !== null)]])
  for (const { n, event, actions } of rows) {
    if (n <= own) continue
    // The turn whose call began it is the newest of that session at the time.
    const above = goals.find(({ createdAt }) => createdAt <= event.at)?.id ?? null
    const heard = child === null ? seats : new Map(seats).set(child.of, { goal: above, batch: null })
    const given = jobsOf(heard, { session, child, root, top, n, event, actions })
    yield* Effect.forEach(given.jobs, (job) => record(graph, job), { discard: true })
    seats = given.seats
  }
  return seats
})
