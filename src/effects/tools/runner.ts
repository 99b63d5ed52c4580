import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { ExecuteTools, StartedCall } from "../../machine/action.ts"
import type { Emit } from "../emit.ts"
import { Blobs } from "../os/blobs.ts"
import { attempt, problemOf } from "../os/problem.ts"
import { requiring, Sandbox } from "../os/sandbox.ts"
import { Workspace } from "../os/workspace.ts"
import { decodeArguments } from "./arguments.ts"
import { Background } from "./background.ts"
import { framesOf, type Frames } from "./frames.ts"
import { outgoing } from "./outgoing.ts"
import { ReadFiles } from "./read-files.ts"
import { Tools } from "./registry.ts"
import { told, type ToolContext, type ToolOutcome } from "./tool.ts"
import { VettedCalls } from "./vetted-calls.ts"

/** What running a tool needs. */
export type ToolServices = Workspace | Blobs | ReadFiles | VettedCalls | Background

/** Runs the calls side by side, each answered by its own number. */
export const executeTools = (action: ExecuteTools, emit: Emit): Effect.Effect<void, never, ToolServices> =>
  Effect.forEach(action.calls, (started) => executeCall(started, emit), { concurrency: "unbounded", discard: true })

/**
 * Runs one call: its output as it comes, then exactly one `ToolCompleted`, whatever happens. Interrupted, it says nothing
 * more, and has ended when the interruption has.
 */
export const executeCall = Effect.fnUntraced(function*(started: StartedCall, emit: Emit): Effect.fn.Return<void, never, ToolServices> {
  const { effect } = started
  const frames = framesOf((stream, text) => emit({ type: "ToolProgress", effect, stream, text: text.toWellFormed() }))
  const outcome = yield* run(started, yield* contextOf(started, frames)).pipe(
    Effect.catchCause((cause) => Effect.succeed(failed(started, cause))),
    Effect.onInterrupt(() => Effect.sync(frames.close))
  )
  frames.end()
  emit({ type: "ToolCompleted", effect, ...outgoing(outcome) })
})

const contextOf = Effect.fnUntraced(function*({ call, effect }: StartedCall, frames: Frames) {
  const workspace = yield* Workspace
  const vetted = yield* VettedCalls
  const sandbox = yield* Sandbox
  const context: ToolContext = {
    workspace,
    blobs: yield* Blobs,
    readFiles: yield* ReadFiles,
    background: yield* Background,
    sandbox: vetted.isSandboxed(workspace.session, call.id) ? requiring(sandbox) : sandbox,
    vetted: vetted.pathsOf(workspace.session, call.id),
    marker: `${workspace.session}:${effect}`,
    hear: frames.hear
  }
  return context
})

const run = Effect.fnUntraced(function*({ call }: StartedCall, context: ToolContext) {
  const tool = (yield* Tools).find(({ name }) => name === call.name)
  if (tool === undefined) return told(`there is no tool ${call.name}`, "error")
  return yield* tool.run(yield* attempt(call.name, () => decodeArguments(tool, call.arguments)), context)
})

const failed = ({ call }: StartedCall, cause: Cause.Cause<unknown>): ToolOutcome => told(problemOf(call.name, Cause.squash(cause)).message, "error")
