import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { keptFrom } from "../../machine/policy/kept.ts"
import type { Session } from "../../machine/session.ts"
import type { Gathered } from "../gathered.ts"
import { RepoIndexes } from "./repo-indexes.ts"
import { baseOf } from "./map-bases.ts"
import { mapWithin, newsWithin } from "./map-budget.ts"
import { harmlessPath } from "./map-lines.ts"
import { extentOf, type Extent } from "./map-extent.ts"
import { queryOf } from "./map-query.ts"
import { saidMapOf, untrueOf, type SaidMap } from "./map-said.ts"
import type { RankBase } from "./rank-base.ts"
import { rankFiles, type Ranked } from "./rank.ts"

/** How long a turn waits for what it needs of the repository; what comes later goes with the next turn. To start what reads takes longer than is waited for a small one. Units: ms. */
const SMALL_MS = 50
const FIRST_MS = 1_500
const LATER_MS = 250

/** What changed takes at most this part of the budget of a whole map. */
const NEWS_SHARE = 1 / 4

/**
 * The map for a turn of a session: the whole one where none is in the window, else what was said and is not so any more, and files that
 * are wanted now and were not told of. It is made in the background and goes on being made when the turn does not wait for it any longer.
 */
export const gatherMap = Effect.fnUntraced(function*(session: Session, root: string, budgetTokens: number): Effect.fn.Return<readonly Gathered[]> {
  const extent = yield* extentAt(root)
  if ("refused" in extent) return [{ missing: `repository map: ${extent.refused}` }]
  const said = saidMapOf(session)
  const indexes = yield* RepoIndexes
  const making = yield* Effect.forkDetach(baseOf(root, indexes), { startImmediately: true })
  const patienceMs = extent.size === "small" ? (indexes.hasRead(root) ? SMALL_MS : 0) : said === null ? FIRST_MS : LATER_MS
  const exit = yield* Effect.timeoutOption(Fiber.await(making), patienceMs)
  // From the second turn on it is worth hearing of each change; before the first request it would only take time.
  if (session.turn > 1) yield* Effect.forkDetach(indexes.watch(root))
  if (Option.isNone(exit)) return [{ missing: "repository map" }]
  if (exit.value._tag === "Failure") return [{ missing: "repository map: the repository could not be read; `loom map --check` says why" }]
  const text = said === null ? wholeMap(session, exit.value.value, budgetTokens) : newsSince(said, session, exit.value.value, budgetTokens)
  return text === "" ? [] : [{ fragment: { source: "repository map", text } }]
})

/** Makes the base of a map in the background, where one would be made for a turn; what goes wrong is told to the turn that asks for the map. */
export const readyBase = Effect.fnUntraced(function*(root: string): Effect.fn.Return<void> {
  if ("refused" in (yield* extentAt(root))) return
  yield* Effect.ignore(baseOf(root, yield* RepoIndexes))
})

const extents = new Map<string, Extent>()

/** Looked at once in a process: a workspace that grows over a limit meanwhile stays what it was. */
const extentAt = (root: string): Effect.Effect<Extent> => {
  const known = extents.get(root)
  if (known !== undefined) return Effect.succeed(known)
  return Effect.tap(Effect.promise(() => extentOf(root)), (extent) => Effect.sync(() => extents.set(root, extent)))
}

/** What a rule keeps from being read is not told by its definitions either. */
const mayBeTold = (session: Session, base: RankBase): ((file: number) => boolean) => {
  const { rules, hides } = keptFrom("file_read", session.opened.rules)
  return rules.length === 0 ? () => true : (file) => !hides(base.paths[file] as string)
}

const wholeMap = (session: Session, base: RankBase, budgetTokens: number): string => {
  const query = queryOf(session)
  const order = rankFiles(base, query).map(({ file }) => file).filter(mayBeTold(session, base))
  return mapWithin(base, order, query.words, { budgetTokens, model: session.settings.model }).text
}

const newsSince = (said: SaidMap, session: Session, base: RankBase, budgetTokens: number): string => {
  const query = queryOf(session)
  const { changed, gone } = untrueOf(said, base)
  const fresh = freshOf(rankFiles(base, query)).filter((file) => !said.told.has(harmlessPath(base.paths[file] as string)) && !changed.includes(file))
  const order = [...changed, ...fresh.filter((file) => (base.files[file]?.definitions.length ?? 0) > 0)].filter(mayBeTold(session, base))
  return newsWithin(base, order, gone, query.words, { budgetTokens: Math.floor(budgetTokens * NEWS_SHARE), model: session.settings.model }).text
}

/** So many files at most are told of anew, each wanted at least so much, and at least half as much as the first. */
const FRESH_MAX = 8
const WANTED_MIN = 0.8

const freshOf = (ranked: readonly Ranked[]): readonly number[] => {
  const most = ranked[0]?.score ?? 0
  return ranked.slice(0, FRESH_MAX).flatMap(({ file, score }) => (score >= Math.max(WANTED_MIN, most / 2) ? [file] : []))
}
