import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { Llm } from "../../../src/effects/llm/llm.ts"
import type { HostModel } from "./host-model.ts"

/** A layer of `Llm` as a host sees a model: an abort interrupts it, and settles once the interruption has. */
export const modelOfLayer = (layer: Layer.Layer<Llm>): HostModel => ({
  ask: async (request, on, signal) => {
    if (signal.aborted) return
    try {
      await Effect.runPromise(Effect.provide(Llm.use((llm) => llm.ask(request, on)), layer), { signal })
    } catch (thrown) {
      if (!signal.aborted) throw thrown
    }
  }
})
