import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Heard } from "../effects/graph/auto/heard.ts"
import type { Job, SeatsBySession } from "../effects/graph/auto/jobs.ts"
import type { Door } from "../effects/graph/door.ts"
import { checkoutOf, projectOf } from "../effects/git/project.ts"
import type { Problem } from "../effects/os/problem.ts"
import type { Action } from "../machine/action.ts"
import type { Event } from "../machine/event.ts"
import type { EventLog, LogError, Row } from "./event-log/event-log.ts"

/** Writes what the machine wants remembered into the decision graph, beside a session and those that its calls begin. Nobody waits for it. */
export interface AutoLog {
  readonly hear: (who: Speaker, row: Row) => void
  /** The goal of a session's turn, once what was heard by now is in the graph, or cannot be. */
  readonly goalOf: (session: string) => Effect.Effect<string | null>
  /** What other sessions of the project said is in the graph then, or cannot be. */
  readonly caughtUp: Effect.Effect<void>
}

/** A session that is heard. */
export interface Speaker extends Pick<Heard, "session" | "child" | "root"> {
  /** Done when what it said so far is on disk: before that it may never have been said. */
  readonly durable: Effect.Effect<void, LogError>
}

interface Waiting {
  readonly heard: Omit<Heard, "top">
  readonly durable: Speaker["durable"]
}

/** What a request that leaves right now has to itself. Where steps follow each other faster, they are not held up for so long; then it is written between them. Units: ms. */
const BREATH_MS = 500
const HURRY_MS = 5_000
/** Between tries where the graph cannot be written. Units: ms. */
const PAUSE_MS = 500
const PAUSE_MS_MAX = 30_000
/** So long a call that asks for its goal, or for what others said, waits for it. Units: ms. */
const PATIENCE_MS = 3_000

/**
 * Lives as long as its scope, and leaves then what is not written yet: it is in the log, which knows up to where the graph was told, and the next who opens
 * the graph of that project writes it. So a process that ends, however it ends, owes nothing.
 */
export const makeAutoLog = Effect.fnUntraced(function*(
  folder: string,
  door: Door,
  log: Pick<EventLog["Service"], "owing" | "told" | "read">
): Effect.fn.Return<AutoLog, never, Scope.Scope> {
  const waiting: Waiting[] = []
  const bell = yield* Queue.sliding<void>(1)
  const one = yield* Semaphore.make(1)
  const firstHeard = new Map<string, number>()
  let seats: SeatsBySession = new Map()
  let begun = false
  let told = false

  /** What this process did not hear itself; also of a session that it went on with. */
  const catchUp = Effect.gen(function*() {
    const { catchUpProject } = yield* Effect.promise(() => import("./owed-decisions.ts"))
    const upTo = (session: string): number | null => (firstHeard.has(session) ? firstHeard.get(session)! - 1 : null)
    const caught = yield* catchUpProject(log, door, { folder, upTo })
    seats = new Map([...caught, ...seats])
    begun = true
  })

  /** In the order in which it was heard, all of it at once; it is forgotten only once it is written. */
  const writeAll: Effect.Effect<void, Problem | LogError> = one.withPermits(1)(
    Effect.gen(function*() {
      if (waiting.length === 0) return
      if (!begun) yield* catchUp
      const batch = [...waiting]
      for (const { durable } of batch) yield* durable
      const { of, jobsOf, record } = yield* loaded(door)
      const graph = of(yield* projectOf(folder))
      yield* graph.opened
      let after = seats
      const jobs: Job[] = []
      for (const { heard } of batch) {
        const given = jobsOf(after, { ...heard, top: yield* checkoutOf(heard.root) })
        jobs.push(...given.jobs)
        after = given.seats
      }
      const newest = new Map(batch.map(({ heard: { session, n } }) => [session, n]))
      yield* door.together(
        Effect.andThen(
          Effect.forEach(jobs, (job) => record(graph, job), { discard: true }),
          Effect.forEach(newest, ([session, n]) => log.told(session, n), { discard: true })
        )
      )
      seats = after
      waiting.splice(0, batch.length)
      told = false
    })
  )

  const tell = ({ message }: Problem | LogError): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (told) return Effect.void
      told = true
      return Effect.logWarning(`what happened cannot be written into the decision graph: ${message}; it is kept and tried again`)
    })

  /** Until it is done, more and more rarely. */
  const persist = (pauseMs: number): Effect.Effect<void> =>
    Effect.catch(writeAll, (error) =>
      tell(error).pipe(
        Effect.andThen(Effect.sleep(pauseMs)),
        Effect.andThen(Effect.suspend(() => persist(Math.min(PAUSE_MS_MAX, 2 * pauseMs))))
      )
    )

  const inTime = <E>(effect: Effect.Effect<void, E>): Effect.Effect<void> => Effect.ignore(Effect.timeout(effect, PATIENCE_MS))

  const calm = (hurryMs: number): Effect.Effect<void> =>
    Effect.sleep(BREATH_MS).pipe(
      Effect.andThen(Queue.clear(bell)),
      Effect.flatMap((again) => (again.length > 0 && hurryMs > BREATH_MS ? calm(hurryMs - BREATH_MS) : Effect.void))
    )

  const worker = Effect.forever(Queue.take(bell).pipe(Effect.andThen(calm(HURRY_MS)), Effect.andThen(persist(PAUSE_MS))))

  yield* Effect.acquireRelease(Effect.forkDetach(worker), Fiber.interrupt)

  return {
    hear: ({ durable, ...who }, { n, event, actions }) => {
      if (!firstHeard.has(who.session)) firstHeard.set(who.session, n)
      if (isWorthHearing(event, actions)) waiting.push({ heard: { ...who, n, event, actions }, durable })
      if (waiting.length > 0 && isLeisure(event, actions)) Queue.offerUnsafe(bell, undefined)
    },
    goalOf: (session) => Effect.map(inTime(writeAll), () => seats.get(session)?.goal ?? null),
    caughtUp: inTime(one.withPermits(1)(catchUp))
  }
})

/** Where no graph is kept. */
export const silentAutoLog: AutoLog = { hear: () => {}, goalOf: () => Effect.succeed(null), caughtUp: Effect.void }

const loaded = Effect.fnUntraced(function*(door: Door) {
  const rooms = yield* Effect.promise(() => import("../effects/graph/auto/rooms.ts"))
  return { ...rooms, of: (yield* door.graphs).of }
})

/** Whether there is anything in it for the graph: few events are, and none that streams. */
const isWorthHearing = (event: Event, actions: readonly Action[]): boolean =>
  (event.type === "PostToolsHookCompleted" && event.commit !== undefined) || actions.some(({ type }) => type === "RecordDecision")

/** The model is at work, or nobody is: what is heard before that waits, so that the request is not held up. */
const isLeisure = (event: Event, actions: readonly Action[]): boolean =>
  event.type === "LlmStarted" || actions.some(({ type }) => type === "WaitForInput" || type === "DisplayError")
