import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { Keepers } from "../effects/context/keepers.ts"
import { keptOf, type KeptOf } from "../effects/context/kept.ts"
import { GraphDoor, layerGraphDoor, type Door } from "../effects/graph/door.ts"
import { projectOf } from "../effects/git/project.ts"
import type { ProjectGraph } from "../effects/graph/project-graph.ts"
import { sandboxState, type SandboxState } from "../effects/os/sandbox.ts"
import { layer as layerSqlite, moveAside, Sqlite } from "../effects/os/sqlite.ts"
import { directoriesOf, type Directories } from "./directories.ts"
import { layerBlobsSql } from "./event-log/blobs-sql.ts"
import { EventLog } from "./event-log/event-log.ts"
import { logErrorOf, type LogError } from "./event-log/log-error.ts"
import { keptHistory } from "./kept-history.ts"
import type { Forked, ForkWish } from "./replay/fork.ts"
import { makeSessions, type Sessions, type Surroundings } from "./sessions.ts"
import { settingsHere, type SettingsHere } from "./settings-here.ts"
import type { Layer as SettingsLayer, Settings, SettingsError } from "./settings.ts"
import { version } from "./version.ts"
import { isCodeTrusted } from "./workspace/trust.ts"

export type { SandboxState } from "../effects/os/sandbox.ts"

/** Loom, put together: the only file where layers meet. */
export interface App {
  readonly sessions: Sessions
  readonly settings: Settings
  /** What the workspace says of itself; `null` where it says nothing. Its own settings and hooks hold only where it is `trusted`. */
  readonly workspace: SettingsHere["workspace"]
  readonly directories: Directories
  readonly log: EventLog["Service"]
  /** What is remembered of the decisions of the project that a canonical folder belongs to; opened by the first who asks, and with what its team wrote since, unless it is not to be. */
  readonly graph: (folder: string, wish?: { readonly takesShared: boolean }) => Effect.Effect<ProjectGraph>
  /** Begins a session that goes on from an event of a log: of a file, or of a session by its id. */
  readonly fork: (wish: ForkWish, log: { readonly file: string } | string) => Effect.Effect<Forked, LogError | SettingsError>
  /** What left the windows of sessions, as people look for it. */
  readonly kept: KeptOf
  /** Under what name a damaged database was set aside; `null` where it was sound. */
  readonly setAside: string | null
  /** What holds commands here; found out when somebody first asks. */
  readonly sandbox: Effect.Effect<SandboxState>
}

export interface AppConfig {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Canonical path of the folder that is worked in. */
  readonly cwd: string
  readonly flagsLayer: SettingsLayer
  /** Whether the workspace is trusted for this run, whatever was said before. */
  readonly trusted?: boolean
}

export const openApp = Effect.fnUntraced(function*(config: AppConfig): Effect.fn.Return<App, LogError | SettingsError, Scope.Scope> {
  const { environment, cwd } = config
  const directories = directoriesOf(environment)
  const { settings, workspace } = yield* settingsHere(config, directories)
  const { context, setAside } = yield* openStore(directories)
  const keepers = Context.get(context, Keepers)
  const kept = keptOf(keepers, keptHistory(Context.get(context, EventLog), keepers, directories.data))
  const isTrusted = () => isCodeTrusted(workspace, config, directories.data)
  const sessions = yield* Effect.provideContext(
    makeSessions({
      kept,
      environment,
      roots: [cwd],
      dataDirectory: directories.data,
      settle,
      sandbox: settings.sandbox,
      own: Object.values(directories),
      isCodeTrusted: isTrusted
    }),
    context
  )
  const fork: App["fork"] = (wish, log) =>
    Effect.flatMap(
      Effect.promise(() => import("./replay/fork.ts")),
      (replay) => Effect.provideContext(replay.fork(wish, log, directories.data), context)
    )
  const door = Context.get(context, GraphDoor) as Door
  const opened = (folder: string) => Effect.zipWith(door.graphs, projectOf(folder), ({ of }, project) => of(project))
  const graph: App["graph"] = (folder, { takesShared } = { takesShared: true }) =>
    caughtUp(Context.get(context, EventLog), door, folder).pipe(
      Effect.andThen(opened(folder)),
      Effect.tap((found) =>
        takesShared
          ? Effect.flatMap(
              Effect.promise(() => import("./shared-graph.ts")),
              ({ tellShared }) => tellShared(found, folder, isTrusted())
            )
          : Effect.void
      )
    )
  return {
    graph,
    sandbox: sandboxState(settings.sandbox),
    sessions,
    settings,
    workspace,
    directories,
    log: Context.get(context, EventLog),
    kept,
    fork,
    setAside
  }
})

/** What sessions of the project said and no process came to write; where that cannot be written, what is there is shown. */
const caughtUp = (log: EventLog["Service"], door: Door, folder: string): Effect.Effect<void> =>
  Effect.promise(() => import("./owed-decisions.ts")).pipe(
    Effect.flatMap(({ catchUpProject }) => catchUpProject(log, door, { folder, upTo: () => null })),
    Effect.matchEffect({
      onFailure: ({ message }) =>
        Effect.logWarning(
          `what sessions said last is not in the decision graph yet: ${message}; it is in their logs, and written the next time`
        ),
      onSuccess: () => Effect.void
    })
  )

/** Loaded only for a session that another machine had a part in. */
const settle: Surroundings["settle"] = (id, tail) =>
  Effect.flatMap(
    Effect.promise(() => import("./replay/settled.ts")),
    ({ settledTail }) => settledTail(id, tail)
  )

/** A database that turns out to be damaged only when its tables are read is set aside, too, and a new one begun. */
const openStore = Effect.fnUntraced(function*(directories: Directories) {
  const first = yield* Effect.result(buildStore(directories))
  if (Result.isSuccess(first)) return { context: first.success, setAside: Context.get(first.success, Sqlite).setAside }
  if (first.failure.reason !== "damaged") return yield* first.failure
  const setAside = yield* Effect.try({ try: () => moveAside(directories.database), catch: () => first.failure })
  return { context: yield* buildStore(directories), setAside }
})

/** In a scope of its own, so that what failed to open is closed before it is moved. */
const buildStore = Effect.fnUntraced(function*(directories: Directories) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  return yield* Layer.buildWithScope(storeOf(directories), scope).pipe(
    Effect.mapError((cause) => logErrorOf(`open the database ${directories.database}`, cause)),
    Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
  )
})

const storeOf = (directories: Directories) =>
  Layer.mergeAll(EventLog.layerSql(`loom ${version()}`), layerBlobsSql, Keepers.layerSql, layerGraphDoor).pipe(
    Layer.provideMerge(layerSqlite({ file: directories.database }))
  )
