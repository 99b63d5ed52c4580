import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { OffloadContext } from "../../machine/action.ts"
import type { Session } from "../../machine/session.ts"
import type { Emit } from "../emit.ts"
import { projectOf } from "../git/project.ts"
import { problemOf, type Problem } from "../os/problem.ts"
import { keeperOf, nameOf, type Keeper, type KeptMessage, type KeptSpan } from "./keeper.ts"
import { KeptReader } from "./kept-reader.ts"
import { makeMemoryKeepers } from "./keepers-memory.ts"
import { makeSqlKeepers } from "./keepers-sql.ts"

/** Where nothing that ever left a window is lost. Nothing in it expires. */
export class Keepers extends Context.Service<Keepers, KeepersOf>()("loom/Keepers") {
  static readonly layerMemory: Layer.Layer<Keepers> = Layer.sync(Keepers, makeMemoryKeepers)

  static readonly layerSql: Layer.Layer<Keepers, Problem, SqlClient.SqlClient> = Layer.effect(Keepers, Effect.suspend(() => makeSqlKeepers))
}

export interface KeepersOf {
  /** Keeps it for good; done when it is durable. What is kept already stays as it is. */
  readonly keep: (keeper: Keeper) => Effect.Effect<void, Problem>
  /** Puts what the log says in the place of what is kept of it. */
  readonly restore: (keeper: Keeper) => Effect.Effect<void, Problem>
  /** The keepers of that name, the oldest first: a fork keeps under the names of its parent. */
  readonly named: (project: string, name: string) => Effect.Effect<readonly KeptSpan[], Problem>
  /** The keepers of one session, in the order of its transcript; or of all sessions of a project. */
  readonly spans: (project: string, session?: string) => Effect.Effect<readonly KeptSpan[], Problem>
  /** Kept messages of a session with a number from `from` (included) to `to` (excluded), in order. */
  readonly messages: (session: string, from: number, to: number) => Effect.Effect<readonly KeptMessage[], Problem>
  /** Messages of a project in which the words stand, best first, those that only repeat others last. */
  readonly search: (project: string, words: string, hitsMax: number) => Effect.Effect<readonly Hit[], Problem>
  readonly summary: (span: KeptSpan) => Effect.Effect<string | null, Problem>
  /** Written once; the first one stays. */
  readonly summarize: (span: KeptSpan, summary: string) => Effect.Effect<void, Problem>
  /** A summary is begun once more. */
  readonly tryToSummarize: (span: KeptSpan) => Effect.Effect<void, Problem>
  /** Keepers of a project whose summary was begun and came to nothing, less than so many times; the oldest first. */
  readonly unsummarized: (project: string, triesMax: number) => Effect.Effect<readonly KeptSpan[], Problem>
  /** Up to which event each log of a project was looked through for keepers, and how many spans it had. */
  readonly looked: (project: string) => Effect.Effect<ReadonlyMap<string, Looked>, Problem>
  readonly look: (project: string, session: string, looked: Looked) => Effect.Effect<void, Problem>
  /** Every project of which something is kept. */
  readonly projects: Effect.Effect<readonly string[], Problem>
  /** What is kept of these projects is part of another from now on. */
  readonly join: (project: string, others: readonly string[]) => Effect.Effect<void, Problem>
  /** The sessions of a project of which not everything is here that its keepers hold. */
  readonly incomplete: (project: string) => Effect.Effect<readonly string[], Problem>
}

export interface Looked {
  readonly events: number
  readonly spans: number
}

/** A message in which the words stand. */
export interface Hit {
  readonly span: KeptSpan
  readonly number: number
  readonly speaker: string
  /** Where they stand, with what is around them. */
  readonly excerpt: string
}

/**
 * Carries out `OffloadContext`. The same entries get the same keeper however often it is asked for: a restart may ask again.
 * Where a weak model is set, it sums them up afterwards; nobody waits for that.
 */
export const offloadContext = Effect.fn("Context.offload")(function*(
  { effect, from, to }: OffloadContext,
  session: Session,
  emit: Emit
): Effect.fn.Return<void, never, Keepers> {
  const keepers = yield* Keepers
  const name = nameOf(session.id, from, to)
  const at = yield* Clock.currentTimeMillis
  const project = yield* projectOf(session.opened.roots[0] ?? "")
  const kept = yield* Effect.suspend(() => {
    const keeper = keeperOf(session, { name, project, from, to, at })
    return Effect.as(keepers.keep(keeper), keeper)
  }).pipe(
    Effect.catch(({ message }) => Effect.succeed(message)),
    Effect.catchDefect((defect) => Effect.succeed(problemOf(`keep messages ${from} to ${to}`, defect).message))
  )
  emit({ type: "ContextOffloaded", effect, ...(typeof kept === "string" ? { ok: false, reason: kept } : { ok: true, keeper: name }) })
  if (typeof kept === "string" || (yield* KeptReader)()?.weak !== true) return
  const { summarize } = yield* Effect.promise(() => import("./summary.ts"))
  yield* summarize(keepers, kept)
})
