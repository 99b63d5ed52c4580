import { isDeepStrictEqual } from "node:util"
import { notTried, type Promised, type Verdict } from "../contract.ts"
import { BROKEN_ARGUMENTS, CALLS, LETTERS, LONG, THOUGHT, USED } from "./answers.ts"
import { ask, type Asked } from "./ask.ts"
import { isEnd, meantBy, saidBy } from "./blocks.ts"
import type { ModelAnswer, ModelTrial, Piece, Situation } from "./host-model.ts"

/** What a model promises of an answer that comes whole. */
export const answerPromises: readonly Promised<ModelTrial>[] = [
  { promise: "the text of an answer comes whole and in order", check: (trial) => saysAll(trial, LONG) },
  {
    promise: "an answer has exactly one end, and nothing after it",
    check: (trial) => inEach(trial, [LONG, CALLS].map(answers), ({ pieces, late }) => endComplaint([...pieces, ...late]))
  },
  {
    promise: "a long answer comes piece by piece, as it streams",
    check: (trial) => inEach(trial, [answers(LONG)], ({ pieces }) => (pieces.length > 3 ? null : `it came in ${pieces.length - 1} pieces`))
  },
  {
    promise: "letters come whole, wherever the bytes are cut",
    check: (trial) => inEach(trial, [{ ...answers(LETTERS), sliceBytes: 1 }], ({ pieces }) => wholeComplaint(pieces, LETTERS) ?? tornComplaint(pieces))
  },
  { promise: "thinking comes as thinking, before the text that follows it", check: (trial) => saysAll(trial, THOUGHT) },
  { promise: "each call comes with its name and all of its arguments, in order", check: (trial) => saysAll(trial, CALLS) },
  {
    promise: "a call is named by its first piece and by no other",
    check: (trial) => inEach(trial, [answers(CALLS)], ({ pieces }) => nameComplaint(pieces))
  },
  { promise: "arguments that are no JSON come as they are: the machine tells the model", check: (trial) => saysAll(trial, BROKEN_ARGUMENTS) },
  {
    promise: "an end says why the model stopped",
    check: (trial) =>
      firstOf(
        (["end", "max-tokens", "refusal", "tool-calls"] as const).map((stop) => () => {
          const answer: ModelAnswer = stop === "tool-calls" ? CALLS : { blocks: [{ type: "text", text: "no more" }], stop }
          return inEach(trial, [answers(answer)], ({ pieces }) => {
            const end = pieces.at(-1)
            return end?.type === "LlmCompleted" && end.stop === stop ? null : `it stopped by ${stop}, and the end is ${JSON.stringify(end)}`
          })
        })
      )
  },
  {
    promise: "an end says what was used, as the provider said it",
    check: (trial) => inEach(trial, [answers(USED)], ({ pieces }) => usageComplaint(pieces.at(-1)))
  },
  {
    promise: "every piece is one that the machine knows, in plain JSON",
    check: (trial) => inEach(trial, [LONG, CALLS, THOUGHT].map(answers), ({ pieces }) => jsonComplaint(pieces))
  },
  {
    promise: "to be asked never throws, and settles once the answer has ended",
    check: (trial) => inEach(trial, [LONG, CALLS].map(answers), settledComplaint)
  },
  {
    promise: "the request stays as it was: it is frozen, and the model asks nevertheless",
    check: (trial) =>
      inEach(trial, [answers(LONG)], ({ pieces, rejection }) =>
        pieces.at(-1)?.type === "LlmCompleted" ? null : `it ended with ${rejection || JSON.stringify(pieces.at(-1))}`
      )
  },
  {
    promise: "answers side by side do not mix",
    check: async (trial) => {
      const both = await Promise.all([LONG, CALLS].map((answer) => ask(trial, answers(answer))))
      if (both.some((asked) => asked === null)) return cannot(trial, "answers")
      return wholeComplaint(both[0]?.pieces ?? [], LONG) ?? wholeComplaint(both[1]?.pieces ?? [], CALLS)
    }
  }
]

export const answers = (answer: ModelAnswer): Extract<Situation, { readonly happens: "answers" }> => ({ happens: "answers", answer })

/** Asks in each situation, side by side; what is complained of first is told. */
export const inEach = async (
  trial: ModelTrial,
  situations: readonly Situation[],
  complain: (asked: Asked, situation: Situation) => Verdict,
  interrupt?: "before" | "during"
): Promise<Verdict> => {
  const verdicts = await Promise.all(
    situations.map(async (situation) => {
      const asked = await ask(trial, situation, interrupt)
      return asked === null ? cannot(trial, situation.happens) : complain(asked, situation)
    })
  )
  return verdicts.find((verdict) => typeof verdict === "string") ?? verdicts.find((verdict) => verdict !== null) ?? null
}

export const cannot = ({ name }: ModelTrial, happens: string): Verdict => notTried(`\`when\` gives nothing for ${name} that ${happens}`)

export const endComplaint = (pieces: readonly Piece[]): string | null => {
  const ends = pieces.filter(isEnd).length
  if (ends !== 1) return `it ended ${ends} times`
  return isEnd(pieces.at(-1)) ? null : `after its end came ${JSON.stringify(pieces.at(-1))}`
}

export const settledComplaint = ({ settled, rejection }: Asked): string | null =>
  settled === "resolved" ? null : settled === "never" ? "it never settled" : `it rejected: ${rejection}`

const saysAll = (trial: ModelTrial, answer: ModelAnswer): Promise<Verdict> => inEach(trial, [answers(answer)], ({ pieces }) => wholeComplaint(pieces, answer))

const wholeComplaint = (pieces: readonly Piece[], answer: ModelAnswer): string | null => {
  const [said, meant] = [saidBy(pieces), meantBy(answer)]
  return isDeepStrictEqual(said, meant) ? null : `it said ${JSON.stringify(said)}, and the provider ${JSON.stringify(meant)}`
}

const tornComplaint = (pieces: readonly Piece[]): string | null => {
  const torn = pieces.find((piece) => piece.type === "LlmTextDelta" && (!piece.text.isWellFormed() || piece.text.includes("\uFFFD")))
  return torn === undefined ? null : `a letter is torn in ${JSON.stringify(torn)}`
}

const nameComplaint = (pieces: readonly Piece[]): string | null => {
  const named = new Set<number>()
  for (const piece of pieces) {
    if (piece.type !== "LlmToolCallDelta") continue
    if (named.has(piece.index) === (piece.name !== undefined))
      return `${named.has(piece.index) ? "it names again" : "it does not name"} call ${piece.index}: ${JSON.stringify(piece)}`
    named.add(piece.index)
  }
  return named.size === 2 ? null : `it has ${named.size} calls instead of 2`
}

const usageComplaint = (end: Piece | undefined): string | null => {
  const { cost, ...tokens } = end?.usage ?? { cost: "unknown" }
  if (!isDeepStrictEqual(tokens, USED.usage)) return `it says ${JSON.stringify(tokens)}, and the provider said ${JSON.stringify(USED.usage)}`
  return cost === "unknown" || (typeof cost === "number" && Number.isFinite(cost) && cost > 0) ? null : `its cost is ${JSON.stringify(cost)}`
}

const KNOWN: ReadonlySet<string> = new Set<Piece["type"]>(["LlmTextDelta", "LlmThinkingDelta", "LlmToolCallDelta", "LlmCompleted", "LlmFailed"])

const jsonComplaint = (pieces: readonly Piece[]): string | null => {
  const odd = pieces.find((piece) => !KNOWN.has(piece.type) || !isDeepStrictEqual(JSON.parse(JSON.stringify(piece)), piece))
  return odd === undefined ? null : `one is ${JSON.stringify(odd)}`
}

export const firstOf = async (checks: readonly (() => Promise<Verdict>)[]): Promise<Verdict> => {
  let untried: Verdict = null
  for (const check of checks) {
    const verdict = await check()
    if (typeof verdict === "string") return verdict
    untried = verdict ?? untried
  }
  return untried
}
