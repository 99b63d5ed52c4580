import * as Effect from "effect/Effect"
import type { VetToolCalls } from "../../machine/action.ts"
import type { CallFacts } from "../../machine/event.ts"
import type { ToolCall } from "../../machine/session.ts"
import type { Emit } from "../emit.ts"
import { problemOf } from "../os/problem.ts"
import { Workspace } from "../os/workspace.ts"
import { decodeArguments } from "./arguments.ts"
import { Tools } from "./registry.ts"
import type { Tool, ToolFacts } from "./tool.ts"
import { VettedCalls } from "./vetted-calls.ts"

/** Finds out about each call what the machine decides from: whether it can run, what it touches, whether it may change something. */
export const vetToolCalls = Effect.fnUntraced(function*(
  action: VetToolCalls,
  emit: Emit
): Effect.fn.Return<void, never, Workspace | VettedCalls> {
  const workspace = yield* Workspace
  const vettedCalls = yield* VettedCalls
  const tools = yield* Tools
  for (const call of action.calls) yield* prepared(call, tools)
  const facts = action.calls.map((call) => factsOf(call, tools, workspace))
  vettedCalls.remember(workspace.session, new Map(facts.map(({ call, paths }) => [call, paths])))
  emit({ type: "ToolCallsVetted", effect: action.effect, facts })
})

/** A tool may need to load something first; a call that cannot be read is told apart as invalid afterwards. */
const prepared = (call: ToolCall, tools: readonly Tool[]): Effect.Effect<void> => {
  const tool = tools.find(({ name }) => name === call.name)
  if (tool?.prepare === undefined) return Effect.void
  try {
    const loading = tool.prepare(decodeArguments(tool, call.arguments))
    return Effect.promise(() => loading)
  } catch {
    // The same fault is found, and said, when its facts are asked for.
    return Effect.void
  }
}

/** A call that cannot run says why in `invalid`, in words that help the model to do better. */
export const factsOf = (call: ToolCall, tools: readonly Tool[], workspace: Workspace["Service"]): CallFacts => {
  try {
    const tool = tools.find(({ name }) => name === call.name)
    if (tool === undefined) return invalid(call, `there is no tool ${call.name}; there are ${tools.map(({ name }) => name).join(", ")}`)
    return callFacts(call, tool.facts(decodeArguments(tool, call.arguments), workspace))
  } catch (thrown) {
    return invalid(call, problemOf(call.name, thrown).message)
  }
}

const callFacts = (call: ToolCall, { changes, paths = [], commands = [], seen, hosts = [], question }: ToolFacts): CallFacts => ({
  call: call.id,
  changes,
  paths,
  commands,
  ...(seen === undefined ? {} : { seen }),
  hosts,
  ...(question === undefined ? {} : { question })
})

/** It never starts, so it changes nothing. */
const invalid = (call: ToolCall, why: string): CallFacts => ({ call: call.id, invalid: why, changes: false, paths: [], commands: [], hosts: [] })
