import type { SessionOpened } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import { initial, step } from "../../machine/step.ts"
import type { ChainVerdict } from "../event-log/chain.ts"
import { readBlocks } from "../event-log/read-log.ts"

/** Where a log leads. */
export interface Replayed {
  /** The state after its last event; `null` where it has none. */
  readonly state: State | null
  readonly events: number
  /** What its lines say about it; whether they are those that were sealed is `verifyFile`'s question. */
  readonly log: ChainVerdict
}

/** The machine over a log in a file, as fast as it can be read. Errors: throws where the file cannot be read. */
export const replayFile = (path: string): Replayed => {
  const blocks = readBlocks(path, { trusting: true })
  let state: State | null = null
  let events = 0
  for (;;) {
    const next = blocks.next()
    if (next.done === true) return { state, events, log: next.value }
    for (const line of next.value.lines) state = state === null ? initial(line as unknown as SessionOpened).state : step(state, line).state
    events += next.value.lines.length
  }
}
