import type * as Effect from "effect/Effect"
import type { ContextFragment } from "../machine/event.ts"

/** What a source gives: a fragment that begins with a tag of its own source, nothing, or why it could not. */
export type Gathered = { readonly fragment: ContextFragment | null } | { readonly missing: string }

/** Something that is worth knowing before a request. Its name is what is missing where it is not ready in its patience, throws or gives garbage. */
export interface Source {
  readonly name: string
  /** What is over it is cut, and says so. */
  readonly budgetTokens: number
  readonly patienceMs: number
  readonly gather: Effect.Effect<readonly Gathered[]>
}
