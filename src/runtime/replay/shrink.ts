import { createHash } from "node:crypto"
import * as Result from "effect/Result"
import type { Event } from "../../machine/event.ts"
import { decodeEvent } from "../../machine/schema.ts"
import { encodeRow, type Row } from "../event-log/line.ts"
import { hearAll, thisMachine, type Decider, type Heard } from "./heard.ts"
import { rebuild } from "./rebuild.ts"
import { asOne, runsOf } from "./shrink-deltas.ts"
import { callsOf, eventsOf, neighboursOf, stepsOf, turnsOf, type Groups } from "./shrink-groups.ts"
import { shorterOf, slimmerOf, type Edit } from "./shrink-texts.ts"

/** Whether a log still shows what is looked for. */
export type Shows = (rows: readonly Row[]) => boolean | Promise<boolean>

export interface ShrinkOptions {
  /** Decides what follows the events; the machine of this build where none is given. */
  readonly machine?: Decider
  /** So many logs are tried at most. */
  readonly checksMax?: number
  /** Hears of each smaller log that shows it. */
  readonly onSmaller?: (rows: readonly Row[], checks: number) => void
  /** Asked before each try: the best so far will do. */
  readonly enough?: () => boolean
}

export interface Shrunk {
  readonly rows: readonly Row[]
  /** How many logs were tried. */
  readonly checks: number
  /** Whether nothing that was tried is smaller; else it was stopped before. */
  readonly smallest: boolean
}

const CHECKS_MAX = 2_000

/**
 * The smallest log that can be found that still shows it: whole turns are left out, then steps, calls and events, pieces of
 * answers are joined and texts shortened, until nothing of that helps. Each try is a valid log, and the same log is tried once.
 * Deterministic, where `shows` is. `null`: the log itself, decided by this machine, does not show it.
 */
export const shrinkLog = async (rows: readonly Row[], shows: Shows, options: ShrinkOptions = {}): Promise<Shrunk | null> => {
  const machine = options.machine ?? thisMachine
  const tries = makeTries(shows, options)
  const all = rebuild(hearAll(machine, rows), ({ event }) => event, machine)
  if (!(await tries.shows(all))) return null
  let best = all

  const accepts = async (change: (row: Row) => Event | null): Promise<boolean> => {
    const candidate = rebuild(best, change, machine)
    if (!(await tries.shows(candidate))) return false
    best = candidate
    options.onSmaller?.(rowsOf(best), tries.count())
    return true
  }

  /** Leaves out many groups at once, then fewer, from the end, where what follows the fault stands. */
  const without = async (groupsOf: Groups, most = Number.MAX_SAFE_INTEGER): Promise<void> => {
    let groups = groupsOf(best)
    for (let size = Math.min(most, groups.length); size >= 1; size = Math.floor(size / 2)) {
      for (let end = groups.length; end > 0; end = Math.min(end - size, groups.length)) {
        if (tries.over()) return
        const left = new Set(groups.slice(Math.max(0, end - size), end).flat())
        if (left.size > 0 && (await accepts((row) => (left.has(row.n) ? null : row.event)))) groups = groupsOf(best)
      }
    }
  }

  /** Makes single events smaller; each edit stands for one row, and is followed as far as it goes. */
  const edited = async (editsOf: (row: Row) => readonly Edit[]): Promise<void> => {
    for (let n = 1; n <= best.length; n++) {
      const { row } = best[n - 1] as Heard
      for (const edit of editsOf(row)) {
        let smaller = edit((best[n - 1] as Heard).row.event)
        while (smaller !== null && Result.isSuccess(decodeEvent(smaller)) && !tries.over()) {
          const event: Event = smaller
          if (!(await accepts((each) => (each.n === n ? event : each.event)))) break
          if (best[n - 1] === undefined) return
          smaller = edit((best[n - 1] as Heard).row.event)
        }
      }
    }
  }

  const joined = async (): Promise<void> => {
    if (await accepts(asOne(runsOf(rowsOf(best))))) return
    for (const run of runsOf(rowsOf(best)).toReversed()) if (!tries.over()) await accepts(asOne([run]))
  }

  // An answer came in many pieces, and rarely do they matter: without them every try is cheaper.
  await accepts(asOne(runsOf(rowsOf(best))))
  for (let length = Number.MAX_SAFE_INTEGER, weight = length; !tries.over() && (best.length < length || weightOf(best) < weight);) {
    length = best.length
    weight = weightOf(best)
    for (const groups of [turnsOf, stepsOf, callsOf]) await without(groups)
    await joined()
    await without(eventsOf)
    for (const count of [2, 3]) await without(neighboursOf(count), 1)
    await edited(slimmerOf)
    await edited(shorterOf)
  }
  return { rows: rowsOf(best), checks: tries.count(), smallest: !tries.over() }
}

const rowsOf = (log: readonly Heard[]): readonly Row[] => log.map(({ row }) => row)

const weightOf = (log: readonly Heard[]): number => log.reduce((sum, { row }) => sum + JSON.stringify(row.event).length, 0)

/** Counts what is tried, and knows what was. */
const makeTries = (shows: Shows, { checksMax = CHECKS_MAX, enough = () => false }: ShrinkOptions) => {
  const known = new Set<string>()
  let count = 0
  let stopped = false
  const over = (): boolean => (stopped ||= count >= checksMax || enough())
  return {
    over,
    count: () => count,
    shows: async (log: readonly Heard[]): Promise<boolean> => {
      if (log.length === 0 || over()) return false
      const running = createHash("sha256")
      for (const { row } of log) running.update(encodeRow(row.n, row.event, row.actions))
      const key = running.digest("base64")
      if (known.has(key)) return false
      known.add(key)
      count++
      return await shows(rowsOf(log))
    }
  }
}
