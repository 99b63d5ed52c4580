import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { OffloadContext } from "../../machine/action.ts"
import type { Session } from "../../machine/session.ts"
import { slice } from "../../machine/vector.ts"
import type { Emit } from "../emit.ts"
import { migrate, type Migration } from "../os/migrate.ts"
import { problem, problemOf, type Problem } from "../os/problem.ts"
import { keeperText, topicOf } from "./keeper-text.ts"

/** Holds what left the window of a session: entries `from` (included) to `to` (excluded) of its transcript, in full. */
export interface Keeper {
  readonly name: string
  readonly session: string
  /** Canonical path of the workspace, so that a later session there finds it, too. */
  readonly project: string
  readonly from: number
  readonly to: number
  readonly topic: string
  readonly text: string
  /** Units: ms since the epoch. */
  readonly at: number
}

/** Where nothing that ever left a window is lost. */
export class Keepers extends Context.Service<
  Keepers,
  {
    /** Keeps it for good; done when it is durable. One of this name that is kept already stays as it is. */
    readonly keep: (keeper: Keeper) => Effect.Effect<void, Problem>
    readonly get: (name: string) => Effect.Effect<Keeper | null, Problem>
  }
>()("loom/Keepers") {
  static readonly layerMemory: Layer.Layer<Keepers> = Layer.sync(Keepers, () => {
    const keepersByName = new Map<string, Keeper>()
    return {
      keep: (keeper) => Effect.sync(() => void (keepersByName.has(keeper.name) || keepersByName.set(keeper.name, keeper))),
      get: (name) => Effect.sync(() => keepersByName.get(name) ?? null)
    }
  })

  static readonly layerSql: Layer.Layer<Keepers, Problem, SqlClient.SqlClient> = Layer.effect(Keepers, Effect.suspend(() => makeSql))
}

/** Carries out `OffloadContext`. The same entries get the same keeper however often it is asked for: a restart may ask again. */
export const offloadContext = Effect.fn("Context.offload")(function*(
  action: OffloadContext,
  session: Session,
  emit: Emit
): Effect.fn.Return<void, never, Keepers> {
  const { effect, from, to } = action
  const keepers = yield* Keepers
  const entries = slice(session.transcript, from, to)
  const name = `${session.id}/${from}-${to}`
  const keeper: Keeper = {
    name,
    session: session.id,
    project: session.opened.roots[0] ?? "",
    from,
    to,
    topic: topicOf(entries),
    text: keeperText(entries, from),
    at: yield* Clock.currentTimeMillis
  }
  const failure = yield* keepers.keep(keeper).pipe(
    Effect.as(null),
    Effect.catch(({ message }) => Effect.succeed(message)),
    Effect.catchDefect((defect) => Effect.succeed(problemOf(`keep messages ${from} to ${to}`, defect).message))
  )
  emit({ type: "ContextOffloaded", effect, ...(failure === null ? { ok: true, keeper: name } : { ok: false, reason: failure }) })
})

// ── in the database ──────────────────────────────────────────────────────────────────────────────────────────────

const MIGRATIONS: readonly Migration[] = [
  [
    `CREATE TABLE keepers (
      name TEXT PRIMARY KEY, session TEXT NOT NULL, project TEXT NOT NULL, "from" INTEGER NOT NULL, "to" INTEGER NOT NULL,
      topic TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL
    ) STRICT`,
    "CREATE INDEX keepers_project ON keepers(project, at)"
  ]
]

const makeSql = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* inWords("open the keepers", migrate("keepers", MIGRATIONS))
  return Keepers.of({
    keep: (keeper) =>
      inWords(`keep ${keeper.name}`, Effect.asVoid(sql`INSERT INTO keepers ${sql.insert({ ...keeper })} ON CONFLICT (name) DO NOTHING`)),
    get: (name) =>
      inWords(
        `read ${name}`,
        Effect.map(sql<Keeper>`SELECT * FROM keepers WHERE name = ${name}`, (rows) => (rows[0] === undefined ? null : { ...rows[0] }))
      )
  })
})

const inWords = <A, R>(what: string, run: Effect.Effect<A, SqlError | Problem, R>): Effect.Effect<A, Problem, R> =>
  Effect.mapError(run, (error) => (error._tag === "Problem" ? error : problem(`${what}: ${error.reason.message ?? error.message}`)))
