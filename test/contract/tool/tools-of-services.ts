import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { Blobs } from "../../../src/effects/os/blobs.ts"
import { Workspace } from "../../../src/effects/os/workspace.ts"
import { Background } from "../../../src/effects/tools/background.ts"
import { ReadFiles } from "../../../src/effects/tools/read-files.ts"
import { inputSchema, Tools } from "../../../src/effects/tools/registry.ts"
import { executeCall } from "../../../src/effects/tools/runner.ts"
import type { Tool } from "../../../src/effects/tools/tool.ts"
import { VettedCalls } from "../../../src/effects/tools/vetted-calls.ts"
import { vetToolCalls } from "../../../src/effects/tools/vetting.ts"
import type { CallFacts } from "../../../src/machine/event.ts"
import type { HostTool, HostToolContext } from "./host-tool.ts"

/**
 * Tools that are Effects as a host sees tools: each call is vetted and run by the engine's own runner, so that what holds of these holds in a session.
 * They know of each other what the tools of one session do: which files were read.
 */
export const toolsOfServices = (tools: readonly Tool<any>[]): readonly HostTool[] => sessionOf(tools, Layer.empty).tools

/** The tools, what they are given beside what all tools have, and what ends the session that they share. */
export const sessionOf = (tools: readonly Tool<any>[], more: Layer.Layer<never>): { readonly tools: readonly HostTool[]; readonly end: () => Promise<void> } => {
  const shared = ManagedRuntime.make(Layer.mergeAll(ReadFiles.layer, Background.layer, VettedCalls.layer, Blobs.layerMemory, Layer.succeed(Tools, tools), more))
  let effects = 0
  const inRoot = <A>(root: string, effect: Effect.Effect<A, never, Services>, signal?: AbortSignal): Promise<A> =>
    shared.runPromise(Effect.provideService(effect, Workspace, { roots: [root], session: "contract" }), signal === undefined ? {} : { signal })
  const hosted = tools.map((tool): HostTool => ({
    name: tool.name,
    description: tool.description,
    inputSchema: inputSchema(tool),
    changes: tool.access === "writes" || tool.access === "executes",
    idempotent: tool.idempotent,
    touches: async (args: unknown, { root }) => writtenBy(await inRoot(root, vetted(++effects, tool, args))),
    run: async (args: unknown, context) => {
      context.signal.throwIfAborted()
      const effect = ++effects
      return resultOf(await inRoot(context.root, vettedAndRun(effect, tool, args, context), context.signal))
    }
  }))
  return { tools: hosted, end: () => shared.dispose() }
}

type Services = Workspace | Blobs | ReadFiles | VettedCalls | Background

const callOf = (effect: number, tool: Tool, args: unknown) =>
  ({ type: "tool-call", id: `call_${effect}`, name: tool.name, arguments: JSON.stringify(args) ?? "" }) as const

const vetted = Effect.fnUntraced(function*(effect: number, tool: Tool, args: unknown) {
  const facts: CallFacts[] = []
  yield* vetToolCalls({ type: "VetToolCalls", effect, calls: [callOf(effect, tool, args)] }, (event) => {
    if (event.type === "ToolCallsVetted") facts.push(...event.facts)
  })
  return facts[0] as CallFacts
})

const vettedAndRun = Effect.fnUntraced(function*(effect: number, tool: Tool, args: unknown, { progress }: HostToolContext) {
  const facts = yield* vetted(effect, tool, args)
  if (facts.invalid !== undefined) return facts.invalid
  const events: Unstamped[] = []
  yield* executeCall({ effect, call: callOf(effect, tool, args), changes: facts.changes }, (event) => {
    events.push(event)
    if (event.type === "ToolProgress") progress(event.text)
  })
  return events
})

const writtenBy = ({ invalid, commands, paths }: CallFacts): readonly string[] | "anything" => {
  if (invalid !== undefined) return []
  return commands.length > 0 ? "anything" : paths.flatMap(({ path, access }) => (access === "write" ? [path] : []))
}

/** Errors: throws where a call is refused, or did not end with exactly one `ToolCompleted`. */
const resultOf = (said: string | readonly Unstamped[]) => {
  if (typeof said === "string") throw new Error(said)
  const ends = said.filter(({ type }) => type === "ToolCompleted")
  const last = said.at(-1)
  if (ends.length !== 1 || last?.type !== "ToolCompleted") throw new Error(`the call ended ${ends.length} times, and its last word was ${last?.type ?? "none"}`)
  return { status: last.status, parts: last.parts }
}
