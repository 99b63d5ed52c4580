import { build } from "esbuild"
import fc from "fast-check"
import { createContext, Script } from "node:vm"
import { expect, test } from "vitest"
import type { Event } from "../../src/machine/event.ts"
import { trace } from "../../src/machine/replay.ts"
import { plans } from "../properties/harness/arbitrary.ts"
import { machine } from "../properties/harness/machine.ts"
import { eventsOf, play, settled } from "../properties/harness/play.ts"
import { codeOf, importsOf, repository, sourcesIn, type Source } from "../support/source.ts"

const ENTRY = "src/machine/index.ts"
const room: ReadonlyMap<string, Source> = new Map(sourcesIn(["src/machine"], [".ts"]).map((source) => [source.path, source]))

// ── what it imports ──────────────────────────────────────────────────────────────────────────────────────────────

interface Loaded {
  readonly files: readonly string[]
  /** What is loaded from elsewhere, and by which file. */
  readonly outside: readonly string[]
}

/** What is loaded when a file is, found by following what is left of its imports at run time. */
const loadedWith = (entry: string, files: ReadonlyMap<string, Source>): Loaded => {
  const reached = new Set<string>()
  const outside: string[] = []
  const visit = (path: string): void => {
    const file = files.get(path)
    if (reached.has(path) || file === undefined) return
    reached.add(path)
    for (const { from, path: target, typeOnly } of importsOf(file)) {
      if (typeOnly) continue
      if (target !== null && files.has(target)) visit(target)
      else outside.push(`${path} imports ${from}`)
    }
  }
  visit(entry)
  return { files: [...reached].toSorted(), outside }
}

test("the machine imports nothing at run time outside its own room", () => {
  const { files, outside } = loadedWith(ENTRY, room)
  expect(outside).toEqual([])
  expect(files).toContain("src/machine/states/executing-tools.ts")
  expect(files).toContain("src/machine/policy/permission.ts")
})

test("schemas and statechart stand beside it: who loads the machine loads neither", () => {
  const { files } = loadedWith(ENTRY, room)
  expect(files.filter((path) => /\/(schema|statechart)\b/.test(path))).toEqual([])
  expect(loadedWith("src/machine/schema.ts", room).outside.every((line) => / imports effect\//.test(line))).toBe(true)
  expect(loadedWith("src/machine/statechart.ts", room).outside).toEqual(["src/machine/statechart.ts imports xstate"])
})

test("an import from elsewhere is found however it is written", () => {
  const written = ['import { x } from "xstate"', 'import "node:fs"', 'export * from "../effects/emit.ts"', 'const x = await import("effect")', 'import { type A, b } from "./b.ts"']
  const files = new Map([
    ["src/machine/a.ts", { path: "src/machine/a.ts", text: `import type { T } from "effect/Effect"\n// import "openai"\n${written.join("\n")}` }],
    ["src/machine/b.ts", { path: "src/machine/b.ts", text: "export const b = process.getBuiltinModule('node:os')" }]
  ])
  expect(loadedWith("src/machine/a.ts", files)).toEqual({
    files: ["src/machine/a.ts", "src/machine/b.ts"],
    outside: ["xstate", "node:fs", "../effects/emit.ts", "effect"].map((from) => `src/machine/a.ts imports ${from}`).concat("src/machine/b.ts imports node:os")
  })
})

// ── what it names ────────────────────────────────────────────────────────────────────────────────────────────────

/** Whatever is not the same everywhere and always: clocks, chance, the process, the host's services, the user's language. */
const WORLD =
  /\b(Date|performance|crypto|process|setTimeout|setInterval|setImmediate|queueMicrotask|globalThis|navigator|Intl|fetch|console|require|Buffer|URL|TextEncoder|TextDecoder|structuredClone|WeakRef|FinalizationRegistry|Atomics|eval|Function)\b|\bMath\.(random|sin|cos|tan|exp|log\w*|pow|cbrt|sinh|cosh|tanh)\b|\btoLocale\w+|\blocaleCompare\b|\bimport\.meta\b|\basync\b|\bawait\b/

const worldIn = ({ path, text }: Source): readonly string[] =>
  codeOf(text)
    .split("\n")
    .flatMap((line, index) => {
      const named = WORLD.exec(line)?.[0]
      return named === undefined ? [] : [`${path}:${index + 1} ${named}`]
    })

test("the machine names no clock, no chance, no process, no language of the user", () => {
  const { files } = loadedWith(ENTRY, room)
  expect(files.flatMap((path) => worldIn(room.get(path) as Source))).toEqual([])
})

test("each of these would be found, but not in comments and strings", () => {
  const lines = [
    "const now = Date.now()",
    "const r = Math.random()",
    "a.localeCompare(b)",
    "new Intl.Collator()",
    "process.env",
    "setTimeout(f, 1)",
    "x.toLocaleString()",
    "performance.now()",
    "crypto.randomUUID()"
  ]
  expect(lines.map((text) => worldIn({ path: "a.ts", text }).length)).toEqual(lines.map(() => 1))
  expect(worldIn({ path: "a.ts", text: '// Date.now()\n/* process */ const text = "the process, since Date.now()"' })).toEqual([])
})

// ── what it needs ────────────────────────────────────────────────────────────────────────────────────────────────

const SESSIONS = 60

/** The machine in a world of its own: only the language, and of it nothing that tells the time, throws dice or knows a place. */
const inAnEmptyWorld = async (): Promise<(sessions: string) => string> => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { trace } from "./${ENTRY}"\nresult = JSON.stringify(JSON.parse(sessions).map((events) => [...trace(events)].map(({ step }) => step)))`,
      resolveDir: repository,
      loader: "ts"
    },
    bundle: true,
    write: false,
    format: "iife",
    target: "es2024"
  })
  const script = new Script(outputFiles[0]?.text ?? "")
  return (sessions) => {
    const world = createContext({ sessions, result: "" })
    new Script(EMPTY_WORLD).runInContext(world)
    script.runInContext(world)
    return String((world as { result: unknown }).result)
  }
}

const EMPTY_WORLD = `
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!["Array", "Object", "String", "Number", "Map", "Set", "JSON", "Math", "RegExp", "RangeError", "Error", "TypeError", "Symbol", "Uint8Array", "undefined", "NaN", "Infinity", "sessions", "result", "globalThis"].includes(name)) delete globalThis[name]
  }
  for (const name of ["random", "sin", "cos", "exp", "log", "pow"]) delete Math[name]
  for (const name of ["localeCompare", "toLocaleLowerCase", "toLocaleUpperCase"]) delete String.prototype[name]
  delete Number.prototype.toLocaleString; delete Array.prototype.toLocaleString
`

test("it decides the same in a world without a clock, chance, process or host", async () => {
  const sessions: readonly (readonly Event[])[] = fc.sample(plans, { numRuns: SESSIONS, seed: 11 }).map((plan) => eventsOf(settled(machine, play(machine, plan, []), [])))
  const run = await inAnEmptyWorld()
  const here = JSON.stringify(sessions.map((events) => [...trace(events)].map(({ step }) => step)))
  expect(run(JSON.stringify(sessions)) === here).toBe(true)
})

test("that world is empty indeed", async () => {
  const names = "Date Intl performance crypto process setTimeout console fetch WeakRef eval Function Promise".split(" ")
  const world = createContext({})
  new Script(EMPTY_WORLD).runInContext(world)
  expect(names.map((name) => new Script(`typeof ${name}`).runInContext(world))).toEqual(names.map(() => "undefined"))
  expect(new Script("typeof Math.random").runInContext(world)).toBe("undefined")
})
