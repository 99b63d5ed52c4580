import { MACHINE_VERSION } from "../../../src/machine/behaviour.ts"
import type { Entry, Session } from "../../../src/machine/session.ts"
import { initial } from "../../../src/machine/step.ts"
import { append } from "../../../src/machine/vector.ts"

export interface Given {
  readonly id?: string
  readonly roots?: readonly string[]
  readonly entries?: readonly Entry[]
  /** Where the window begins. */
  readonly base?: number
}

/** A session as the machine opens it, with a transcript. */
export const sessionWith = ({ id = "s1", roots = ["/w"], entries = [], base = 0 }: Given): Session => {
  const { state: { session } } = initial({
    type: "SessionOpened",
    at: 0,
    session: id,
    machine: MACHINE_VERSION,
    seed: 1,
    system: "",
    tools: [],
    rules: [],
    roots,
    modelsByName: { "m:1": { windowTokens: 100_000, outputTokensMax: 1000, images: false, priced: true } },
    settings: {
      model: "m:1",
      mode: "auto",
      attended: false,
      limits: {
        stepsMax: 10,
        tokensMax: null,
        costMax: null,
        attemptsMax: 1,
        toolsParallelMax: 1,
        outputTokensMax: 1000,
        windowTokensMax: null
      }
    }
  })
  return { ...session, transcript: entries.reduce((transcript, entry) => append(transcript, entry), session.transcript), window: { ...session.window, base } }
}
