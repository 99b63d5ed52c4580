import * as Context from "effect/Context"

/** Where a session works. */
export class Workspace extends Context.Service<
  Workspace,
  {
    /** Canonical absolute paths; the first is where commands start and relative paths begin. */
    readonly roots: readonly string[]
    readonly session: string
  }
>()("loom/Workspace") {}
