import type * as Effect from "effect/Effect"

/** A piece of work in the world that an action asks for. It never fails: its failure is an answer. */
export interface Work<R> {
  readonly effect: number
  /** Whether it may change the world: then it starts only once its cause is durable. */
  readonly changes: boolean
  readonly run: Effect.Effect<void, never, R>
}
