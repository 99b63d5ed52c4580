import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { PathFact } from "../../machine/event.ts"

/**
 * The paths that the calls of a session's newest answer were vetted with. A call that runs must still lead to them: a link
 * swapped after the decision, by an earlier call of the same answer even, changes what would be touched.
 */
export class VettedCalls extends Context.Service<
  VettedCalls,
  {
    /** Replaces what was known of the session: its batches follow one another. */
    readonly remember: (session: string, pathsByCall: ReadonlyMap<string, readonly PathFact[]>) => void
    /** `null` where this process did not vet the call. */
    readonly pathsOf: (session: string, call: string) => readonly PathFact[] | null
  }
>()("loom/VettedCalls") {
  static readonly layer = Layer.sync(VettedCalls, () => {
    const bySession = new Map<string, ReadonlyMap<string, readonly PathFact[]>>()
    return {
      remember: (session, pathsByCall) => void bySession.set(session, pathsByCall),
      pathsOf: (session, call) => bySession.get(session)?.get(call) ?? null
    }
  })
}
