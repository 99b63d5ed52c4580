import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { MACHINE_VERSION } from "../../machine/behaviour.ts"
import { EventLog, type LogError } from "../event-log/event-log.ts"
import { blocksOfFile, makeBlocks } from "../event-log/scan.ts"
import { AS_IT_SAYS, changesSince, makeSearch, type Machines } from "./machines.ts"
import type { Verdict } from "./verdict.ts"
import { describeCounts, makeVerifier, type Verifier } from "./verifier.ts"

export type { Verdict } from "./verdict.ts"

/**
 * Whether this build decides on a log in a file what was decided then.
 * Errors: throws what the system says where the file cannot be read.
 */
export const verifyFile = (path: string): Verdict => {
  const trials = makeTrials()
  for (let verifier = trials.next(); verifier !== null; verifier = trials.next()) takeFile(verifier, path)
  return trials.verdict()
}

/** The same for a session of the log. */
export const verifySession = Effect.fn("Replay.verifySession")(function*(id: string): Effect.fn.Return<Verdict, LogError, EventLog> {
  const trials = makeTrials()
  for (let verifier = trials.next(); verifier !== null; verifier = trials.next()) yield* takeSession(verifier, id)
  return trials.verdict()
})

/** Under which machines a log in a file is to be replayed; `null`: as it says. Errors: as `verifyFile`. */
export const machinesOfFile = (path: string): Machines | null => {
  const trials = makeTrials()
  for (let verifier = trials.next(); verifier !== null; verifier = trials.next()) takeFile(verifier, path)
  return trials.machines()
}

/** The same for a session of the log. */
export const machinesOfSession = Effect.fnUntraced(function*(id: string): Effect.fn.Return<Machines | null, LogError, EventLog> {
  const trials = makeTrials()
  for (let verifier = trials.next(); verifier !== null; verifier = trials.next()) yield* takeSession(verifier, id)
  return trials.machines()
})

const takeFile = (verifier: Verifier, path: string): void => {
  for (const block of blocksOfFile(path)) if (!verifier.take(block)) break
}

const takeSession = Effect.fnUntraced(function*(verifier: Verifier, id: string): Effect.fn.Return<void, LogError, EventLog> {
  const log = yield* EventLog
  const pieces = makeBlocks()
  yield* Stream.runForEach(log.text(id), (text) =>
    Effect.sync(() => {
      for (const block of pieces.blocks(text)) verifier.take(block)
    })
  )
  verifier.take(pieces.rest())
})

/** Replays of one log, each under other machines, until one agrees with it or all were tried. */
interface Trials {
  /** Who shall be given the whole log next; `null` where all is known. */
  readonly next: () => Verifier | null
  readonly verdict: () => Verdict
  readonly machines: () => Machines | null
}

const makeTrials = (): Trials => {
  const search = makeSearch()
  let running: Verifier | null = null
  let best: Verifier | null = null
  let here: Verifier | null = null

  const next = (): Verifier | null => {
    if (here !== null) return null
    if (running === null) return (running = makeVerifier(search.machines()))
    const tried = search.machines()
    const again = search.learn(running.reach())
    if (search.best() === tried) best = running
    if (again) return (running = makeVerifier(search.machines()))
    // Where an older machine decided, it may be that this one would have decided the same.
    return agrees(best) && oldestOf(best) < MACHINE_VERSION ? (here = makeVerifier("here")) : null
  }

  return {
    next,
    machines: () => (search.best() === AS_IT_SAYS ? null : search.best()),
    verdict: () => {
      const verdict = (best as Verifier).verdict()
      if (here === null || verdict.verdict !== "exact") return verdict
      return agrees(here) ? here.verdict() : { ...verdict, verdict: "compatible", message: compatible(verdict, oldestOf(best)) }
    }
  }
}

const agrees = (verifier: Verifier | null): boolean => verifier?.reach().agreed === Infinity

const oldestOf = (verifier: Verifier | null): number => verifier?.reach().oldest ?? MACHINE_VERSION

const compatible = (verdict: Verdict, oldest: number): string =>
  `compatible: ${describeCounts(verdict)}, as machine ${oldest} decided; since then ${changesSince(oldest).join("; ")}`
