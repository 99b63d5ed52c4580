import { MACHINE_VERSION } from "../../../src/machine/behaviour.ts"
import type { SessionOpened } from "../../../src/machine/event.ts"

/** A session with one scripted model, as its first event. */
export const OPENED: SessionOpened = {
  type: "SessionOpened",
  at: 0,
  session: "s",
  machine: MACHINE_VERSION,
  seed: 1,
  system: "be good",
  tools: [],
  rules: [],
  roots: ["/w"],
  modelsByName: { "scripted:x": { windowTokens: 100_000, outputTokensMax: 1000, images: false, priced: true } },
  settings: {
    model: "scripted:x",
    mode: "default",
    attended: true,
    limits: {
      stepsMax: 10,
      tokensMax: null,
      costMax: null,
      attemptsMax: 3,
      toolsParallelMax: 4,
      outputTokensMax: 1000,
      windowTokensMax: null
    }
  }
}
