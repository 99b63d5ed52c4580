import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { SendLlmRequest } from "../../machine/action.ts"
import type { CanonicalRequest } from "../../machine/request.ts"
import type { Emit, Unstamped } from "../emit.ts"
import { FRAME_MS, framer } from "./frames.ts"
import { Llm } from "./llm.ts"
import { failed, isEnd, type OnPiece } from "./piece.ts"
import { hashRequest } from "./request-hash.ts"

/**
 * Carries out `SendLlmRequest`: the request's hash before it leaves, the answer in frames, exactly one end. Interrupted, it gives what
 * was received and no end. A delta costs no Effect: one fiber wakes once a frame.
 */
export const askModel = Effect.fnUntraced(function*(
  action: SendLlmRequest,
  request: CanonicalRequest,
  emit: Emit
): Effect.fn.Return<void, never, Llm> {
  const llm = yield* Llm
  const { effect } = action
  emit({ type: "LlmStarted", effect, hash: hashRequest(request) })
  const pending = Latch.makeUnsafe(false)
  const frames = framer((piece) => emit({ ...piece, effect } as Unstamped), () => void pending.openUnsafe())
  const { on, ended } = once(frames.push)
  const flushing = Effect.forever(
    Effect.andThen(
      Effect.andThen(pending.await, Effect.sleep(FRAME_MS)),
      Effect.sync(() => {
        pending.closeUnsafe()
        frames.flush()
      })
    )
  )
  const asking = Effect.catchDefect(llm.ask(request, on), (defect) => Effect.sync(() => on(brokenDriver(action.model, defect))))
  yield* Effect.ensuring(Effect.raceFirst(asking, flushing), Effect.sync(frames.flush))
  if (!ended()) on(failed({ failure: "transient", message: `ask ${action.model}: the connection ended without an answer` }))
})

/** Lets nothing through after an end. */
const once = (push: OnPiece): { readonly on: OnPiece; readonly ended: () => boolean } => {
  let ended = false
  return {
    on: (piece) => {
      if (ended) return
      ended = isEnd(piece)
      push(piece)
    },
    ended: () => ended
  }
}

const brokenDriver = (model: string, defect: unknown) =>
  failed({ failure: "permanent", message: `ask ${model}: its driver broke (${String(defect)}); this is a fault of loom, please report it` })
