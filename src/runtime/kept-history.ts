import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { keeperOf, type Keeper } from "../effects/context/keeper.ts"
import type { KeepersOf } from "../effects/context/keepers.ts"
import type { KeptHistory } from "../effects/context/kept.ts"
import { foldersOf } from "../effects/git/project.ts"
import type { Problem } from "../effects/os/problem.ts"
import { EventLog, type LogError, type SessionInfo } from "./event-log/event-log.ts"
import { logErrorOf } from "./event-log/log-error.ts"
import { originOf } from "./imported.ts"

export type { Problem } from "../effects/os/problem.ts"

/**
 * The logs as the source of all keepers: what was imported, forked, lost or damaged is kept anew from them. A log is looked through
 * once, then only what is new in it.
 */
export const keptHistory = (log: EventLog["Service"], keepers: KeepersOf, dataDirectory: string): KeptHistory => {
  const restore = Effect.fnUntraced(function*(project: string, id: string): Effect.fn.Return<void, LogError | Problem> {
    const found = yield* keepersIn(log, project, id)
    yield* Effect.forEach(found, keepers.restore, { discard: true })
  })
  const lookThrough = Effect.fnUntraced(function*(
    project: string,
    { id, events }: SessionInfo,
    known: Known
  ): Effect.fn.Return<void, LogError | Problem> {
    if (known.damaged || (yield* namesWhatIsMissing(log, id, known))) yield* restore(project, id)
    if (known.damaged || known.events < events) yield* keepers.look(project, id, { events, spans: (yield* keepers.spans(project, id)).length })
  })
  const complete = Effect.fnUntraced(function*(project: string) {
    const knownOf = yield* whatIsKnown(keepers, project)
    const here = yield* sessionsOf(project, yield* log.list, knownOf)
    return yield* Effect.forEach(here, (session) => sentenceOf(session.id, lookThrough(project, session, knownOf(session.id))))
  })
  return {
    complete: (project) =>
      Effect.map(
        Effect.catch(complete(project), ({ message }) => Effect.succeed([message])),
        (all) => all.flatMap((sentence) => sentence ?? [])
      ),
    restore: (project, id) => Effect.map(sentenceOf(id, restore(project, id)), (sentence) => (sentence === null ? [] : [sentence])),
    isForeign: (id) => Effect.map(originOf(log, dataDirectory, id), (origin) => origin !== null)
  }
}

/** A log that cannot be read keeps none of the others from being searched. */
const sentenceOf = (id: string, run: Effect.Effect<void, LogError | Problem>): Effect.Effect<string | null> =>
  Effect.catch(Effect.as(run, null), ({ message }) => Effect.succeed(`what left the window of ${id} may be missing here: ${message}`))

/** Those that were held in a folder of the project, and those of which something is kept in it: their folder may be gone, as a worktree is. */
const sessionsOf = (project: string, all: readonly SessionInfo[], knownOf: (id: string) => Known): Effect.Effect<readonly SessionInfo[]> => {
  const rootOf = ({ roots }: SessionInfo): string => roots[0] ?? ""
  return Effect.map(foldersOf(project, [...new Set(all.map(rootOf))]), (folders) => {
    const own = new Set([project, ...folders])
    return all.filter((session) => own.has(rootOf(session)) || knownOf(session.id).names.size > 0)
  })
}

/** What is kept of a session, and up to which event its log was looked through. */
interface Known {
  readonly names: ReadonlySet<string>
  readonly events: number
  readonly damaged: boolean
}

const whatIsKnown = Effect.fnUntraced(function*(keepers: KeepersOf, project: string): Effect.fn.Return<(id: string) => Known, Problem> {
  const looked = yield* keepers.looked(project)
  const incomplete = new Set(yield* keepers.incomplete(project))
  const namesBySession = new Map<string, Set<string>>()
  for (const { session, name } of yield* keepers.spans(project)) namesBySession.set(session, (namesBySession.get(session) ?? new Set()).add(name))
  return (id) => {
    const names = namesBySession.get(id) ?? new Set()
    const { events, spans } = looked.get(id) ?? { events: 0, spans: 0 }
    return { names, events, damaged: incomplete.has(id) || names.size < spans }
  }
})

const namesWhatIsMissing = (log: EventLog["Service"], id: string, { names, events }: Known): Effect.Effect<boolean, LogError> =>
  Stream.runFold(
    log.read(id, { from: events + 1 }),
    () => false,
    (missing, { event }) => missing || (event.type === "ContextOffloaded" && event.keeper !== undefined && !names.has(event.keeper))
  )

/** Every keeper that a log names, made from what was said in it. */
const keepersIn = Effect.fnUntraced(function*(
  log: EventLog["Service"],
  project: string,
  id: string
): Effect.fn.Return<readonly Keeper[], LogError> {
  const [{ readSettledSession }, { momentsOf }] = yield* Effect.promise(() =>
    Promise.all([import("./replay/settled.ts"), import("./replay/timeline.ts")])
  )
  const rows = yield* Effect.provideService(Stream.runCollect(readSettledSession(id)), EventLog, log)
  return yield* Effect.try({ try: () => [...keepersOf(project, momentsOf(rows))], catch: (cause) => logErrorOf(`read session ${id}`, cause) })
})

function* keepersOf(project: string, moments: ReturnType<typeof import("./replay/timeline.ts").momentsOf>): Generator<Keeper> {
  for (const { row: { event }, before, step: { state } } of moments) {
    if (event.type !== "ContextOffloaded" || event.keeper === undefined || before === null) continue
    const [from, to] = [before.session.window.base, state.session.window.base]
    if (to > from) yield keeperOf(state.session, { name: event.keeper, project, from, to, at: event.at })
  }
}
