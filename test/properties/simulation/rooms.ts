import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Keepers } from "../../../src/effects/context/keepers.ts"
import { AgentWork } from "../../../src/effects/git/agent-work.ts"
import { CheckpointError, Checkpoints } from "../../../src/effects/git/checkpoint.ts"
import { Llm } from "../../../src/effects/llm/llm.ts"
import { Blobs } from "../../../src/effects/os/blobs.ts"
import { problem } from "../../../src/effects/os/problem.ts"
import { Workspace } from "../../../src/effects/os/workspace.ts"
import type { Rooms } from "../../../src/effects/perform.ts"
import { Background } from "../../../src/effects/tools/background.ts"
import { ReadFiles } from "../../../src/effects/tools/read-files.ts"
import { Tools } from "../../../src/effects/tools/registry.ts"
import type { Tool } from "../../../src/effects/tools/tool.ts"
import { VettedCalls } from "../../../src/effects/tools/vetted-calls.ts"
import type { RoomFault } from "./plan.ts"

/** What outlives the processes of a session beside its log: blobs and keepers. */
export type Kept = Context.Context<Blobs | Keepers>

/** What a room is to do next. */
export type NextFault = () => RoomFault

export const keptOf = (next: NextFault): Effect.Effect<Kept> =>
  Effect.scoped(
    Effect.gen(function*() {
      const kept = yield* Layer.build(Layer.merge(Blobs.layerMemory, Keepers.layerMemory))
      const keepers = Context.get(kept, Keepers)
      return Context.add(kept, Keepers, { ...keepers, keep: (keeper) => faulty(next(), problem("keep: the disk is full"), keepers.keep(keeper)) })
    })
  )

/** Before the work: nothing, a while, a failure, a defect, or no end. */
const faulty = <A, E>(fault: RoomFault, error: E, work: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  switch (fault) {
    case "well":
      return work
    case "slow":
      return Effect.andThen(Effect.sleep(3_000), work)
    case "fails":
      return Effect.fail(error)
    case "breaks":
      return Effect.die(new Error("the room broke"))
    case "hangs":
      return Effect.never
  }
}

/** Checkpoints of files that are none: a tree is named by how much was changed so far. */
export const checkpointsOf = (root: string, tree: () => string, next: NextFault): Checkpoints["Service"] => {
  const error = new CheckpointError({ message: "checkpoint: git could not" })
  return {
    root,
    take: () => faulty(next(), error, Effect.sync(() => ({ tree: tree(), leftOut: [] }))),
    unchanged: () => Effect.succeed(null),
    find: () => Effect.succeed(null),
    has: () => Effect.succeed(true),
    bundle: () => Effect.succeed([]),
    unbundle: () => Effect.succeed([]),
    note: () => Effect.void,
    restore: () => Effect.succeed({ before: tree(), files: 0, left: [] }),
    compose: (tree) => Effect.succeed(tree),
    diff: () => Effect.succeed([]),
    read: () => Effect.succeed(Buffer.alloc(0)),
    settled: Effect.void
  }
}

export interface RoomsConfig {
  readonly root: string
  readonly session: string
  readonly kept: Kept
  readonly send: typeof fetch
  readonly checkpoints: Checkpoints["Service"]
  readonly tools: readonly Tool[]
}

const ENDPOINT = { baseUrl: null, key: "sim" }

/** Units: ms without a byte, so that a stalled stream is given up. */
const IDLE_MS = 120_000

/** The real rooms of one process; only what lies beyond them is simulated: the wire, the tools' work, git. */
export const roomsOf = ({ root, session, kept, send, checkpoints, tools }: RoomsConfig): Layer.Layer<Rooms> =>
  Layer.mergeAll(
    AgentWork.layer.pipe(Layer.provideMerge(Layer.succeed(Checkpoints, checkpoints)), Layer.provideMerge(Layer.succeed(Workspace, { roots: [root], session }))),
    Llm.layerProviders({
      config: { anthropic: ENDPOINT, openai: ENDPOINT, openaiCompatible: { baseUrl: "http://sim/v1", key: null }, idleMs: IDLE_MS },
      resolveBlob: (hash) => Effect.orElseSucceed(Context.get(kept, Blobs).get(hash), () => null),
      send
    }),
    Layer.succeedContext(kept),
    Layer.succeed(Tools, tools),
    ReadFiles.layer,
    Background.layer,
    VettedCalls.layer
  )
