import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Event } from "../../machine/event.ts"
import type { CanonicalRequest } from "../../machine/request.ts"
import type { LlmConfig } from "./config.ts"
import type { ResolveBlob } from "./images.ts"
import type { OnPiece } from "./piece.ts"
import { makeProviders } from "./providers.ts"
import { playRecording, recordedCalls } from "./recorded.ts"
import type { Script } from "./script.ts"
import { playScript } from "./scripted.ts"

/**
 * A language model. `ask` streams the answer: any deltas, then exactly one end (`LlmCompleted` or `LlmFailed`). It never fails: failure is
 * an end. Interrupted, it says nothing more, and the connection is closed before it returns.
 */
export class Llm extends Context.Service<
  Llm,
  {
    readonly ask: (request: CanonicalRequest, on: OnPiece) => Effect.Effect<void>
  }
>()("loom/Llm") {
  /**
   * The real providers, by the `provider:` of the request's model. `warm`: a model whose driver is loaded ahead of the first request;
   * `send`: what requests leave by, HTTP where nothing is said.
   */
  static readonly layerProviders = (options: {
    readonly config: LlmConfig
    readonly resolveBlob: ResolveBlob
    readonly warm?: string
    readonly send?: typeof fetch
  }): Layer.Layer<Llm> =>
    Layer.sync(Llm, () => {
      const { ask, warm } = makeProviders(options.config, options.resolveBlob, options.send)
      if (options.warm !== undefined) warm(options.warm)
      return Llm.of({ ask })
    })

  /** Answers from a script, whatever the model is called. Units: `chunkMs` in ms, overrides the script's pauses. */
  static readonly layerScripted = (script: Script, chunkMs?: number): Layer.Layer<Llm> =>
    Layer.succeed(Llm, Llm.of({ ask: (request, on) => playScript(script, request, on, chunkMs) }))

  /** Answers from a log, in its order; refuses a request that is not the recorded one. */
  static readonly layerRecorded = (events: readonly Event[]): Layer.Layer<Llm> =>
    Layer.sync(Llm, () => Llm.of({ ask: playRecording(recordedCalls(events)) }))
}
