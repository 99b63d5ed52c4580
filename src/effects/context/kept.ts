import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { foldersOf, projectOf } from "../git/project.ts"
import { problem, type Problem } from "../os/problem.ts"
import { hashOf, type KeptMessage, type KeptSpan } from "./keeper.ts"
import type { Hit, KeepersOf } from "./keepers.ts"

/** What left the windows of one project, that of the folder which is given, as tools and people read it. */
export interface KeptOf {
  /** Messages in which the words stand, best first; what stands in several sessions, as in a fork, is told once. */
  readonly search: (folder: string, words: string, hitsMax: number, session: string | null) => Effect.Effect<Found, Problem>
  /** The keepers of one session, in the order of its transcript. */
  readonly spans: (folder: string, session: string) => Effect.Effect<readonly KeptSpan[], Problem>
  /** The keeper of that name, or that holds that message (`SESSION#NUMBER`, `#NUMBER` for the session that asks), whole. Errors: there is none. */
  readonly read: (folder: string, id: string, session: string | null) => Effect.Effect<ReadSpan, Problem>
}

export interface Found {
  readonly hits: readonly KeptHit[]
  /** What stands against being sure that these are all. */
  readonly notes: readonly string[]
}

/** `imported`: from a log that came from elsewhere, or a fork of one. */
export interface KeptHit extends Hit {
  readonly imported: boolean
}

export interface ReadSpan {
  readonly span: KeptSpan
  readonly messages: readonly KeptMessage[]
  /** The message that was asked for; `null` where the keeper was. */
  readonly number: number | null
  readonly summary: string | null
  readonly notes: readonly string[]
}

/** The logs, from which all that is kept can be made again. */
export interface KeptHistory {
  /** Sees to it that all keepers which the logs of a project name are here; gives back what stood in the way. */
  readonly complete: (project: string) => Effect.Effect<readonly string[]>
  /** Keeps anew what one session's log says; gives back what stood in the way. */
  readonly restore: (project: string, session: string) => Effect.Effect<readonly string[]>
  /** Whether its log came from elsewhere. */
  readonly isForeign: (session: string) => Effect.Effect<boolean>
}

export const noHistory: KeptHistory = {
  complete: () => Effect.succeed([]),
  restore: () => Effect.succeed([]),
  isForeign: () => Effect.succeed(false)
}

/** Nothing is kept where no runtime says so, as in a host's own rooms. */
const nothingKept: KeptOf = {
  search: () => Effect.fail(problem(NONE)),
  spans: () => Effect.fail(problem(NONE)),
  read: () => Effect.fail(problem(NONE))
}
const NONE = "look for what left the window: nothing is kept here"

export const Kept = Context.Reference<KeptOf>("loom/Kept", { defaultValue: () => nothingKept })

export const keptOf = (keepers: KeepersOf, history: KeptHistory = noHistory): KeptOf => ({
  search: Effect.fnUntraced(function*(folder, words, hitsMax, session) {
    const project = yield* joinedProject(keepers, folder)
    const notes = yield* history.complete(project)
    const hits = yield* keepers.search(project, words, hitsMax * COPIES_MAX)
    const shown = withoutCopies(hits, session).slice(0, hitsMax)
    return {
      hits: yield* Effect.forEach(shown, (hit) => Effect.map(history.isForeign(hit.span.session), (imported) => ({ ...hit, imported }))),
      notes
    }
  }),
  spans: (folder, session) =>
    Effect.flatMap(joinedProject(keepers, folder), (project) => Effect.andThen(history.complete(project), keepers.spans(project, session))),
  read: Effect.fnUntraced(function*(folder, id, session) {
    const project = yield* joinedProject(keepers, folder)
    const notes = yield* history.complete(project)
    const { span, number } = yield* spanOf(keepers, project, id, session)
    const messages = yield* keepers.messages(span.session, span.from, span.to)
    const summary = yield* keepers.summary(span)
    if (isWhole(span, messages)) return { span, messages, number, summary, notes }
    const more = yield* history.restore(project, span.session)
    const restored = yield* keepers.messages(span.session, span.from, span.to)
    const hash = (yield* keepers.named(project, span.name)).find((one) => one.session === span.session)?.hash ?? ""
    const doubt = isWhole({ ...span, hash }, restored)
      ? []
      : [`keeper ${span.name} of ${span.session} is not what was kept, and its log does not give it back`]
    return { span, messages: restored, number, summary, notes: [...notes, ...more, ...doubt] }
  })
})

/** The project of a folder; what was kept under folders of it before that was known to be one is part of it then. */
const joinedProject = Effect.fnUntraced(function*(keepers: KeepersOf, folder: string): Effect.fn.Return<string, Problem> {
  const project = yield* projectOf(folder)
  const others = yield* foldersOf(project, yield* keepers.projects)
  if (others.length > 0) yield* keepers.join(project, others)
  return project
})

/** How often the same message may be found in forks before other hits are missed for it. */
const COPIES_MAX = 4

const isWhole = ({ from, to, hash }: KeptSpan, messages: readonly KeptMessage[]): boolean =>
  messages.length === to - from && hash === hashOf(messages)

/** A fork says again what its parent said, under the same numbers; that of the session which asks goes before. */
const withoutCopies = (hits: readonly Hit[], session: string | null): readonly Hit[] => {
  const byWords = new Map<string, Hit>()
  for (const hit of hits) {
    const words = `${hit.number}\n${hit.speaker}\n${hit.excerpt}`
    if (!byWords.has(words) || hit.span.session === session) byWords.set(words, hit)
  }
  return [...byWords.values()]
}

const spanOf = Effect.fnUntraced(function*(
  keepers: KeepersOf,
  project: string,
  id: string,
  session: string | null
): Effect.fn.Return<Pick<ReadSpan, "span" | "number">, Problem> {
  const message = /^(.*)#(\d+)$/.exec(id.trim())
  if (message === null) {
    const named = yield* keepers.named(project, id.trim())
    const span = named.find((one) => one.session === session) ?? named[0]
    return span === undefined
      ? yield* problem(`read keeper ${id}: there is none of that name in this project; a search of the context finds what is kept`)
      : { span, number: null }
  }
  const whose = message[1] === "" ? session : (message[1] as string)
  const number = Number(message[2])
  const spans = whose === null ? [] : yield* keepers.spans(project, whose)
  const span = spans.find(({ from, to }) => from <= number && number < to)
  return span === undefined
    ? yield* problem(`read message ${id}: no keeper of this project holds it; it is still in the window, or there is none of that number`)
    : { span, number }
})
