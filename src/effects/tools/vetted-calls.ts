import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { PathFact } from "../../machine/event.ts"

/** What is remembered of the facts of a call. */
export interface Vetted {
  /** `null` where another process found them out. */
  readonly paths: readonly PathFact[] | null
  /** Whether it was allowed as a call that the sandbox holds. */
  readonly sandboxed?: boolean
}

/**
 * What the calls of a session's newest answer were vetted with. A call that runs must still lead to them: a link
 * swapped after the decision, by an earlier call of the same answer even, changes what would be touched.
 */
export class VettedCalls extends Context.Service<
  VettedCalls,
  {
    /** Replaces what was known of the session: its batches follow one another. */
    readonly remember: (session: string, vettedByCall: ReadonlyMap<string, Vetted>) => void
    /** `null` where this process did not vet the call. */
    readonly pathsOf: (session: string, call: string) => readonly PathFact[] | null
    /** Whether it was allowed as one that the sandbox holds. */
    readonly isSandboxed: (session: string, call: string) => boolean
  }
>()("loom/VettedCalls") {
  static readonly layer = Layer.sync(VettedCalls, () => {
    const bySession = new Map<string, ReadonlyMap<string, Vetted>>()
    return {
      remember: (session, vettedByCall) => void bySession.set(session, vettedByCall),
      pathsOf: (session, call) => bySession.get(session)?.get(call)?.paths ?? null,
      isSandboxed: (session, call) => bySession.get(session)?.get(call)?.sandboxed === true
    }
  })
}
