import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { MixedScheduler, type Scheduler } from "effect/Scheduler"

/**
 * The time of one simulated process: Effect's scheduler and clock, and Node's timers, in one order. Nothing in it waits for real time;
 * when nothing is left to run, the clock moves to the next timer. A process that is killed runs nothing more, not even a finalizer.
 */
export interface Time {
  readonly scheduler: Scheduler
  readonly clock: Clock.Clock
  readonly setTimeout: (run: () => void, ms?: number) => Timer
  readonly clearTimeout: (timer: Timer | undefined | null) => void
  /** Units: ms since the epoch. */
  readonly now: () => number
  readonly kill: () => void
  readonly isAlive: () => boolean
  /** Runs until `isOver`, or until it is killed. Errors: says `idle` where nothing is left that could happen, `late` past `untilMs`. */
  readonly run: (isOver: () => boolean, untilMs: number) => Promise<"over" | "killed" | "idle" | "late">
}

export interface Timer {
  readonly at: number
  readonly refresh: () => Timer
  readonly ref: () => Timer
  readonly unref: () => Timer
}

interface Waiting {
  at: number
  readonly order: number
  readonly run: () => void
}

export const timeFrom = (startMs: number): Time => {
  let now = startMs
  let alive = true
  let order = 0
  let ready: (() => void)[] = []
  /** The next to fire last. */
  const waiting: Waiting[] = []

  const enter = (run: () => void, at: number): Waiting => {
    const entry: Waiting = { at, order: order++, run }
    let low = 0
    let high = waiting.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((waiting[middle] as Waiting).at > at) low = middle + 1
      else high = middle
    }
    waiting.splice(low, 0, entry)
    return entry
  }
  const leave = (entry: Waiting): void => {
    const index = waiting.indexOf(entry)
    if (index >= 0) waiting.splice(index, 1)
  }

  const timersByEntry = new Map<Timer, () => void>()
  const setTimer = (run: () => void, ms = 0): Timer => {
    const delay = Math.max(1, ms)
    const begin = (): Waiting => enter(() => (timersByEntry.delete(timer), run()), now + delay)
    let entry = begin()
    const timer: Timer = {
      get at() {
        return entry.at
      },
      refresh: () => {
        leave(entry)
        entry = begin()
        timersByEntry.set(timer, () => leave(entry))
        return timer
      },
      ref: () => timer,
      unref: () => timer
    }
    timersByEntry.set(timer, () => leave(entry))
    return timer
  }

  const drain = (): boolean => {
    const some = ready.length > 0
    while (ready.length > 0 && alive) {
      const tasks = ready
      ready = []
      for (const task of tasks) if (alive) task()
    }
    return some
  }

  const run: Time["run"] = async (isOver, untilMs) => {
    for (;;) {
      do drain()
      while ((await settled(), ready.length > 0 && alive))
      if (!alive) return "killed"
      if (isOver()) return "over"
      const next = waiting.pop()
      if (next === undefined) return "idle"
      if (next.at > untilMs) return "late"
      now = Math.max(now, next.at)
      next.run()
    }
  }

  const setReady = (task: () => void): (() => void) => {
    let wanted = true
    ready.push(() => void (wanted && task()))
    return () => void (wanted = false)
  }

  return {
    scheduler: new MixedScheduler("async", setReady),
    clock: clockOf(() => now, (run, ms) => {
      const entry = enter(run, now + ms)
      return () => leave(entry)
    }),
    setTimeout: setTimer,
    clearTimeout: (timer) => {
      if (timer === undefined || timer === null) return
      timersByEntry.get(timer)?.()
      timersByEntry.delete(timer)
    },
    now: () => now,
    kill: () => {
      alive = false
      ready = []
      waiting.length = 0
    },
    isAlive: () => alive,
    run
  }
}

/** A turn of Node's own loop: all promises that could settle have settled. */
const immediately = globalThis.setImmediate
const settled = (): Promise<void> => new Promise((resolve) => void immediately(resolve))

const NANOS = 1_000_000n

const clockOf = (now: () => number, wait: (run: () => void, ms: number) => () => void): Clock.Clock => ({
  currentTimeMillisUnsafe: now,
  currentTimeMillis: Effect.sync(now),
  currentTimeNanosUnsafe: () => BigInt(Math.round(now())) * NANOS,
  currentTimeNanos: Effect.sync(() => BigInt(Math.round(now())) * NANOS),
  monotonicTimeNanosUnsafe: () => BigInt(Math.round(now())) * NANOS,
  monotonicTimeNanos: Effect.sync(() => BigInt(Math.round(now())) * NANOS),
  sleep: (duration) => {
    const ms = Duration.toMillis(duration)
    if (ms <= 0) return Effect.yieldNow
    if (!Number.isFinite(ms)) return Effect.never
    return Effect.callback<void>((resume) => {
      const stop = wait(() => resume(Effect.void), ms)
      return Effect.sync(stop)
    })
  }
})

/** While it runs, Node's timers, `Date.now` and `Math.random` are those of the simulation. One at a time in a process. */
export const inTime = async <A>(time: Time, random: () => number, run: () => Promise<A>): Promise<A> => {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, now: Date.now, random: Math.random }
  Object.assign(globalThis, { setTimeout: time.setTimeout, clearTimeout: time.clearTimeout })
  Date.now = time.now
  Math.random = random
  try {
    return await run()
  } finally {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout })
    Date.now = real.now
    Math.random = real.random
  }
}
