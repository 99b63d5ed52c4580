import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, test } from "vitest"
import { copyPath } from "../support/build.ts"
import { repository } from "../support/source.ts"
import { hostProject } from "./scratch.ts"

const SETTINGS = JSON.stringify({
  compilerOptions: { target: "ES2022", module: "NodeNext", moduleResolution: "NodeNext", strict: true, noEmit: true, skipLibCheck: false, types: ["node"] },
  files: ["host.ts"]
})

const compile = (root: string) => spawnSync(process.execPath, [join(repository, "node_modules", "typescript", "bin", "tsc"), "-p", root], { encoding: "utf8" }).stdout

const run = (root: string, file = "host.ts") => execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", file], { cwd: root, encoding: "utf8" })

test("a strict program that imports every entry point checks, and runs", () => {
  const { root, write } = hostProject(["effect", "xstate", "fast-check", "typescript", "@types"])
  write("tsconfig.json", SETTINGS)
  write(
    "host.ts",
    'import { canonicalRequest, initial, replay, step, type Event, type State } from "loom/machine"',
    'import { decodeEvent } from "loom/schema"',
    'import { firstEventWhere, verifyLogFile, type Verdict } from "loom/replay"',
    'import { agentLogic, statechart } from "loom/statechart"',
    'import { mustKeep, opening, verifyLog, verifyTool, type HostTool, type Machine } from "loom/testing"',
    'import { events, interleavings, logs, verifyMachine } from "loom/testing/arbitraries"',
    'import { toolsOfServices } from "loom/testing/effect"',
    'import * as Result from "effect/Result"',
    'import fc from "fast-check"',
    "const mine: Machine = { initial, step: (state, event) => step(state, event), canonicalRequest }",
    'const tool: HostTool = { name: "echo", description: "Says what it is told.", inputSchema: { type: "object" }, changes: false, run: async () => "told" }',
    'const state: State = replay([opening()])',
    "const log: readonly Event[] = fc.sample(logs, { numRuns: 1, seed: 1 })[0]!",
    "const event: Event = fc.sample(events, { numRuns: 1, seed: 1 })[0]!",
    'mustKeep(await verifyLog("of mine", log, mine))',
    "mustKeep(await verifyMachine(mine, { runs: 2 }))",
    'const { ok } = await verifyTool(tool, { works: [{}] }, { only: /^its name/ })',
    "const verdict: (file: string) => Verdict = verifyLogFile",
    'const first: (file: URL, expression: string) => number | null = firstEventWhere',
    "void [verdict, first]",
    "console.log(state.name, ok, Result.isSuccess(decodeEvent(event)), fc.sample(interleavings([1, 2], [3]), 1)[0]!.length, typeof statechart, typeof agentLogic, toolsOfServices([]).length)"
  )
  expect(compile(root)).toBe("")
  expect(run(root)).toBe("WaitingForInput true true 3 object object 0\n")
})

test("`loom/testing` needs neither Effect nor fast-check, not even for its types", () => {
  const { root, write } = hostProject(["typescript", "@types"])
  write("tsconfig.json", SETTINGS)
  write(
    "host.ts",
    'import { allLaws, opening, verifyLog, verifyTool } from "loom/testing"',
    'const report = await verifyTool({ name: "a b", description: "Does a thing.", inputSchema: { type: "object" }, run: () => "done" }, { works: [{}] })',
    'const log = await verifyLog("short", [opening()])',
    "console.log(report.ok, log.ok, allLaws.length > 30)"
  )
  expect(compile(root)).toBe("")
  expect(run(root)).toBe("false true true\n")
})

test("no entry point brings a test runner along", () => {
  const home = dirname(dirname(copyPath))
  const { exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { readonly exports: Readonly<Record<string, { readonly default: string }>> }
  const reached = new Set(Object.values(exports).map((entry) => join(home, entry.default)))
  for (const file of reached) for (const [, name] of readFileSync(file, "utf8").matchAll(/["'](\.\/[\w.-]+\.js)["']/g)) reached.add(join(home, "dist", name!))
  expect(reached.size).toBeGreaterThan(Object.keys(exports).length)
  expect([...reached].filter((file) => /["'](?:vitest|node:test)/.test(readFileSync(file, "utf8")))).toEqual([])
})

test("what is imported from `loom/testing` and from `loom/machine` is one machine", () => {
  const { root, write } = hostProject([])
  write("host.ts", 'import { step } from "loom/machine"', 'import { machine } from "loom/testing"', "console.log(machine.step === step)")
  expect(run(root)).toBe("true\n")
})

test("a host with Effect holds its own store and model, made with its own Effect, and needs no fast-check", () => {
  const { root, write } = hostProject(["effect", "typescript", "@types"])
  write("tsconfig.json", SETTINGS)
  write(
    "host.ts",
    'import * as Effect from "effect/Effect"',
    'import * as Layer from "effect/Layer"',
    'import * as Logger from "effect/Logger"',
    'import * as TestClock from "effect/testing/TestClock"',
    'import { Blobs, EventLog, Llm, modelOfLayer, verifyLlm, verifyStore, type World } from "loom/testing/effect"',
    'const llm = Layer.succeed(Llm, Llm.of({ ask: (_, on) => Effect.sync(() => on({ type: "LlmCompleted", stop: "end" })) }))',
    "const makeWorld = (): World => ({",
    "  process: (program) =>",
    "    Effect.runPromise(Effect.provide(Effect.scoped(program), Layer.merge(EventLog.layerMemory(), Blobs.layerMemory).pipe(Layer.provideMerge(Layer.merge(TestClock.layer(), Logger.layer([]))))))",
    "})",
    'const store = await verifyStore({ name: "forgetful", makeWorld }, { only: /^(a session begins|what is appended|a session that is opened again)/ })',
    'const model = await verifyLlm({ name: "silent", model: "a:b", when: () => ({ model: modelOfLayer(llm) }) }, { only: /^(the text|an answer has|a session hears `LlmStarted`)/ })',
    "console.log(JSON.stringify([...store.cases, ...model.cases].map(({ ok }) => ok)))"
  )
  expect(compile(root)).toBe("")
  expect(run(root)).toBe("[true,null,false,false,true,true]\n")
})
