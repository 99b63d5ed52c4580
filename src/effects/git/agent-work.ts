import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Workspace } from "../os/workspace.ts"
import { withChanges, without, type AgentFiles } from "./agent-files.ts"
import { Checkpoints, type CheckpointError } from "./checkpoint.ts"
import type { Checkpoint } from "./take.ts"
import type { FileChange } from "./tree-diff.ts"

/** What is remembered of one session's work on the files while the process lives: where a turn and a batch began, what the agent changed. */
export class AgentWork extends Context.Service<
  AgentWork,
  {
    /** Begins the checkpoint of a turn and does not wait for it. Gives back its tree where that is known at once. */
    readonly beginTurn: (turn: number) => Effect.Effect<string | null>
    /**
     * Before a call that may change something: once a batch, the files as they are. It waits for the turn's checkpoint.
     * `exact`: what the person changed since the last checkpoint is not taken for the agent's; auto-commit needs that.
     */
    readonly beforeChange: (exact: boolean) => Effect.Effect<void>
    /** The tree that the batch began with, `null` where none could be had; the next batch begins anew. */
    readonly endBatch: (after: string | null) => Effect.Effect<string | null>
    /** Adds what a batch changed; all that the agent changed and nobody committed. */
    readonly changed: (changes: readonly FileChange[]) => Effect.Effect<AgentFiles>
    readonly committed: (paths: readonly string[]) => Effect.Effect<void>
    /** Those that were not told before, in this session. */
    readonly news: (reports: readonly string[]) => Effect.Effect<readonly string[]>
  }
>()("loom/AgentWork") {
  static readonly layer: Layer.Layer<AgentWork, never, Checkpoints | Workspace> = Layer.effect(AgentWork, Effect.suspend(() => make))
}

/** Makes sure that there is a checkpoint before a call changes anything; see `beforeChange`. */
export const turnCheckpoint = (exact: boolean): Effect.Effect<void, never, AgentWork> => Effect.flatMap(AgentWork, (work) => work.beforeChange(exact))

/** The name under which the journal keeps the checkpoint of a turn. */
export const turnReason = (session: string, turn: number): string => `turn ${turn} of ${session}`

/** The request to the model goes out first; starting git takes a moment. Units: ms. */
const LET_REQUEST_GO_MS = 30
/** A look is given up after this long. */
const GLANCE_MS = 50
/** How long a changing call waits for the checkpoint before it. */
const WAIT_MS = 10_000

type Taking = Fiber.Fiber<Checkpoint, CheckpointError>

/** The tree, if it is there in time. A checkpoint that fails here fails again after the tools, and is reported there. */
const treeOf = (taking: Effect.Effect<{ readonly tree: string | null }, CheckpointError>, withinMs: number): Effect.Effect<string | null> =>
  Effect.catchCause(
    Effect.timeoutOrElse(Effect.map(taking, ({ tree }) => tree), { duration: withinMs, orElse: () => Effect.succeed(null) }),
    () => Effect.succeed(null)
  )

const make = Effect.gen(function*() {
  const checkpoints = yield* Checkpoints
  const { session } = yield* Workspace
  const scope = yield* Scope.Scope
  let turn: { readonly taking: Taking; readonly hurry: Deferred.Deferred<void> } | null = null
  let lastTree: string | null = null
  let batch: { readonly before: string | null } | null = null
  let files: AgentFiles = new Map()
  const told = new Set<string>()

  const beginTurn = Effect.fn("AgentWork.beginTurn")(function*(number: number) {
    const reason = turnReason(session, number)
    const waiting = turn
    turn = batch = null
    if (waiting !== null) yield* Fiber.interrupt(waiting.taking)
    lastTree = yield* treeOf(Effect.map(checkpoints.unchanged(reason), (tree) => ({ tree })), GLANCE_MS)
    if (lastTree === null) {
      const hurry = yield* Deferred.make<void>()
      const calm = Effect.raceFirst(Effect.sleep(LET_REQUEST_GO_MS), Deferred.await(hurry))
      turn = { taking: yield* Effect.forkIn(Effect.andThen(calm, checkpoints.take(reason)), scope), hurry }
    }
    return lastTree
  })

  const beforeChange = Effect.fn("AgentWork.beforeChange")(function*(exact: boolean) {
    if (batch !== null) return
    if (turn !== null) {
      yield* Deferred.succeed(turn.hurry, undefined)
      lastTree = yield* treeOf(Fiber.join(turn.taking), WAIT_MS)
      turn = null
    }
    batch = { before: exact || lastTree === null ? yield* treeOf(checkpoints.take(`before tools of ${session}`), WAIT_MS) : lastTree }
  })

  return {
    beginTurn,
    beforeChange,
    endBatch: (after) =>
      Effect.sync(() => {
        const before = batch?.before ?? null
        lastTree = after
        batch = null
        return before
      }),
    changed: (changes) => Effect.sync(() => (files = withChanges(files, changes))),
    committed: (paths) => Effect.sync(() => void (files = without(files, paths))),
    news: (reports) => Effect.sync(() => reports.filter((report) => !told.has(report) && told.add(report)))
  } satisfies AgentWork["Service"]
})
