import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Kept, type KeptOf } from "../effects/context/kept.ts"
import { KeptReader } from "../effects/context/kept-reader.ts"
import type { Emit } from "../effects/emit.ts"
import { Budgets } from "../effects/context/budgets.ts"
import { CaughtUp, GraphDoor, memoryDoor, TurnGoal } from "../effects/graph/door.ts"
import { hookDesk } from "../effects/hooks/desk.ts"
import type { Keepers } from "../effects/context/keepers.ts"
import { SubjectWriter } from "../effects/git/subject-writer.ts"
import type { Llm } from "../effects/llm/llm.ts"
import { Blobs } from "../effects/os/blobs.ts"
import { lazyLanguageServers, LanguageServers, noLanguageServers, type LanguageServersOf } from "../effects/lsp/language-servers.ts"
import { Sandbox, type SandboxService, type SandboxWish } from "../effects/os/sandbox.ts"
import { endStrays } from "../effects/os/strays.ts"
import { worksOf, type Cause, type Work } from "../effects/perform.ts"
import { readyMap } from "../effects/repo/map-source.ts"
import { lazyRepoIndexes, RepoIndexes, type RepoIndexesOf } from "../effects/repo/repo-indexes.ts"
import { ChildSessions, noChildSessions } from "../effects/tools/child-sessions.ts"
import { Background } from "../effects/tools/background.ts"
import { VettedCalls } from "../effects/tools/vetted-calls.ts"
import type { Action } from "../machine/action.ts"
import { MACHINE_VERSION } from "../machine/behaviour.ts"
import type { SessionOpened } from "../machine/event.ts"
import { replay } from "../machine/replay.ts"
import type { State } from "../machine/state.ts"
import { EventLog, type Journal, type SessionInfo } from "./event-log/event-log.ts"
import type { Row } from "./event-log/line.ts"
import { LogError } from "./event-log/log-error.ts"
import { makeAutoLog, silentAutoLog, type AutoLog } from "./auto-log.ts"
import { directoriesOf } from "./directories.ts"
import { childSessions, type Family } from "./child-sessions.ts"
import { askedAgain, knownOrigin, strangeRoots, type Origin } from "./imported.ts"
import { isChild, openingEvent, type Opening } from "./opening.ts"
import type { NextGathering } from "./next-gathering.ts"
import { runSession, type Session } from "./session.ts"
import { readerOf, roomsOf, subjectWriterOf, withWeb, type RoomsPlace } from "./session-rooms.ts"
import { owedUsage } from "./owed-usage.ts"
import { takeSharedBeside } from "./shared-beside.ts"
import type { Settings, SettingsError } from "./settings.ts"
import { brokenOff, heldBySandbox, takeUp } from "./taking-up.ts"

export type { Opening } from "./opening.ts"

/** How a session is held that is not an ordinary one. */
export interface Holding {
  /** Where its checkpoints are kept. */
  readonly dataDirectory: string
  /** Who answers; left out: the provider of its model. */
  readonly llm?: Layer.Layer<Llm>
  /** What holds its commands; left out: what the settings say. */
  readonly sandbox?: SandboxWish
  /** Where its log came from; left out: from here. */
  readonly origin?: Origin | null
  readonly perform: (action: Action, cause: Cause, emit: Emit) => readonly Work[]
}

/** What a session that a call begins has of the one whose call it is. */
interface Kin {
  readonly autoLog: AutoLog
  readonly indexes: RepoIndexesOf
  readonly servers: LanguageServersOf
  readonly child: { readonly of: string; readonly kind: string }
}

/** What a list of sessions shows. */
export type SessionSummary = SessionInfo

/** Opens, resumes and lists sessions. A session lives as long as the scope it was opened in. */
export interface Sessions {
  readonly open: (opening: Opening) => Effect.Effect<Session, LogError | SettingsError, Scope.Scope>
  /** Holds a session that begins with an event of somebody's making, in rooms that are partly theirs. */
  readonly openWith: (opened: SessionOpened, holding: Holding) => Effect.Effect<Session, LogError, Scope.Scope>
  /** Goes on where the log ends, with the settings given now: the same work again, under new numbers. */
  readonly resume: (id: string, opening: Opening) => Effect.Effect<Session, LogError | SettingsError, Scope.Scope>
  /** Takes a session up only to say something to it: what was broken off is ended, and nothing is started. */
  readonly hold: (id: string) => Effect.Effect<Session, LogError, Scope.Scope>
  /** What the next turn of a session in this state would gather, or the first of a new one, with the settings given now; nothing is begun. */
  readonly gatherNext: (state: State | null, settings: Settings) => Effect.Effect<NextGathering, SettingsError>
  /** The commands that a session of this process runs in the background now. */
  readonly inBackground: (id: string) => readonly string[]
  /** Newest first; all, or those of one workspace that no call of another session began. */
  readonly list: (root?: string) => Effect.Effect<readonly SessionSummary[], LogError>
  /** The one session whose id begins so, or whose last letters these are. Errors: none, or several. */
  readonly find: (prefix: string) => Effect.Effect<SessionSummary, LogError>
}

/** The world that sessions are opened in. */
export interface Surroundings extends RoomsPlace {
  /** Canonical paths; the first is where commands start. */
  readonly roots: readonly string[]
  /** The rows of a session that it goes on from, where another machine than this one had a part in them: as they are to be replayed. */
  readonly settle: (id: string, tail: readonly Row[]) => Effect.Effect<readonly Row[], LogError, EventLog>
  /** Whether the person lets programs that the workspace brings along or leads run its code, as language servers do. */
  readonly isCodeTrusted: () => boolean
  /** What left the windows of sessions. */
  readonly kept: KeptOf
}

export const makeSessions = Effect.fnUntraced(function*(surroundings: Surroundings): Effect.fn.Return<Sessions, never, EventLog | Blobs | Keepers> {
  const log = yield* EventLog
  const kept = yield* Effect.context<Blobs | Keepers>()
  const graphs = yield* GraphDoor
  /** What gathering knows beside the session; also where it is only asked what the next turn would gather. */
  const gathering = ({ zones }: Settings) => Layer.merge(Layer.succeed(Budgets, zones), Layer.succeed(GraphDoor, graphs))
  const backgroundBySession = new Map<string, Background["Service"]>()
  const serversBySession = new Map<string, LanguageServersOf>()

  /** Keeps a session alive in rooms of its own. */
  const live = Effect.fnUntraced(function*(
    journal: Journal,
    state: State,
    { settings, attended }: Opening,
    started: "startup" | "resume",
    kin: Kin | null = null
  ): Effect.fn.Return<Session, LogError, Scope.Scope> {
    let now = (): State => state
    const { id, opened: { roots } } = state.session
    const root = roots[0] as string
    const autoLog = kin?.autoLog ?? (graphs === null ? silentAutoLog : yield* makeAutoLog(root, graphs, log))
    if (kin === null && graphs !== null) yield* Effect.forkScoped(takeSharedBeside(graphs, root, surroundings.isCodeTrusted, attended))
    const indexes = kin?.indexes ?? (yield* lazyRepoIndexes({ cacheDirectory: directoriesOf(surroundings.environment).cache }))
    let sandbox: SandboxService | null = null
    const servers =
      kin?.servers
      ?? (yield* lazyLanguageServers({
        roots,
        session: id,
        wish: settings.lsp,
        isTrusted: surroundings.isCodeTrusted,
        sandbox: () => sandbox as SandboxService,
        environment: surroundings.environment,
        ...(settings.zones.mapTokens === 0
          ? {}
          : { dependents: (paths: readonly string[]) => Effect.flatMap(usersOf, ({ dependentsOf }) => dependentsOf(indexes, root, paths)) })
      }))
    const owed = owedUsage()
    const family: Family = { settings, parent: () => now().session, open: openChild({ autoLog, indexes, servers }), owe: owed.owe }
    // A child was opened without that tool, whoever takes it up. It lives in a call of its parent: what that may do, it must not inherit.
    const mayHaveChildren = state.session.opened.tools.some(({ name }) => name === "sub_agent")
    const children = mayHaveChildren ? childSessions(family) : noChildSessions
    const reader = () => readerOf(settings, now().session, children, owed.owe)
    const own = Layer.mergeAll(
      Layer.succeed(ChildSessions, children),
      Layer.succeed(RepoIndexes, indexes),
      Layer.succeed(LanguageServers, servers),
      Layer.succeed(Kept, surroundings.kept),
      Layer.succeed(KeptReader, reader),
      Layer.succeed(SubjectWriter, () => subjectWriterOf(settings, children))
    )
    const memory = Layer.mergeAll(
      gathering(settings),
      Layer.succeed(TurnGoal, autoLog.goalOf(id)),
      Layer.succeed(CaughtUp, autoLog.caughtUp)
    )
    const rooms = yield* Layer.build(Layer.mergeAll(withWeb(roomsOf(surroundings, state, kept), settings), own, memory))
    sandbox = Context.get(rooms, Sandbox)
    serversBySession.set(id, servers)
    backgroundBySession.set(state.session.id, Context.get(rooms, Background))
    const options = { ...settings, hooks: hookDesk(settings.hooks, state, started) }
    if (state.name === "ExecutingTools") Context.get(rooms, VettedCalls).remember(state.session.id, yield* heldBySandbox(log, state.session.id))
    const session = yield* runSession(journal, state, (action, cause, emit) =>
      worksOf(action, cause, owed.telling(emit), options).map((work) => ({ ...work, run: Effect.provideContext(work.run, rooms) }))
    )
    now = session.state
    session.listen(({ event, step: { outcome } }) => owed.heard(event, outcome))
    if (attended) yield* Effect.forkScoped(Effect.provideContext(readyMap(state.session, settings.zones.mapTokens), rooms))
    session.listen(({ n, event, step: { actions } }) =>
      autoLog.hear({ session: id, child: kin?.child ?? null, root, durable: journal.durable }, { n, event, actions })
    )
    return session
  })

  const openChild = (shared: Omit<Kin, "child">): Family["open"] => Effect.fnUntraced(function*(settings, child) {
    const opened = yield* openingEvent(settings, child.roots, false, child)
    const kin = { ...shared, child: { of: child.parent, kind: child.kind } }
    return yield* live(yield* log.create(opened, { owes: true }), replay([opened]), { settings, attended: false }, "startup", kin)
  })

  const stateAfter = Effect.fnUntraced(function*(id: string, tail: readonly Row[], from: State | undefined) {
    const events = tail.map(({ event }) => event)
    if (events.every((event) => !("machine" in event) || event.machine === MACHINE_VERSION)) return replay(events, from)
    const rows = yield* Effect.provideService(surroundings.settle(id, tail), EventLog, log)
    return replay(rows.map(({ event }) => event), from)
  })

  const ofThisPlace = (state: State): Effect.Effect<void, LogError> => {
    const strange = strangeRoots(state, surroundings.roots)
    return strange === null ? Effect.void : Effect.fail(strange)
  }

  const list: Sessions["list"] = (root) =>
    Effect.map(log.list, (all) => (root === undefined ? all : all.filter(({ roots, parent }) => roots[0] === root && !isChild(parent))))

  return {
    open: Effect.fnUntraced(function*(opening: Opening) {
      const { settings, attended, onLine } = opening
      const opened = yield* openingEvent(settings, surroundings.roots, attended)
      const journal = yield* log.create(opened, { onLine, owes: true })
      return yield* live(journal, replay([opened]), opening, "startup")
    }),
    openWith: Effect.fnUntraced(function*(
      opened: SessionOpened,
      { dataDirectory, llm, sandbox = surroundings.sandbox, origin = null, perform }: Holding
    ) {
      const state = replay([opened])
      const rooms = yield* Layer.build(
        Layer.merge(
          roomsOf({ ...surroundings, dataDirectory, sandbox }, state, kept, llm),
          Layer.merge(Layer.succeed(Kept, surroundings.kept), Layer.succeed(GraphDoor, memoryDoor()))
        )
      )
      const journal = yield* log.create(opened, { origin })
      return yield* runSession(journal, state, (action, cause, emit) =>
        perform(action, cause, emit).map((work) => ({ ...work, run: Effect.provideContext(work.run, rooms) }))
      )
    }),
    resume: Effect.fnUntraced(function*(id: string, opening: Opening) {
      const { journal, snapshot, tail, origin: told } = yield* log.open(id, { onLine: opening.onLine, owes: true })
      yield* Effect.promise(() => endStrays(id, 0))
      const origin = knownOrigin(told, surroundings.dataDirectory, id)
      const state = yield* stateAfter(id, tail, snapshot?.state)
      if (origin === "log") yield* ofThisPlace(state)
      const from = origin === null ? state : (yield* brokenOff(journal, state)).state()
      const session = yield* live(journal, from, opening, "resume")
      yield* takeUp(session, opening, origin === null ? [] : askedAgain(from))
      return session
    }),
    hold: Effect.fnUntraced(function*(id: string) {
      const { journal, snapshot, tail, origin } = yield* log.open(id)
      yield* Effect.promise(() => endStrays(id, 0))
      const state = yield* stateAfter(id, tail, snapshot?.state)
      if (knownOrigin(origin, surroundings.dataDirectory, id) === "log") yield* ofThisPlace(state)
      return yield* brokenOff(journal, state)
    }),
    gatherNext: (state, settings) =>
      Effect.flatMap(
        Effect.promise(() => import("./next-gathering.ts")),
        ({ nextTurn }) =>
          Effect.provide(
            nextTurn(surroundings.roots, state, settings),
            Layer.mergeAll(
              gathering(settings),
              Layer.succeed(LanguageServers, serversBySession.get(state?.session.id ?? "") ?? noLanguageServers),
              Layer.effect(RepoIndexes, lazyRepoIndexes({ cacheDirectory: directoriesOf(surroundings.environment).cache }))
            )
          )
      ),
    inBackground: (id) => (backgroundBySession.get(id)?.running() ?? []).map(({ command }) => command),
    list,
    find: (prefix) =>
      Effect.flatMap(log.list, (all) => {
        const found = all.filter((session) => session.id.startsWith(prefix) || session.id.endsWith(`-${prefix}`))
        const exact = found.find((session) => session.id === prefix) ?? (found.length === 1 ? found[0] : undefined)
        if (exact !== undefined) return Effect.succeed(exact)
        return Effect.fail(
          new LogError({
            reason: "not-found",
            message: `find session ${prefix}: ${found.length === 0 ? "there is none; `loom sessions --all` lists them" : `${found.length} begin so; give more of its name`}`
          })
        )
      })
  }
})

/** Loaded when a file changed that a language server knows. */
const usersOf = Effect.promise(() => import("../effects/lsp/dependents.ts"))
