import * as Effect from "effect/Effect"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { Llm } from "../../../src/effects/llm/llm.ts"
import { hashRequest } from "../../../src/effects/llm/request-hash.ts"
import { askModel } from "../../../src/effects/llm/runner.ts"
import type { AskModel } from "./session-promises.ts"

/** A runner with one fault, and the promise that it breaks. */
export interface BrokenRunner {
  readonly does: string
  readonly promise: RegExp
  readonly runner: AskModel
}

/** What becomes of each event on its way into the log. */
const changing = (does: string, promise: RegExp, change: (event: Unstamped) => readonly Unstamped[]): BrokenRunner => ({
  does,
  promise,
  runner: (action, request, emit) => askModel(action, request, (event) => change(event).forEach(emit))
})

/** Neither frames nor what waits in them: each piece is an event. */
const plain: AskModel = (action, request, emit) => {
  emit({ type: "LlmStarted", effect: action.effect, hash: hashRequest(request) })
  return Llm.use(({ ask }) => ask(request, (piece) => emit({ ...piece, effect: action.effect } as Unstamped)))
}

export const brokenRunners: readonly BrokenRunner[] = [
  changing("leaves out that it began", /`LlmStarted` first/, (event) => (event.type === "LlmStarted" ? [] : [event])),
  changing("hashes something else", /`LlmStarted` first/, (event) => (event.type === "LlmStarted" ? [{ ...event, hash: "0".repeat(64) }] : [event])),
  changing("forgets which effect it was", /number of the effect/, (event) => [{ ...event, effect: 1 } as Unstamped]),
  changing("loses every frame of a call", /in frames, each of its own kind/, (event) => (event.type === "LlmToolCallDelta" ? [] : [event])),
  { does: "logs each piece by itself", promise: /neighbouring pieces as one/, runner: plain },
  changing("tells the end twice", /hears exactly one end/, (event) => (event.type === "LlmCompleted" ? [event, event] : [event])),
  {
    does: "calls an interruption a failure",
    promise: /interrupts hears all/,
    runner: (action, request, emit) =>
      Effect.onInterrupt(askModel(action, request, emit), () =>
        Effect.sync(() => emit({ type: "LlmFailed", effect: action.effect, failure: "transient", message: "interrupted" }))
      )
  },
  {
    does: "throws away the last frame when interrupted",
    promise: /interrupts hears all/,
    runner: (action, request, emit) => {
      let newest: Unstamped | null = null
      return askModel(action, request, (event) => {
        if (newest !== null) emit(newest)
        newest = event
      })
    }
  }
]
