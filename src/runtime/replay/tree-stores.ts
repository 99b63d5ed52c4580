import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { turnReason } from "../../effects/git/agent-work.ts"
import { namesInBundle } from "../../effects/git/bundle.ts"
import { CheckpointError, Checkpoints } from "../../effects/git/checkpoint.ts"
import { hasShadow } from "../../effects/git/shadow.ts"
import type { SessionOpened } from "../../machine/event.ts"
import { scratchFolder } from "../scratch.ts"
import { bundleOf, turnIn } from "./bundle-names.ts"
import type { FilesSource } from "./files-at.ts"

/** A place where checkpoints of a log's workspace may be. */
export interface TreeStore {
  /** The tree of a turn that no event names; `null` where it is not known here. */
  readonly ofTurn: (turn: number) => Effect.Effect<string | null, CheckpointError>
  /** What is needed to open it is done at the first use of this. */
  readonly checkpoints: Effect.Effect<Checkpoints["Service"], CheckpointError>
}

/** The shadow that this machine keeps of the workspace, and the bundle beside the log file; those that are there. */
export const treeStoresOf = Effect.fnUntraced(function*({
  log,
  file,
  dataDirectory
}: FilesSource): Effect.fn.Return<readonly TreeStore[], never, Scope.Scope> {
  const options = { root: rootOf(log.rows[0]?.event as SessionOpened), dataDirectory }
  const { session } = log.header
  return [
    ...(hasShadow(options) ? [yield* shadowStore(options, session)] : []),
    ...(file !== null && existsSync(bundleOf(file)) ? [yield* bundleStore(bundleOf(file), session)] : [])
  ]
})

/** Where a session's commands start, and its checkpoints are taken. */
export const rootOf = ({ roots }: SessionOpened): string => roots[0] as string

/** The checkpoints of a workspace, as long as the scope lives. */
export const checkpointsOf = (options: {
  readonly root: string
  readonly dataDirectory: string
}): Effect.Effect<Checkpoints["Service"], never, Scope.Scope> =>
  Effect.flatMap(Layer.build(Checkpoints.layerShadow(options)), (built) => Effect.provideContext(Checkpoints, built))

const shadowStore = (
  options: { readonly root: string; readonly dataDirectory: string },
  session: string
): Effect.Effect<TreeStore, never, Scope.Scope> =>
  Effect.map(checkpointsOf(options), (checkpoints) => ({
    ofTurn: (turn) => checkpoints.find(turnReason(session, turn)),
    checkpoints: Effect.succeed(checkpoints)
  }))

/** Unpacked into a place of its own that goes with the scope, so that reading a log writes nothing of ours. */
const bundleStore = Effect.fnUntraced(function*(bundle: string, session: string): Effect.fn.Return<TreeStore, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const unpack = Effect.gen(function*() {
    const directory = yield* Effect.mapError(scratchFolder("loom-bundle-"), ({ message }) => new CheckpointError({ message }))
    const checkpoints = yield* checkpointsOf({ root: join(directory, "none"), dataDirectory: directory })
    yield* checkpoints.unbundle(bundle)
    return checkpoints
  })
  const names = yield* Effect.cached(namesInBundle(bundle))
  return {
    ofTurn: (turn) =>
      names.pipe(
        Effect.map((all) => all.find(({ name }) => turnIn(name, session) === turn)?.tree ?? null),
        Effect.mapError(({ message }) => new CheckpointError({ message }))
      ),
    checkpoints: yield* Effect.cached(Effect.provideService(unpack, Scope.Scope, scope))
  }
})
