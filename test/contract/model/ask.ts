import { wordsOf } from "../contract.ts"
import type { CanonicalRequest, ModelTrial, Piece, Situation } from "./host-model.ts"

/** Everything that one request to a model did. */
export interface Asked {
  readonly pieces: readonly Piece[]
  /** Whether it settled; `never`: not in the time it was given. */
  readonly settled: "resolved" | "rejected" | "never"
  /** What it rejected with. */
  readonly rejection: string
  /** What it said after it had settled. */
  readonly late: readonly Piece[]
  /** Whether it was interrupted before it settled by itself. */
  readonly interrupted: boolean
  /** `null` where nobody can tell. */
  readonly hungUp: boolean | null
}

/** How long to listen to what should be silent. Units: ms. */
const LISTENED_MS = 40

/** The request of a person's first words; frozen, for it belongs to the machine. */
export const requestTo = (model: string, words = "hello"): CanonicalRequest =>
  frozen({
    model,
    parameters: { outputTokensMax: 4096 },
    system: "You are a careful agent.",
    tools: [{ name: "file_read", description: "reads a file", inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] } }],
    messages: [{ role: "user", content: [{ type: "text", text: words }] }]
  })

/** Asks the model once in a situation; `null` where that cannot come about. `interrupt`: before it is asked, or when the first piece came. */
export const ask = async (trial: ModelTrial, situation: Situation, interrupt?: "before" | "during"): Promise<Asked | null> => {
  const staged = await trial.when(situation)
  if (staged === null) return null
  const abort = new AbortController()
  if (interrupt === "before") abort.abort()
  const pieces: Piece[] = []
  const on = (piece: Piece): void => {
    pieces.push(piece)
    if (interrupt === "during") setTimeout(() => abort.abort(), 5)
  }
  try {
    const asking = settledWithin(trial.timeoutMs ?? 2_000, () => staged.model.ask(requestTo(trial.model), on, abort.signal))
    const { settled, rejection } = await asking
    const [interrupted, said] = [abort.signal.aborted, pieces.length]
    const hungUp = settled === "never" ? null : ((await staged.hungUp?.()) ?? null)
    await new Promise((resolve) => setTimeout(resolve, LISTENED_MS))
    return { pieces: pieces.slice(0, said), settled, rejection, late: pieces.slice(said), interrupted, hungUp }
  } finally {
    abort.abort()
    await staged.close?.()
  }
}

const settledWithin = async (ms: number, run: () => Promise<void>): Promise<Pick<Asked, "settled" | "rejection">> => {
  let timer: NodeJS.Timeout | undefined
  const never = new Promise<Pick<Asked, "settled" | "rejection">>((resolve) => {
    timer = setTimeout(() => resolve({ settled: "never", rejection: "" }), ms)
  })
  const asking = (async (): Promise<Pick<Asked, "settled" | "rejection">> => {
    try {
      await run()
      return { settled: "resolved", rejection: "" }
    } catch (thrown) {
      return { settled: "rejected", rejection: wordsOf(thrown) }
    }
  })()
  const settled = await Promise.race([asking, never])
  clearTimeout(timer)
  return settled
}

const frozen = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}
