import * as Effect from "effect/Effect"
import type { VetToolCalls } from "../../machine/action.ts"
import type { CallFacts } from "../../machine/event.ts"
import type { ToolCall } from "../../machine/session.ts"
import type { Emit } from "../emit.ts"
import { problemOf } from "../os/problem.ts"
import { isHolding, Sandbox, type SandboxState } from "../os/sandbox.ts"
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
  const sandbox = action.calls.some(({ name }) => isEnclosed(name, tools)) ? yield* (yield* Sandbox).state : null
  const facts = action.calls.map((call) => factsOf(call, tools, workspace, sandbox))
  vettedCalls.remember(workspace.session, new Map(facts.map((fact) => [fact.call, fact])))
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
export const factsOf = (call: ToolCall, tools: readonly Tool[], workspace: Workspace["Service"], sandbox: SandboxState | null = null): CallFacts => {
  try {
    const tool = tools.find(({ name }) => name === call.name)
    if (tool === undefined) return invalid(call, `there is no tool ${call.name}; there are ${tools.map(({ name }) => name).join(", ")}`)
    const facts = callFacts(call, tool.facts(decodeArguments(tool, call.arguments), workspace))
    return sandbox === null || tool.enclosed !== true ? facts : withSandbox(facts, sandbox)
  } catch (thrown) {
    return invalid(call, problemOf(call.name, thrown).message)
  }
}

const callFacts = (call: ToolCall, { changes, paths = [], commands = [], seen, touched, hosts = [], question }: ToolFacts): CallFacts => ({
  call: call.id,
  changes,
  paths,
  commands,
  ...(seen === undefined ? {} : { seen }),
  ...(touched === undefined ? {} : { touched }),
  hosts,
  ...(question === undefined ? {} : { question })
})

const isEnclosed = (name: string, tools: readonly Tool[]): boolean => tools.some((tool) => tool.name === name && tool.enclosed === true)

/** A call counts as held only where nothing of it reaches the network but hosts that the person listed; where the sandbox is required and not to be had, it cannot run. */
const withSandbox = (facts: CallFacts, sandbox: SandboxState): CallFacts => {
  if (sandbox.name === "off") return sandbox.required ? { ...facts, invalid: `the sandbox is required, and ${sandbox.why}` } : facts
  return isHolding(sandbox) && facts.commands.length > 0 ? { ...facts, sandboxed: true } : facts
}

/** It never starts, so it changes nothing. */
const invalid = (call: ToolCall, why: string): CallFacts => ({ call: call.id, invalid: why, changes: false, paths: [], commands: [], hosts: [] })
