import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { Sandbox, type SandboxService, type SandboxState } from "../../../src/effects/os/sandbox.ts"
import { executeCall } from "../../../src/effects/tools/runner.ts"
import { VettedCalls } from "../../../src/effects/tools/vetted-calls.ts"
import { vetToolCalls } from "../../../src/effects/tools/vetting.ts"
import { toolCall, workbench } from "./workbench.ts"

const bench = workbench()
const ON: SandboxState = { name: "on", version: "0", network: "off" }
const service = (state: SandboxState): SandboxService => ({
  state: Effect.succeed(state),
  enclose: (start) => Effect.succeed({ start, statusFrom: null, after: () => [], refused: () => [] })
})

const factsUnder = (state: SandboxState, name: string, input: unknown) => {
  const events: Unstamped[] = []
  const vetting = vetToolCalls({ type: "VetToolCalls", effect: 1, calls: [toolCall(name, input)] }, (event) => void events.push(event))
  return bench.effect(Effect.provide(vetting, Layer.succeed(Sandbox, service(state)))).then(() => {
    const [event] = events
    const facts = event?.type === "ToolCallsVetted" ? event.facts[0] : undefined
    return [facts?.sandboxed, facts?.invalid]
  })
}

test.each<[SandboxState, string, object, boolean | undefined, string | undefined]>([
  [ON, "shell", { command: "touch x" }, true, undefined],
  [ON, "git", { operation: "add", args: ["x"] }, true, undefined],
  [ON, "git", { operation: "status" }, undefined, undefined],
  [ON, "file_write", { path: "x", content: "y" }, undefined, undefined],
  [{ ...ON, network: "on" }, "shell", { command: "touch x" }, undefined, undefined],
  [{ ...ON, network: "hosts", hosts: ["a.test"] }, "shell", { command: "touch x" }, true, undefined],
  [{ ...ON, hostsFault: "nsenter is missing" }, "shell", { command: "touch x" }, true, undefined],
  [{ name: "off", why: "it is not there", required: false }, "shell", { command: "touch x" }, undefined, undefined],
  [{ name: "off", why: "it is not there", required: true }, "shell", { command: "touch x" }, undefined, "the sandbox is required, and it is not there"],
  [{ name: "off", why: "it is not there", required: true }, "file_write", { path: "x", content: "y" }, undefined, undefined]
])("under %j the call %s %j is held: %s", async (state, name, input, sandboxed, invalid) => {
  expect(await factsUnder(state, name, input)).toEqual([sandboxed, invalid])
})

test.each<[SandboxState, string]>([
  [{ name: "off", why: "it is switched off", required: false }, "it is switched off"],
  [{ ...ON, network: "on" }, "its network is open"]
])("a call that was allowed because the sandbox would hold it does not run under %j, in the same process or in one that takes over", async (state, why) => {
  const events: Unstamped[] = []
  const call = toolCall("shell", { command: "touch ran" }, "call_held")
  const work = Effect.gen(function*() {
    ;(yield* VettedCalls).remember(bench.session, new Map([["call_held", { paths: null, sandboxed: true }]]))
    yield* executeCall({ effect: 9, call, changes: true }, (event) => void events.push(event))
  })
  await bench.effect(Effect.provide(work, Layer.succeed(Sandbox, service(state))))
  expect(events).toEqual([
    { type: "ToolCompleted", effect: 9, status: "error", parts: [{ type: "text", text: `run a command: it was allowed to run in the sandbox, and now ${why}; ask for it again` }] }
  ])
  expect(bench.names(".")).not.toContain("ran")
})

test("where the sandbox could not be set up, as for something that is gone meanwhile, it is tried once more; then it is said that nothing ran", async () => {
  const attempts = (fails: number) => {
    let tries = 0
    const fake = () => `echo x >> tries; ${++tries > fails ? `echo ran; echo '"exit-code"' >&3` : "echo 'bwrap: it is gone' >&2; exit 1"}`
    const sandbox: SandboxService = {
      ...service(ON),
      enclose: (start) =>
        Effect.sync(() => ({
          start: { ...start, file: "/bin/sh", arguments: ["-c", fake()] },
          statusFrom: 3,
          after: () => [],
          refused: () => []
        }))
    }
    const events: Unstamped[] = []
    const call = toolCall("shell", { command: "true" }, "call_1")
    return bench.effect(Effect.provide(executeCall({ effect: 9, call, changes: true }, (event) => void events.push(event)), Layer.succeed(Sandbox, sandbox))).then(() => {
      const completed = events.findLast((event) => event.type === "ToolCompleted")
      return [tries, completed?.type === "ToolCompleted" ? completed.parts.map((part) => (part.type === "text" ? part.text.split("\n").at(-1) : "")).join("") : ""]
    })
  }
  expect(await attempts(1)).toEqual([2, expect.stringMatching(/^(ran)?$/)])
  expect(await attempts(2)).toEqual([2, "run in the sandbox: it could not be set up, so nothing ran: bwrap: it is gone"])
})
