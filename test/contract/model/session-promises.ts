import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { Emit, Unstamped } from "../../../src/effects/emit.ts"
import { Llm } from "../../../src/effects/llm/llm.ts"
import { hashRequest } from "../../../src/effects/llm/request-hash.ts"
import { askModel } from "../../../src/effects/llm/runner.ts"
import type { SendLlmRequest } from "../../../src/machine/action.ts"
import type { CanonicalRequest } from "../../../src/machine/request.ts"
import type { Promised, Verdict } from "../contract.ts"
import { CALLS, LONG } from "./answers.ts"
import { answers, cannot } from "./answer-promises.ts"
import { requestTo } from "./ask.ts"
import { isEnd, meantBy, saidBy } from "./blocks.ts"
import type { HostModel, ModelTrial, Piece, Situation } from "./host-model.ts"

/** What carries out `SendLlmRequest`. */
export type AskModel = (action: SendLlmRequest, request: CanonicalRequest, emit: Emit) => Effect.Effect<void, never, Llm>

const EFFECT = 7

/** What a session hears of a model, through the runner. */
export const sessionPromises = (runner: AskModel = askModel): readonly Promised<ModelTrial>[] => [
  {
    promise: "a session hears `LlmStarted` first, with the hash of the request",
    check: (trial) => hearing(runner, trial, answers(LONG), ([first]) => {
      const hash = hashRequest(requestTo(trial.model))
      return first?.type === "LlmStarted" && first.hash === hash ? null : `it hears ${JSON.stringify(first)} first, and the hash is ${hash}`
    })
  },
  {
    promise: "a session hears everything under the number of the effect",
    check: (trial) => hearing(runner, trial, answers(LONG), (events) => complaintOf(events.find(({ effect }) => effect !== EFFECT)))
  },
  {
    promise: "a session hears what the model said, in frames, each of its own kind",
    check: (trial) => hearing(runner, trial, answers(CALLS), (events, pieces) => {
      const [heard, meant] = [saidBy(events.slice(1) as unknown as readonly Piece[]), meantBy(CALLS)]
      if (JSON.stringify(heard) !== JSON.stringify(meant)) return `it hears ${JSON.stringify(heard)}`
      return events.length - 1 <= pieces ? null : `it hears ${events.length - 1} events of ${pieces} pieces`
    })
  },
  {
    promise: "a session hears neighbouring pieces as one",
    check: (trial) =>
      hearing(runner, trial, answers(LONG), (events, pieces) =>
        events.length - 1 < pieces / 2 ? null : `it hears ${events.length - 1} events of ${pieces} pieces`
      )
  },
  {
    promise: "a session hears exactly one end, and nothing after it",
    check: (trial) => hearing(runner, trial, answers(CALLS), (events) => {
      const ends = events.filter((event) => isEnd(event as Piece)).length
      return ends === 1 && isEnd(events.at(-1) as Piece) ? null : `it hears ${ends} ends, and last ${JSON.stringify(events.at(-1))}`
    })
  },
  {
    promise: "a session that interrupts hears all that came before, and no end",
    check: (trial) => hearing(runner, trial, { happens: "goes on for ever", answer: LONG, share: 0.5 }, (events, _, last) => {
      const end = events.find((event) => isEnd(event as Piece))
      if (end !== undefined) return `it hears ${JSON.stringify(end)}`
      const heard = saidBy(events.slice(1) as unknown as readonly Piece[]).join()
      return last !== undefined && heard === last ? null : `it hears ${JSON.stringify(heard)}, and the model said ${JSON.stringify(last)}`
    })
  }
]

type Complain = (events: readonly Unstamped[], pieces: number, said: string | undefined) => string | null

/** Asks through the runner; a situation that goes on for ever is interrupted once something came. */
const hearing = async (runner: AskModel, trial: ModelTrial, situation: Situation, complain: Complain): Promise<Verdict> => {
  const staged = await trial.when(situation)
  if (staged === null) return cannot(trial, situation.happens)
  const events: Unstamped[] = []
  const pieces: Piece[] = []
  const action: SendLlmRequest = { type: "SendLlmRequest", effect: EFFECT, model: trial.model, attempt: 1, step: 1, from: 0, to: 1 }
  const first = Promise.withResolvers<void>()
  const layer = layerOf(staged.model, (piece) => (pieces.push(piece), first.resolve()))
  const asking = runner(action, requestTo(trial.model), (event) => void events.push(event))
  try {
    await Effect.runPromise(Effect.provide(situation.happens === "goes on for ever" ? interruptedAfter(asking, first.promise) : asking, layer))
    return complain(events, pieces.length, saidBy(pieces).join())
  } finally {
    await staged.close?.()
  }
}

const interruptedAfter = (asking: Effect.Effect<void, never, Llm>, first: Promise<void>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(asking)
    yield* Effect.promise(() => first)
    yield* Fiber.interrupt(fiber)
  })

/** The host's model as a layer that the runner asks. */
const layerOf = ({ ask }: HostModel, hear: (piece: Piece) => void): Layer.Layer<Llm> =>
  Layer.succeed(
    Llm,
    Llm.of({
      ask: (request, on) =>
        Effect.callback<void>((resume) => {
          const abort = new AbortController()
          const done = ask(request, (piece) => (hear(piece), on(piece)), abort.signal)
          void done.then(() => resume(Effect.void), (thrown) => resume(Effect.die(thrown)))
          return Effect.promise(() => (abort.abort(), done.catch(() => {})))
        })
    })
  )

const complaintOf = (event: Unstamped | undefined): string | null => (event === undefined ? null : `it hears ${JSON.stringify(event)}`)
