import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { runProcess } from "../src/effects/os/process.ts"
import { layerSandbox, Sandbox, sandboxState, type SandboxWish } from "../src/effects/os/sandbox.ts"
import { ratioOf, type Measure } from "./measure.ts"

/** What the sandbox costs a command, without network and with listed hosts. */
export const sandbox: Measure = async (size) => {
  const folder = mkdtempSync(join(tmpdir(), "loom-bench-"))
  const scope = Scope.makeUnsafe()
  try {
    const isOn = (await Effect.runPromise(sandboxState(wish("auto")))).name === "on"
    const plain = await timeOf(wish("off"), folder, scope)
    const figureOf = async (name: string, held: SandboxWish, what: string) => {
      const { ratio, floor, measured } = await ratioOf(size.rounds(41), await timeOf(held, folder, scope), plain)
      const more = isOn ? `${(measured - floor).toFixed(1)} ms more, of 30` : "there is no sandbox here"
      return { name, ratio, floor, unit: "ms", limit: (floor + 30) / floor, what: `${what}, against the same without sandbox: ${more}` } as const
    }
    return [
      await figureOf("sandbox", wish("auto"), "a command that does nothing"),
      { ...(await figureOf("sandbox-hosts", { ...wish("auto"), network: "hosts", hosts: ["localhost:1"] }, "the same with a way out to listed hosts")), aside: true }
    ]
  } finally {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    rmSync(folder, { recursive: true, force: true })
  }
}

const wish = (mode: SandboxWish["mode"]): SandboxWish => ({ mode, network: "off", hosts: [], keepVariables: [], alsoWritable: [] })

/** Commands of one session, as a session has them. */
const timeOf = async (held: SandboxWish, folder: string, scope: Scope.Scope): Promise<() => Promise<number>> => {
  const place = { roots: [folder], session: `bench-${held.network}`, environment: process.env, own: [], dataDirectory: join(folder, "data") }
  const context = await Effect.runPromise(Layer.buildWithScope(layerSandbox(held, place), scope))
  const command = Effect.gen(function*() {
    const begun = performance.now()
    const { start, statusFrom } = yield* (yield* Sandbox).enclose({ file: "/bin/sh", arguments: ["-c", ":"], cwd: folder, environment: process.env })
    yield* runProcess({ ...start, statusFrom, timeoutMs: 10_000, marker: "bench:1", hear: () => {} })
    return performance.now() - begun
  })
  return () => Effect.runPromise(Effect.provideContext(command, context))
}
