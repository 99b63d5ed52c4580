import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll } from "vitest"
import { Blobs } from "../../../src/effects/os/blobs.ts"
import { Workspace } from "../../../src/effects/os/workspace.ts"
import { Background } from "../../../src/effects/tools/background.ts"
import { ReadFiles } from "../../../src/effects/tools/read-files.ts"
import { Tools } from "../../../src/effects/tools/registry.ts"
import { executeCall, type ToolServices } from "../../../src/effects/tools/runner.ts"
import type { Tool } from "../../../src/effects/tools/tool.ts"
import { VettedCalls } from "../../../src/effects/tools/vetted-calls.ts"
import { vetToolCalls } from "../../../src/effects/tools/vetting.ts"
import type { Unstamped } from "../../../src/effects/emit.ts"
import type { CallFacts } from "../../../src/machine/event.ts"
import type { Part, ToolCall } from "../../../src/machine/session.ts"
import { folder, type Folder } from "../os/folder.ts"

export interface Result {
  readonly status: "ok" | "error" | "invalid"
  /** All text of the result, or why the call is invalid. */
  readonly text: string
  readonly parts: readonly Part[]
  readonly blob?: string
}

/** A workspace in a real directory, with the tools of the engine at hand. */
export interface Workbench extends Folder {
  readonly session: string
  /** Vets and runs one call, as a session would. */
  readonly call: (name: string, input: unknown) => Promise<Result>
  readonly vet: (name: string, input: unknown) => Promise<CallFacts>
  /** Everything that a vetted call says while it runs. */
  readonly events: (name: string, input: unknown) => Promise<readonly Unstamped[]>
  /** What a person changes between vetting and running: the call runs after it. */
  readonly callAfter: (name: string, input: unknown, change: () => void) => Promise<Result>
  readonly effect: <A>(effect: Effect.Effect<A, never, ToolServices>) => Promise<A>
  readonly blob: (hash: string) => Promise<Buffer>
  /** Forgets what was read and vetted, as a process that starts again. */
  readonly restart: () => void
}

export const toolCall = (name: string, input: unknown, id = "call_1"): ToolCall => ({
  type: "tool-call",
  id,
  name,
  arguments: typeof input === "string" ? input : JSON.stringify(input)
})

export const workbench = (more: { readonly roots?: readonly string[]; readonly tools?: readonly Tool[] } = {}): Workbench => {
  const home = folder()
  // What calls leave behind is looked for by the session, in the whole process table.
  const session = `bench-${randomBytes(4).toString("hex")}`
  const layer = Layer.mergeAll(
    Layer.succeed(Workspace, { roots: [home.root, ...(more.roots ?? [])], session }),
    ReadFiles.layer,
    Background.layer,
    VettedCalls.layer,
    more.tools === undefined ? Layer.empty : Layer.succeed(Tools, more.tools)
  )
  const blobs = ManagedRuntime.make(Blobs.layerMemory)
  const start = () => ManagedRuntime.make(Layer.merge(layer, Layer.effect(Blobs, Effect.promise(() => blobs.runPromise(Blobs)))))
  let runtime = start()
  afterAll(() => Promise.all([runtime.dispose(), blobs.dispose()]).then(() => {}))
  let effect = 0

  const vet = async (name: string, input: unknown): Promise<CallFacts> => {
    const events: Unstamped[] = []
    await runtime.runPromise(vetToolCalls({ type: "VetToolCalls", effect: ++effect, calls: [toolCall(name, input)] }, (event) => void events.push(event)))
    const [event] = events
    if (events.length !== 1 || event?.type !== "ToolCallsVetted" || event.effect !== effect) throw new Error(`vetting said ${JSON.stringify(events)}`)
    return event.facts[0] as CallFacts
  }
  const run = async (name: string, input: unknown): Promise<readonly Unstamped[]> => {
    const events: Unstamped[] = []
    await runtime.runPromise(executeCall({ effect: ++effect, call: toolCall(name, input), changes: true }, (event) => void events.push(event)))
    return events
  }
  const resultOf = (events: readonly Unstamped[]): Result => {
    const completed = events.filter((event) => event.type === "ToolCompleted")
    const [last] = completed
    if (completed.length !== 1 || last === undefined || events.at(-1) !== last) throw new Error(`a call ended ${completed.length} times`)
    const { status, parts, blob } = last
    return { status, parts, text: parts.map((part) => (part.type === "text" ? part.text : `[${part.mediaType}]`)).join("\n"), ...(blob === undefined ? {} : { blob }) }
  }
  const callAfter = async (name: string, input: unknown, change: () => void): Promise<Result> => {
    const { invalid } = await vet(name, input)
    if (invalid !== undefined) return { status: "invalid", text: invalid, parts: [] }
    change()
    return resultOf(await run(name, input))
  }
  return {
    ...home,
    session,
    vet,
    callAfter,
    call: (name, input) => callAfter(name, input, () => {}),
    events: async (name, input) => (await vet(name, input), run(name, input)),
    effect: (it) => runtime.runPromise(it),
    blob: async (hash) => Buffer.from((await runtime.runPromise(Effect.flatMap(Blobs, (store) => store.get(hash)))) ?? []),
    restart: () => {
      void runtime.dispose()
      runtime = start()
    }
  }
}
