import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { keyOf, type Found } from "./found.ts"
import { PATIENCE, type LanguageServersOptions } from "./language-servers.ts"
import { startServer, type Running } from "./start-server.ts"

/** The servers of a session that run, one for each project. */
export interface Pool {
  /** The server, begun where it does not run; a sentence says why it cannot be. */
  readonly of: (found: Found) => Effect.Effect<Running | string>
  /** Whether it runs and has begun. */
  readonly isReady: (found: Found) => boolean
  /** In an order that is always the same. */
  readonly running: () => readonly Running[]
}

/** One that breaks down is begun again, but not for ever. */
const BEGINNINGS_MAX = 3

/** Nothing runs before somebody asks; all of it ends with the scope. */
export const makePool = Effect.fnUntraced(function*(options: LanguageServersOptions): Effect.fn.Return<Pool, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const { idleMs } = { ...PATIENCE, ...options.patience }
  // Ended after they were asked to end: what is registered first goes last.
  const processes = yield* Scope.fork(scope)
  const turn = yield* Semaphore.make(1)
  const runningByKey = new Map<string, Running>()
  const beginningsByKey = new Map<string, number>()
  const faultByKey = new Map<string, string>()
  const timerByKey = new Map<string, NodeJS.Timeout>()

  const alive = (key: string): Running | null => {
    const running = runningByKey.get(key)
    return running === undefined || running.fault() !== null ? null : running
  }
  const used = (key: string, running: Running): Running => {
    clearTimeout(timerByKey.get(key))
    timerByKey.set(key, setTimeout(() => ended(key, running), idleMs).unref())
    return running
  }
  /** It broke nothing that it was ended: it may begin again as often as before. */
  const ended = (key: string, running: Running): void => {
    const { client, end, isReady, fault } = running
    if (runningByKey.get(key)?.end !== end) return
    if (fault() === null && (!isReady() || client.isAwaited())) return void used(key, running)
    runningByKey.delete(key)
    beginningsByKey.set(key, (beginningsByKey.get(key) ?? 1) - 1)
    Effect.runFork(end)
  }
  const begun = Effect.fnUntraced(function*(found: Found) {
    const key = keyOf(found)
    const known = alive(key)
    if (known !== null) return used(key, known)
    const beginnings = (beginningsByKey.get(key) ?? 0) + 1
    const fault = runningByKey.get(key)?.fault() ?? faultByKey.get(key)
    if (beginnings > BEGINNINGS_MAX) return `it was begun ${BEGINNINGS_MAX} times and is left alone now${fault == null ? "" : `: ${fault}`}`
    beginningsByKey.set(key, beginnings)
    const running = yield* startServer(found, options, processes)
    if (typeof running === "string") {
      faultByKey.set(key, running)
      return running
    }
    runningByKey.set(key, running)
    return used(key, running)
  })
  const endAll = Effect.suspend(() => {
    for (const timer of timerByKey.values()) clearTimeout(timer)
    return Effect.forEach([...runningByKey.values()], ({ end }) => end, { concurrency: "unbounded", discard: true })
  })
  yield* Scope.addFinalizer(scope, endAll)
  return {
    of: (found) => turn.withPermits(1)(begun(found)),
    isReady: (found) => alive(keyOf(found))?.isReady() === true,
    running: () =>
      [...runningByKey.entries()]
        .flatMap(([key, running]) => (running.fault() === null ? [{ key, running }] : []))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ running }) => running)
  }
})
