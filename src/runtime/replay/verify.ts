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
  const trials = makeTrials(true)
  for (let verifier = trials.next(); verifier !== null; verifier = trials.next()) takeFile(verifier, path)
  return trials.verdict()
}

/** The same for a session of the log. */
export const verifySession = Effect.fn("Replay.verifySession")(function*(id: string): Effect.fn.Return<Verdict, LogError, EventLog> {
  const trials = makeTrials(true)
  for (let verifier = trials.next(); verifier !== null; verifier = trials.next()) yield* takeSession(verifier, id)
  return trials.verdict()
})

/** Under which machines a log in a file is to be replayed; `null`: as it says. Errors: as `verifyFile`. */
export const machinesOfFile = (path: string): Machines | null => {
  const trials = makeTrials(false)
  for (let verifier = trials.next(); verifier !== null; verifier = trials.next()) takeFile(verifier, path)
  return trials.machines()
}

/** The same for a session of the log. */
export const machinesOfSession = Effect.fnUntraced(function*(id: string): Effect.fn.Return<Machines | null, LogError, EventLog> {
  const trials = makeTrials(false)
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

/** `hereFirst`: whether this machine would decide all of it is asked before what the log says. */
const makeTrials = (hereFirst: boolean): Trials => {
  const search = makeSearch()
  const here = hereFirst ? makeVerifier("here") : null
  let running: Verifier | null = null
  let best: Verifier | null = null

  const next = (): Verifier | null => {
    if (running === null && here !== null) return (running = here)
    if (running === null || running === here) return here !== null && isSettled(here) ? null : (running = makeVerifier(search.machines()))
    const tried = search.machines()
    const again = search.learn(running.reach())
    if (search.best() === tried) best = running
    return again ? (running = makeVerifier(search.machines())) : null
  }

  return {
    next,
    machines: () => (search.best() === AS_IT_SAYS ? null : search.best()),
    verdict: () => {
      const { reach, verdict } = best ?? (here as Verifier)
      const found = verdict()
      return best === null || found.verdict !== "exact" ? found : { ...found, verdict: "compatible", message: compatible(found, reach().oldest) }
    }
  }
}

/** Whether no older machine had a part in it, or what it decided this one would have decided, too. */
const isSettled = (here: Verifier): boolean => here.reach().agreed === Infinity || here.reach().oldest >= MACHINE_VERSION

const compatible = (verdict: Verdict, oldest: number): string =>
  `compatible: ${describeCounts(verdict)}, as machine ${oldest} decided; since then ${changesSince(oldest).join("; ")}`
