import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { problem, type Problem } from "../os/problem.ts"
import type { SandboxService } from "../os/sandbox.ts"
import type { Diagnostic } from "./diagnostic.ts"
import type { LspWish } from "./wish.ts"

/** A longer file is not shown to servers. */
export const FILE_BYTES_MAX = 1024 * 1024

/** What servers say of a file. */
export interface Asked {
  readonly diagnostics: readonly Diagnostic[]
  /** The servers that answered. */
  readonly by: readonly string[]
  /** Why others did not, a sentence each. */
  readonly silent: readonly string[]
}

/** A file that a batch of calls changed. */
export interface ChangedFile {
  /** Canonical. */
  readonly path: string
  readonly how: "made" | "changed" | "gone"
  /** Its text before the batch; `null` where it was not there, or is no text. */
  readonly before: Effect.Effect<string | null>
}

/** What servers say that they did not say before the agent's changes. */
export interface News {
  /** In order; errors and warnings only. */
  readonly fresh: readonly Diagnostic[]
  /** How many of those that were told are there still. */
  readonly standingCount: number
  /** How many there are beside these that were there before the agent's changes. */
  readonly olderCount: number
  /** Files that had something new, which was told, and have nothing of it any more. */
  readonly cleared: readonly string[]
}

/** What a session's servers can be asked. */
export interface Desk {
  /** What servers say of a file as it is on the disk. Errors: none may be started, or none knows the file; a sentence says what to do. */
  readonly ask: (path: string) => Effect.Effect<Asked, Problem>
  /** What is held of the files below a folder that were opened. */
  readonly below: (folder: string) => readonly Diagnostic[]
  /** Shows a batch of changes to the servers, waits a moment, and says what is new; what comes later is news the next time. It counts as told. */
  readonly afterBatch: (files: readonly ChangedFile[]) => Effect.Effect<News>
  /** What came since, of the files that the agent changed. Nothing is started, waited for, or counted as told. */
  readonly late: () => readonly Diagnostic[]
}

/** The language servers of a session. */
export interface LanguageServersOf extends Desk {
  /** Whether any may be started here: else nothing need be looked at. */
  readonly mayRun: () => boolean
}

/** Where there are none, as in a host that did not ask for them. */
export const noLanguageServers: LanguageServersOf = {
  mayRun: () => false,
  ask: () => Effect.fail(problem("lsp_diagnostics: no language servers are kept here; run the project's own checks with shell")),
  below: () => [],
  afterBatch: () => Effect.succeed({ fresh: [], standingCount: 0, olderCount: 0, cleared: [] }),
  late: () => []
}

export const LanguageServers = Context.Reference<LanguageServersOf>("loom/LanguageServers", { defaultValue: () => noLanguageServers })

export interface LanguageServersOptions {
  /** Canonical. */
  readonly roots: readonly string[]
  /** Names the servers in the environment of all they start. */
  readonly session: string
  readonly wish: LspWish
  /** Whether a person trusts the code of the workspace; asked when a server is wanted. */
  readonly isTrusted: () => boolean
  readonly sandbox: () => SandboxService
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly patience?: Partial<Patience>
  /** The files that use some others, as far as that is known; left out: nobody knows. */
  readonly dependents?: (paths: readonly string[]) => Effect.Effect<readonly string[]>
}

/** How long servers are waited for. Units: ms. */
export interface Patience {
  /** A question: for a server to begin, and then for what it says. */
  readonly beginMs: number
  readonly answerMs: number
  /** A turn, for what they say of a batch: once they run, where one is begun, and where they were too slow before. */
  readonly warmMs: number
  readonly firstMs: number
  readonly slowMs: number
  /** One that nobody needed for so long is ended. */
  readonly idleMs: number
}

export const PATIENCE: Patience = { beginMs: 20_000, answerMs: 10_000, warmMs: 2_000, firstMs: 3_000, slowMs: 300, idleMs: 10 * 60_000 }

/** The servers of a session, loaded by the first question or change; they end with the scope. */
export const lazyLanguageServers = Effect.fnUntraced(function*(
  options: LanguageServersOptions
): Effect.fn.Return<LanguageServersOf, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const mayRun = (): boolean => options.wish.on && options.isTrusted()
  let made: Desk | null = null
  const desk = yield* Effect.cached(
    Effect.flatMap(
      Effect.promise(() => import("./desk.ts")),
      ({ makeDesk }) => Effect.map(Scope.provide(makeDesk(options), scope), (desk) => (made = desk))
    )
  )
  return {
    mayRun,
    ask: (path) => Effect.flatMap(desk, ({ ask }) => ask(path)),
    below: (folder) => made?.below(folder) ?? [],
    afterBatch: (files) => Effect.flatMap(desk, ({ afterBatch }) => afterBatch(files)),
    late: () => made?.late() ?? []
  }
})
