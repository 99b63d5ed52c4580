import type { Promised } from "../contract.ts"
import { LONG } from "./answers.ts"
import { answers, inEach } from "./answer-promises.ts"
import { isEnd } from "./blocks.ts"
import type { ModelTrial, Situation } from "./host-model.ts"

const FOR_EVER: Situation = { happens: "goes on for ever", answer: LONG, share: 0.5 }

/** What a model promises to whoever interrupts it. */
export const interruptPromises: readonly Promised<ModelTrial>[] = [
  {
    promise: "interrupted, it settles at once",
    check: (trial) =>
      inEach(
        trial,
        [FOR_EVER],
        ({ settled, interrupted }) =>
          !interrupted ? "it said nothing before it ended by itself" : settled === "never" ? "it went on" : null,
        "during"
      )
  },
  {
    promise: "interrupted, it says no end: what becomes of the answer is the machine's to decide",
    check: (trial) =>
      inEach(
        trial,
        [FOR_EVER],
        ({ pieces, late }) =>
          [...pieces, ...late].some(isEnd) ? `it ended with ${JSON.stringify([...pieces, ...late].find(isEnd))}` : null,
        "during"
      )
  },
  {
    promise: "interrupted, it says nothing more once it has settled",
    check: (trial) => inEach(trial, [FOR_EVER], ({ late }) => (late.length === 0 ? null : `it still said ${JSON.stringify(late[0])}`), "during")
  },
  {
    promise: "interrupted, it has closed its connection when it settles",
    check: (trial) => inEach(trial, [FOR_EVER], ({ hungUp }) => (hungUp === false ? "the provider still holds it" : null), "during")
  },
  {
    promise: "interrupted before it is asked, it says nothing",
    check: (trial) => inEach(trial, [answers(LONG)], ({ pieces, late }) => (pieces.length + late.length === 0 ? null : `it said ${JSON.stringify(pieces[0] ?? late[0])}`), "before")
  }
]
