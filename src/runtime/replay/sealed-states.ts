import type { State } from "../../machine/state.ts"
import { EMPTY_TRANSCRIPT, makeStateHash, type StateHash } from "../event-log/state-hash.ts"

/** Compares the states of one session with its seals, in whichever form they were sealed. */
export interface SealedStates {
  /** Whether the state has that hash. */
  readonly agrees: (state: State, hash: string) => boolean
  /** The hash it would be sealed with today. */
  readonly of: (state: State) => string
}

/**
 * A seal does not say its form, for the first logs were sealed in another one. The form of the seal before is tried first, so that
 * a log costs one hash a seal; where it does not agree, the others are, from the first entry of the transcript.
 */
export const makeSealedStates = (): SealedStates => {
  let used = makeStateHash()
  return {
    agrees: (state, hash) => {
      const before = used.transcript()
      if (used.of(state) === hash) return true
      // The last: a process of today went on from a snapshot that an earlier one had made, and from its digest of the transcript.
      const others: readonly (() => StateHash)[] = [makeStateHash, () => makeStateHash(EMPTY_TRANSCRIPT, "spelled"), () => makeStateHash(before)]
      const found = others.map((make) => make()).find((other) => other.of(state) === hash)
      if (found !== undefined) used = found
      return found !== undefined
    },
    of: (state) => makeStateHash().of(state)
  }
}
