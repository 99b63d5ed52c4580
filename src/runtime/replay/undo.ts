import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { turnReason } from "../../effects/git/agent-work.ts"
import { Checkpoints, type CheckpointError } from "../../effects/git/checkpoint.ts"
import type { FileChange } from "../../effects/git/tree-diff.ts"
import { EventLog, type LogError } from "../event-log/event-log.ts"
import { changesOf, lastOf, type Batch, type Changes, type Undo } from "./undo-target.ts"
import { planUndo, type Stretch, type UndoPlan } from "./undo-plan.ts"
import { noteOf } from "./undo-words.ts"
import type { Said, Session } from "../session.ts"

export type { FileChange } from "../../effects/git/tree-diff.ts"

export interface UndoWish {
  /** The last turn that changed files, the last batch of tools that did, or the last undo. */
  readonly what: "turn" | "step" | "redo"
  /** Whether what somebody else changed since is overwritten, too. */
  readonly force: boolean
}

/** What became of an undo. */
export type Undone =
  | Done
  /** Nothing was done: these files were changed since, by somebody else or by tools that were broken off. */
  | { readonly outcome: "contested"; readonly target: UndoTarget; readonly contested: readonly FileChange[]; readonly message: string }
  | { readonly outcome: "nothing"; readonly message: string }
  | { readonly outcome: "failed"; readonly message: string }

export interface Done {
  readonly outcome: "done"
  readonly target: UndoTarget
  /** From what stood there to what stands there now. */
  readonly files: readonly FileChange[]
  /** Those of them that somebody else had changed since. */
  readonly overwritten: readonly string[]
  /** What stayed as it was although it should have been put back, and why. */
  readonly left: readonly string[]
  /** Auto-commits of what was taken back, the newest first; they stay in the history. */
  readonly commits: readonly string[]
  readonly before: string
  readonly tree: string
}

export interface UndoTarget {
  readonly what: UndoWish["what"]
  readonly turn: number
  /** The events whose tools are taken back, or done again. */
  readonly events: readonly number[]
}

/** Where checkpoints and logs are kept. */
export interface UndoPlace {
  readonly log: EventLog["Service"]
  readonly directories: { readonly data: string }
}

/**
 * Puts the files of a session back and says so in its log, or says why not. Only what the agent changed is touched. Before a file is
 * overwritten all of them are kept as a checkpoint; broken off in the middle, the next undo goes on where this one stopped.
 */
export const undoIn = ({ log, directories }: UndoPlace, session: Session, wish: UndoWish): Effect.Effect<Undone, LogError> => {
  const root = session.state().session.opened.roots[0] as string
  if (!existsSync(root))
    return Effect.succeed(
      failed(`undo in ${root}: the folder is not there any more; \`loom fork ${session.id}\` makes its files anew elsewhere`)
    )
  if (session.state().name !== "WaitingForInput") return Effect.succeed(failed(`undo in ${root}: the agent is at work; interrupt it first`))
  return undo(session, wish).pipe(
    Effect.catchTag("CheckpointError", (error) => Effect.succeed(failed(`undo in ${root}: ${error.message}`))),
    Effect.provide(Layer.merge(Checkpoints.layerShadow({ root, dataDirectory: directories.data }), Layer.succeed(EventLog, log)))
  )
}

const failed = (message: string): Undone => ({ outcome: "failed", message })

const undo = Effect.fn("Undo.undo")(function*(
  session: Session,
  wish: UndoWish
): Effect.fn.Return<Undone, LogError | CheckpointError, Checkpoints | EventLog> {
  const log = yield* EventLog
  const changes = changesOf(yield* Stream.runCollect(log.read(session.id)))
  const task = yield* wish.what === "redo" ? redoOf(changes) : undoOf(changes, wish.what, session.id)
  if ("outcome" in task) return task
  const checkpoints = yield* Checkpoints
  const { tree: now } = yield* checkpoints.take(`a look before an undo of ${session.id}`)
  const plan = planUndo(yield* task.stretches(now))
  if (plan.contested.length > 0 && !wish.force) return contestedBy(plan, task)
  const put = yield* putBack(plan, now, `undo of event ${task.target.events.join(" ")} after event ${changes.since} of ${session.id}`)
  if (put.files.length === 0 && put.left.length > 0) return failed(`undo: nothing could be put back: ${put.left.join("; ")}`)
  const overwritten = plan.contested.map(({ path }) => path).filter((path) => put.files.some((file) => file.path === path))
  const done: Done = { outcome: "done", target: task.target, ...put, overwritten, commits: task.commits }
  yield* session.say({ type: "WorkspaceRestored", tree: done.tree, note: noteOf(done), before: done.before, ...task.said })
  return done
})

/** What is to be taken back, and how its files changed since. */
interface Task {
  readonly target: UndoTarget
  readonly commits: readonly string[]
  readonly stretches: (now: string) => Effect.Effect<readonly Stretch[], CheckpointError, Checkpoints>
  readonly said: Pick<Extract<Said, { readonly type: "WorkspaceRestored" }>, "undone" | "redone">
}

const nothing = (message: string): Undone => ({ outcome: "nothing", message })

const redoOf = ({ undo }: Changes): Effect.Effect<Task | Undone> => {
  if (undo === null) return Effect.succeed(nothing("redo: there is no undo to take back, or the agent has changed files since"))
  return Effect.succeed({
    target: { what: "redo", turn: undo.batches[0]?.turn ?? 0, events: undo.batches.map(({ n }) => n) },
    commits: [],
    stretches: (now) => againstUndo(undo, now),
    said: { redone: undo.n }
  })
}

const againstUndo = Effect.fnUntraced(function*({ before, tree }: Undo, now: string) {
  return [yield* stretch("agent", before, tree), yield* stretch("person", tree, now)]
})

const undoOf = Effect.fnUntraced(function*({ standing }: Changes, what: "turn" | "step", session: string) {
  const batches = lastOf(standing, what)
  const [first] = batches
  if (first === undefined)
    return nothing(
      `undo: the tools of session ${session} changed no files, or all of it is taken back already; \`loom sessions\` lists others`
    )
  const isFirstOfTurn = standing.find(({ turn }) => turn === first.turn) === first
  const before = first.before ?? (isFirstOfTurn ? yield* (yield* Checkpoints).find(turnReason(session, first.turn)) : null)
  if (before === null)
    return nothing(
      `undo: there is no checkpoint of the files before the tools of event ${first.n}; \`loom doctor\` says whether git is there`
    )
  if (!(yield* (yield* Checkpoints).has(before)))
    return failed(`undo: checkpoint ${before.slice(0, 12)} is not on this machine: the session was held elsewhere`)
  const task: Task = {
    target: { what, turn: first.turn, events: batches.map(({ n }) => n) },
    commits: batches.flatMap(({ commit }) => (commit === null ? [] : [commit])).toReversed(),
    stretches: (now) => stretchesOf(batches, before, now),
    said: { undone: batches.map(({ n }) => n) }
  }
  return task
})

/** How the files changed from before the first batch until now, and by whom. */
const stretchesOf = Effect.fnUntraced(function*(batches: readonly Batch[], from: string, now: string) {
  const stretches: Stretch[] = []
  let at = from
  let isOpen = false
  const goOn = Effect.fnUntraced(function*(by: Stretch["by"], to: string) {
    stretches.push(yield* stretch(by, at, to))
    at = to
  })
  for (const { before, after, isCertain } of batches) {
    if (before !== null) yield* goOn(isOpen ? "unknown" : "person", before)
    if (after !== null) yield* goOn(isCertain && !(isOpen && before === null) ? "agent" : "unknown", after)
    isOpen = after === null
  }
  yield* goOn(isOpen ? "unknown" : "person", now)
  return stretches
})

const stretch = (by: Stretch["by"], from: string, to: string): Effect.Effect<Stretch, CheckpointError, Checkpoints> =>
  Effect.flatMap(Checkpoints, ({ diff }) => Effect.map(diff(from, to), (changes) => ({ by, changes })))

const contestedBy = ({ contested }: UndoPlan, { target }: Task): Undone => ({
  outcome: "contested",
  target,
  contested,
  message: `${contested.length === 1 ? "1 file was" : `${contested.length} files were`} changed since by somebody else, or by tools that were broken off`
})

/** Files of names that git takes into no tree, as `.git/config` and `../x`: only a checkpoint that was made by hand speaks of them. */
const impossibleOf = Effect.fnUntraced(function*(wanted: readonly FileChange[], now: string, composed: string) {
  if (wanted.length === 0) return []
  const possible = new Set((yield* (yield* Checkpoints).diff(now, composed)).map(({ path }) => path))
  return wanted.flatMap(({ path }) => (possible.has(path) ? [] : path))
})

/**
 * The present files are kept first, under a name that a later process finds: what an undo that was killed had put back already is
 * still told as it was before that one.
 */
const putBack = Effect.fnUntraced(function*({ putBack, contested, already }: UndoPlan, now: string, intent: string) {
  const checkpoints = yield* Checkpoints
  const earlier = yield* checkpoints.find(intent)
  const wanted = [...putBack, ...contested]
    .filter(({ before, after }) => before !== null || after !== null)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  if (wanted.length > 0) yield* checkpoints.take(intent)
  const composed = yield* checkpoints.compose(now, wanted)
  const impossible = yield* impossibleOf(wanted, now, composed)
  const restored = wanted.length === 0 ? { left: [] } : yield* checkpoints.restore(composed, undefined, wanted)
  const left = [...impossible.map((path) => `${path}: no checkpoint holds a file of that name`), ...restored.left]
  const failed = left.length === 0 ? [] : [...impossible, ...(yield* stillDifferent(wanted, now))]
  const files = wanted.filter(({ path }) => !failed.includes(path))
  const putBackThen = earlier === null ? [] : (yield* checkpoints.diff(earlier, now)).filter(({ path }) => already.includes(path))
  const before = yield* checkpoints.compose(now, putBackThen.map(({ path, before }) => ({ path, after: before })))
  return { files, left, before, tree: yield* checkpoints.compose(now, files) }
})

const stillDifferent = Effect.fnUntraced(function*(wanted: readonly FileChange[], now: string) {
  const checkpoints = yield* Checkpoints
  const { tree } = yield* checkpoints.take("a look after an undo")
  const different = yield* checkpoints.diff(tree, yield* checkpoints.compose(now, wanted))
  return different.map(({ path }) => path)
})
