import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { runProcess } from "../src/effects/os/process.ts"
import { layerSandbox, Sandbox, sandboxState, type SandboxWish } from "../src/effects/os/sandbox.ts"
import { ratioOf, type Measure } from "./measure.ts"

/** What the sandbox costs a command. */
export const sandbox: Measure = async (size) => {
  const folder = mkdtempSync(join(tmpdir(), "loom-bench-"))
  try {
    const isOn = (await Effect.runPromise(sandboxState(wish("auto")))).name === "on"
    const { ratio, floor, measured } = await ratioOf(size.rounds(41), timeOf("auto", folder), timeOf("off", folder))
    const more = isOn ? `${(measured - floor).toFixed(1)} ms more, of 30` : "there is no sandbox here"
    return [{ name: "sandbox", ratio, floor, unit: "ms", limit: (floor + 30) / floor, what: `a command that does nothing, against the same without sandbox: ${more}` }]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const wish = (mode: SandboxWish["mode"]): SandboxWish => ({ mode, network: "off", keepVariables: [], alsoWritable: [] })

const timeOf = (mode: SandboxWish["mode"], folder: string) => {
  const place = { roots: [folder], session: "bench", environment: process.env, own: [], dataDirectory: join(folder, "data") }
  const command = Effect.gen(function*() {
    const begun = performance.now()
    const { start, statusFrom } = yield* (yield* Sandbox).enclose({ file: "/bin/sh", arguments: ["-c", ":"], cwd: folder, environment: process.env })
    yield* runProcess({ ...start, statusFrom, timeoutMs: 10_000, marker: "bench:1", hear: () => {} })
    return performance.now() - begun
  })
  return () => Effect.runPromise(Effect.provide(command, layerSandbox(wish(mode), place)))
}
