import { type Promised } from "../contract.ts"
import { CALLS, LONG } from "./answers.ts"
import { answers, endComplaint, inEach, settledComplaint } from "./answer-promises.ts"
import type { Asked } from "./ask.ts"
import { beginsAs, meantBy, saidBy } from "./blocks.ts"
import type { ModelAnswer, ModelTrial, Piece, Situation } from "./host-model.ts"

/** Where an answer is cut: at its very beginning, all along, and just before its end. */
const SHARES: readonly number[] = [0, 0.02, ...Array.from({ length: 17 }, (_, index) => 0.05 + index * 0.055), 0.97, 0.99]

type Failure = Extract<Piece, { readonly type: "LlmFailed" }>["failure"]

/** What a model promises where something goes wrong. */
export const failurePromises: readonly Promised<ModelTrial>[] = [
  {
    promise: "a stream that is cut anywhere is never taken for a whole answer, and may be asked for again",
    check: (trial) => inEach(trial, along("is cut", CALLS), partComplaint)
  },
  {
    promise: "neither is one that ends early, as if all were well",
    check: (trial) => inEach(trial, along("ends early", CALLS), partComplaint)
  },
  {
    promise: "a stream that stalls is given up, and may be asked for again",
    check: (trial) =>
      inEach(
        trial,
        [
          { happens: "stalls", answer: LONG, share: 0.5 },
          { happens: "stalls", answer: LONG, share: 0 }
        ],
        fails("transient")
      )
  },
  {
    promise: "a stream that is garbled has failed, and may be asked for again",
    check: (trial) => inEach(trial, [{ happens: "is garbled" }], fails("transient"))
  },
  {
    promise: "a page where a stream should be is a failure that a person must look at",
    check: (trial) => inEach(trial, [{ happens: "is no stream" }], fails("permanent"))
  },
  {
    promise: "a rate limit is known as one, with the time to wait",
    check: (trial) =>
      inEach(trial, [{ happens: "limits the rate", retryAfterS: 7 }], (asked) => {
        const end = asked.pieces.at(-1)
        const waits = end?.type === "LlmFailed" ? end.retryAfterMs : undefined
        return (
          fails("rate-limited")(asked)
          ?? (waits !== undefined && Math.abs(waits - 7_000) <= 1_000 ? null : `it says to wait ${waits} ms, and the provider said 7 s`)
        )
      })
  },
  {
    promise: "a provider that is overloaded may be asked again",
    check: (trial) => inEach(trial, [{ happens: "refuses", why: "overloaded" }], fails("transient"))
  },
  {
    promise: "a key that is refused is for a person to mend",
    check: (trial) => inEach(trial, [{ happens: "refuses", why: "unauthorized" }], fails("permanent"))
  },
  {
    promise: "a request that is too long is known as one, so that it can be made shorter",
    check: (trial) => inEach(trial, [{ happens: "refuses", why: "too long" }], fails("overflow"))
  },
  {
    promise: "a provider that is not there is a failure, and no rejection",
    check: (trial) => inEach(trial, [{ happens: "is not there" }], fails("transient", "permanent"))
  },
  {
    promise: "a failure says what was tried and what stood in the way",
    check: (trial) => inEach(trial, TROUBLES, ({ pieces }) => sentenceComplaint(pieces.at(-1)))
  },
  {
    promise: "the key turns up in nothing that a model says",
    check: (trial) =>
      inEach(trial, [answers(LONG), ...TROUBLES], ({ pieces, rejection }) =>
        trial.secret !== undefined && `${JSON.stringify(pieces)}${rejection}`.includes(trial.secret)
          ? `it stands in ${JSON.stringify(pieces.at(-1))}${rejection}`
          : null
      )
  }
]

const TROUBLES: readonly Situation[] = [
  { happens: "is cut", answer: LONG, share: 0.5 },
  { happens: "is garbled" },
  { happens: "refuses", why: "unauthorized" },
  { happens: "refuses", why: "overloaded" },
  { happens: "is not there" }
]

const along = (happens: "is cut" | "ends early", answer: ModelAnswer): readonly Situation[] =>
  SHARES.map((share) => ({ happens, answer, share }))

/** Only an answer that said why it stopped is whole; else it is a beginning, and has failed for now. */
const partComplaint = (asked: Asked, situation: Situation): string | null => {
  const { pieces } = asked
  const where = "share" in situation ? `after ${Math.round(situation.share * 100)} % ` : ""
  const [said, meant, end] = [saidBy(pieces), meantBy(CALLS), pieces.at(-1)]
  const complaint = settledComplaint(asked) ?? endComplaint(pieces)
  if (complaint !== null) return `${where}${complaint}`
  if (!beginsAs(said, meant)) return `${where}it said ${JSON.stringify(said)}, and the provider ${JSON.stringify(meant)}`
  if (end?.type === "LlmCompleted")
    return JSON.stringify(said) === JSON.stringify(meant) ? null : `${where}it was taken for whole, with ${JSON.stringify(said)}`
  return end?.type === "LlmFailed" && end.failure === "transient" ? null : `${where}it ended with ${JSON.stringify(end)}`
}

const fails =
  (...failures: readonly Failure[]) =>
  (asked: Asked): string | null => {
    const end = asked.pieces.at(-1)
    const complaint = settledComplaint(asked) ?? endComplaint(asked.pieces)
    if (complaint !== null) return complaint
    return end?.type === "LlmFailed" && failures.includes(end.failure)
      ? null
      : `it ended with ${JSON.stringify(end)}, not ${failures.join(" or ")}`
  }

const sentenceComplaint = (end: Piece | undefined): string | null => {
  if (end?.type !== "LlmFailed") return `it ended with ${JSON.stringify(end)}`
  return /\S\s+\S/.test(end.message) && !/\[object |\n\s+at /.test(end.message) ? null : `it said ${JSON.stringify(end.message)}`
}
