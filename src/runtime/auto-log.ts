import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Heard } from "../effects/graph/auto/heard.ts"
import type { SeatsBySession } from "../effects/graph/auto/jobs.ts"
import type { GraphOf } from "../effects/graph/graph.ts"
import { checkoutOf, projectOf } from "../effects/git/project.ts"
import type { Problem } from "../effects/os/problem.ts"
import type { Action } from "../machine/action.ts"
import type { Event } from "../machine/event.ts"
import type { LogError, Row } from "./event-log/event-log.ts"

/** Writes what the machine wants remembered into the decision graph, beside a session and those that its calls begin. Nobody waits for it. */
export interface AutoLog {
  readonly hear: (who: Speaker, row: Row) => void
  /** The goal of a session's turn, once what was heard by now is in the graph, or cannot be. */
  readonly goalOf: (session: string) => Effect.Effect<string | null>
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

/** What a request that leaves right now has to itself. Units: ms. */
const BREATH_MS = 50
/** Between tries where the graph cannot be written. Units: ms. */
const PAUSE_MS = 500
const PAUSE_MS_MAX = 30_000
/** So long a session that closes, or a call that asks for its goal, waits for what is left. Units: ms. */
const PATIENCE_MS = 3_000

/**
 * Lives as long as its scope; what is left then is written before it ends. `past`: what the log holds of an earlier process between two events, both
 * included, for what that process did not come to write. What is written becomes part of the graph of the folder's project.
 */
export const makeAutoLog = Effect.fnUntraced(function*(folder: string, door: Effect.Effect<GraphOf>, past: Past | null): Effect.fn.Return<AutoLog, never, Scope.Scope> {
  const waiting: Waiting[] = []
  const bell = yield* Queue.sliding<void>(1)
  const one = yield* Semaphore.make(1)
  let seats: SeatsBySession = new Map()
  let behind = past
  let told = false

  /** In the order in which it was heard; each is forgotten only once it is written. */
  const writeAll: Effect.Effect<void, Problem | LogError> = one.withPermits(1)(
    Effect.gen(function*() {
      if (waiting.length === 0) return
      const { of, jobsOf, record, catchUp } = yield* loaded(door)
      const graph = of(yield* projectOf(folder))
      if (behind !== null) {
        const first = waiting.find(({ heard }) => heard.session === past?.session)
        const caught = yield* catchUp(graph, behind, (first?.heard.n ?? Number.MAX_SAFE_INTEGER) - 1)
        seats = new Map([...caught, ...seats])
        behind = null
      }
      for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
        yield* next.durable
        const given = jobsOf(seats, { ...next.heard, top: yield* checkoutOf(next.heard.root) })
        yield* Effect.forEach(given.jobs, (job) => record(graph, job), { discard: true })
        seats = given.seats
        waiting.shift()
      }
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
    Effect.catch(writeAll, (error) => tell(error).pipe(Effect.andThen(Effect.sleep(pauseMs)), Effect.andThen(Effect.suspend(() => persist(Math.min(PAUSE_MS_MAX, 2 * pauseMs))))))

  const inTime = Effect.timeoutOrElse(writeAll, { duration: PATIENCE_MS, orElse: () => Effect.fail({ message: `it took longer than ${PATIENCE_MS / 1000} s` }) })

  const worker = Effect.forever(Queue.take(bell).pipe(Effect.andThen(Effect.sleep(BREATH_MS)), Effect.andThen(persist(PAUSE_MS))))

  yield* Effect.acquireRelease(Effect.forkDetach(worker), (fiber) =>
    Effect.andThen(
      Fiber.interrupt(fiber),
      Effect.catch(inTime, ({ message }) => Effect.logWarning(`${waiting.length} of the things that happened could not be written into the decision graph: ${message}; the log has them, and going on with the session writes them`))
    )
  )

  return {
    hear: ({ durable, ...who }, { n, event, actions }) => {
      if (isWorthHearing(event, actions)) waiting.push({ heard: { ...who, n, event, actions }, durable })
      if (waiting.length > 0 && isLeisure(event, actions)) Queue.offerUnsafe(bell, undefined)
    },
    goalOf: (session) => Effect.map(Effect.ignore(inTime), () => seats.get(session)?.goal ?? null)
  }
})

/** Where no graph is kept. */
export const silentAutoLog: AutoLog = { hear: () => {}, goalOf: () => Effect.succeed(null) }

/** What a session said before this process heard it. */
export interface Past {
  readonly session: string
  readonly root: string
  readonly read: (from: number, to: number) => Effect.Effect<readonly Row[], LogError>
}

const loaded = Effect.fnUntraced(function*(door: Effect.Effect<GraphOf>) {
  const rooms = yield* Effect.promise(() => import("../effects/graph/auto/rooms.ts"))
  return { ...rooms, of: (yield* door).of }
})

/** Whether there is anything in it for the graph: few events are, and none that streams. */
const isWorthHearing = (event: Event, actions: readonly Action[]): boolean =>
  (event.type === "PostToolsHookCompleted" && event.commit !== undefined) || actions.some(({ type }) => type === "RecordDecision")

/** The model is at work, or nobody is: what is heard before that waits, so that the request is not held up. */
const isLeisure = (event: Event, actions: readonly Action[]): boolean => event.type === "LlmStarted" || actions.some(({ type }) => type === "WaitForInput" || type === "DisplayError")
