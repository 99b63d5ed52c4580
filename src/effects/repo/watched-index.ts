import { basename } from "node:path"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { ignoredBelow, type Ignored } from "../os/ignored.ts"
import { reasonOf, type Problem } from "../os/problem.ts"
import { watchTree, type Heard } from "../os/watch.ts"
import type { LiveIndex } from "./repo-index.ts"
import type { RepoIndex } from "./symbols.ts"
import { touchedFiles } from "./touched-files.ts"

/** An index that a watcher may keep true. */
export interface WatchedIndex {
  /** The index of now: what the watcher heard of is read; without a watcher the whole repository is looked at. */
  readonly now: Effect.Effect<RepoIndex, Problem>
  /** Watches from now on, until the scope ends; done when the watcher hears everything. Where it cannot, every look is one at the whole. */
  readonly watch: Effect.Effect<void>
  /** Why nothing is watched although it was wished; `null` where that is not so. */
  readonly deaf: () => string | null
}

/** After this time without a word the changes are read, and after that one in any case. Units: ms. */
const QUIET_MS = 50
const PATIENCE_MS = 400
/** A new directory is watched a moment after it was seen: what came into it meanwhile is looked for once more. Units: ms. */
const LATER_MS = 300
/** More than these are found faster by looking at everything. */
const PATHS_MAX = 300

interface Watch {
  readonly hidden: Ignored
  readonly close: () => Promise<void>
}

/** What was heard of and not read yet. `rules`: a `.gitignore` is among it. */
const nothingHeard = (isWhole: boolean) => ({ paths: new Set<string>(), isWhole, rules: false })

export const makeWatchedIndex = Effect.fnUntraced(function*(root: string, live: LiveIndex): Effect.fn.Return<WatchedIndex, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const turn = yield* Semaphore.make(1)
  const bell = yield* Queue.sliding<void>(1)
  let pending = nothingHeard(true)
  let watch: Watch | null = null
  let deaf: string | null = null
  let lastMs = 0

  const hear = (heard: Heard): void => {
    lastMs = performance.now()
    if (heard.type === "deaf") deaf = heard.why
    else if (basename(heard.path) === ".gitignore") pending.rules = true
    else if (pending.paths.size < PATHS_MAX) pending.paths.add(heard.path)
    else pending.isWhole = true
    if (heard.type === "directory") setTimeout(() => hear({ ...heard, type: "touched" }), LATER_MS).unref()
    Queue.offerUnsafe(bell, undefined)
  }

  const begin = Effect.promise(async () => {
    const hidden = await ignoredBelow(root)
    try {
      const { close } = await watchTree(root, hidden, hear)
      if (deaf === null) watch = { hidden, close }
    } catch (thrown) {
      deaf = reasonOf(thrown)
    }
    pending.isWhole = true
  })
  const end = Effect.promise(async () => {
    const ended = watch
    watch = null
    await ended?.close()
  })

  /** Other rules say anew which directories are watched. What is heard while it is read is read the next time. */
  const read = Effect.gen(function*() {
    if (watch !== null && (deaf !== null || pending.rules)) {
      yield* end
      if (deaf === null) yield* begin
    }
    const heard = pending
    pending = nothingHeard(watch === null)
    const index = live.latest()
    const files = heard.isWhole || watch === null || index === null ? null : touchedFiles(heard.paths, index, watch.hidden)
    if (files === null || index === null) return yield* live.refresh
    return files.length === 0 ? index : yield* live.refreshFiles(files)
  })

  const readWhenQuiet = Effect.gen(function*() {
    yield* Queue.take(bell)
    const untilMs = performance.now() + PATIENCE_MS
    while (performance.now() - lastMs < QUIET_MS && performance.now() < untilMs) yield* Effect.sleep(QUIET_MS)
    yield* turn.withPermits(1)(read)
  }).pipe(
    // It is read again when somebody asks, who then hears why it cannot be.
    Effect.catch(() => Effect.sync(() => void (pending.isWhole = true)))
  )

  const watchOnce = Effect.suspend(() =>
    watch !== null || deaf !== null ? Effect.void : Effect.andThen(begin, Effect.forkIn(Effect.forever(readWhenQuiet), scope))
  )
  yield* Scope.addFinalizer(scope, end)
  return { now: turn.withPermits(1)(read), watch: Effect.asVoid(turn.withPermits(1)(watchOnce)), deaf: () => deaf }
})
