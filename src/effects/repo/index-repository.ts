import * as Effect from "effect/Effect"
import { makeRepoIndexes } from "./indexes.ts"
import type { RepoIndex } from "./symbols.ts"

/** Reads a whole repository once and keeps nothing of it. Errors: rejects where the root cannot be walked. */
export const indexRepository = (root: string): Promise<RepoIndex> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(makeRepoIndexes({ cacheDirectory: null }), ({ indexOf }) => indexOf(root))))
