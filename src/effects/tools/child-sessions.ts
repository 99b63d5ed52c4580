import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { ReportedUsage } from "../../machine/session.ts"
import { problem, type Problem } from "../os/problem.ts"

/** `sub-agent`: reads on its own; `oracle`: answers from what it is told; `keeper`: from what left a window; `commit`: names a commit. */
export type ChildKind = "sub-agent" | "oracle" | "keeper" | "commit"

/** A session that a call begins, waits for, and hears the last words of. */
export interface ChildWish {
  readonly kind: ChildKind
  /** What it is asked. */
  readonly words: string
  /** `provider:model`; `null`: the one that is set, or that of the session. */
  readonly model: string | null
  /** Where it works; `null`: where the session does. */
  readonly root: string | null
  /** Hears what it does, a line each. */
  readonly hear: (line: string) => void
}

export interface ChildAnswer {
  readonly session: string
  /** Its last words; empty where it had none. */
  readonly text: string
  /** Why it stopped, where it did not complete. */
  readonly why: string | null
  readonly usage: ReportedUsage
}

/** Begins sessions for calls. Each has a log of its own; interrupted, it is shut down before the interruption ends. */
export interface ChildSessionsOf {
  /** Errors: fails with a `Problem` where it cannot begin; what goes wrong later is in the answer, with what it used. */
  readonly ask: (wish: ChildWish) => Effect.Effect<ChildAnswer, Problem>
}

/** Where none may be begun, as in a child itself. */
export const noChildSessions: ChildSessionsOf = {
  ask: ({ kind }) => Effect.fail(problem(`${kind}: no session can be begun from here; go on without it`))
}

export const ChildSessions = Context.Reference<ChildSessionsOf>("loom/ChildSessions", { defaultValue: () => noChildSessions })
