import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { importsOf, repository, sourcesIn, type Source } from "./support/source.ts"
import {
  classesAreServicesAndErrors,
  dependencyOf,
  everyDependencyHasADoor,
  exportsAreTold,
  harnessIsFreeOfVitest,
  importsGoDown,
  longFilesSayWhy,
  machineLoadsNothing,
  namesSayWhatThingsAre,
  noPlaceOfThisMachine,
  nothingIsLeftToDo,
  oneDoorEach,
  platformIsImportedDeep,
  roomsHaveNoCycles,
  sourcesStayAmongThemselves,
  switchesNameEachCase,
  type Door,
  type Rule
} from "./support/tidy-rules.ts"

/*
 * The rules of the house. Each is held against the whole tree, and shown to find a made-up violation and to let pass what it should.
 */

/** Who may import a dependency, and how many files may. */
const doors: readonly Door[] = [
  { dependency: "@anthropic-ai/sdk", files: /^src\/effects\/llm\/anthropic\.ts$/, filesMax: 1 },
  { dependency: "openai", files: /^src\/effects\/llm\/openai\.ts$/, filesMax: 1 },
  { dependency: "node:sqlite", files: /^src\/effects\/os\/sqlite-module\.ts$/, filesMax: 1 },
  { dependency: "xstate", files: /^src\/machine\/statechart\.ts$/, filesMax: 1 },
  { dependency: "@effect/platform-node", files: /^src\/runtime\/app\.ts$|\/main\.ts$/, filesMax: 3 },
  { dependency: "@effect/platform-node-shared", files: /^src\/runtime\/app\.ts$|\/main\.ts$/, filesMax: 3 },
  { dependency: "@vscode/ripgrep", files: /^src\/effects\/tools\//, filesMax: 1 },
  { dependency: "tinyglobby", files: /^src\/effects\/tools\//, filesMax: 1 },
  { dependency: "diff", files: /^src\/effects\/git\//, filesMax: 1 },
  // Two questions: what the .gitignore files of a tree say, and what a glob means when it is read as they are.
  { dependency: "ignore", files: /^src\/effects\/(os\/ignored|tools\/search\/glob-filter)\.ts$/, filesMax: 2 },
  { dependency: "chokidar", files: /^src\/effects\/os\/watch\.ts$/, filesMax: 1 },
  { dependency: "web-tree-sitter", files: /^src\/effects\/os\/grammar\.ts$/, filesMax: 1 },
  { dependency: "ai-tokenizer", files: /^src\/effects\/llm\/encoding\.ts$/, filesMax: 1 },
  { dependency: "smol-toml", files: /^src\/runtime\//, filesMax: 1 },
  { dependency: "vscode-jsonrpc", files: /^src\/effects\/lsp\/connection\.ts$/, filesMax: 1 },
  { dependency: "vscode-languageserver-protocol", files: /^src\/effects\/lsp\/protocol\.ts$/, filesMax: 1 },
  { dependency: "@earendil-works/pi-tui", files: /^src\/interfaces\/cli\/replay\/screen\.ts$/, filesMax: 1 },
  { dependency: "@dagrejs/dagre", files: /^src\/interfaces\/view\/graph\/layout\.ts$/, filesMax: 1 },
  { dependency: "@xstate/store", files: /^src\/interfaces\/view\/store\.ts$/, filesMax: 1 }
]

const code = sourcesIn(["src", "test", "bench", "scripts", "examples", "bin"], [".ts", ".js", ".mjs"])
const texts = sourcesIn(["."], [".md", ".json", ".yml", ".toml"]).filter(({ path }) => path !== "package-lock.json")
const source = code.filter(({ path }) => path.startsWith("src/"))

const file = (path: string, ...lines: readonly string[]): Source => ({ path, text: `${lines.join("\n")}\n` })

/** The rule holds here, finds each of the made-up faults, and nothing in the made-up good files. */
const house = (words: string, rule: Rule, sources: readonly Source[], faulty: readonly (readonly Source[])[], fine: readonly Source[]): void => {
  describe(words, () => {
    test("holds", () => expect(rule(sources)).toEqual([]))
    test("would find it", () => expect(faulty.map((files) => rule(files).length)).toEqual(faulty.map(() => 1)))
    test("lets pass what is right", () => expect(rule(fine)).toEqual([]))
  })
}

house(
  "folders import only downwards",
  importsGoDown,
  code,
  [
    [file("src/machine/step.ts", 'import type { Emit } from "../effects/emit.ts"')],
    [file("src/effects/llm/llm.ts", 'const x = await import("../../runtime/session.ts")')],
    [file("src/runtime/session.ts", 'export * from "../interfaces/cli/main.ts"')],
    [file("src/interfaces/cli/main.ts", "import {", "  Llm", '} from "../../effects/llm/llm.ts"')]
  ],
  [file("src/interfaces/cli/main.ts", 'import { app } from "../../runtime/app.ts"', 'import type { State } from "../../machine/state.ts"', '// import "../../effects/emit.ts"')]
)

house(
  "the machine loads nothing from elsewhere, but its schemas Effect and its statechart XState",
  machineLoadsNothing,
  code,
  [[file("src/machine/step.ts", 'import * as Effect from "effect/Effect"')], [file("src/machine/policy/glob.ts", 'import { sep } from "node:path"')], [file("src/machine/schema.ts", 'import { setup } from "xstate"')]],
  [
    file("src/machine/schema/event.ts", 'import * as Schema from "effect/Schema"'),
    file("src/machine/statechart.ts", 'import { setup } from "xstate"'),
    file("src/machine/step.ts", 'import type { Effect } from "effect"', 'import { go } from "./outcome.ts"')
  ]
)

house(
  "src imports neither tests nor scripts",
  sourcesStayAmongThemselves,
  code,
  [[file("src/effects/llm/llm.ts", 'import { home } from "../../../test/support/home.ts"')], [file("src/runtime/app.ts", 'import "../../scripts/build.ts"')]],
  [file("src/runtime/app.ts", 'import "./session.ts"'), file("test/a.test.ts", 'import "./b.ts"')]
)

house(
  "the harness of the properties is free of vitest",
  harnessIsFreeOfVitest,
  code,
  [[file("test/properties/harness/world.ts", 'import { expect } from "vitest"')], [file("test/properties/harness/world.ts", 'import { test } from "@fast-check/vitest"')]],
  [file("test/properties/holds.ts", 'import { test } from "vitest"'), file("test/properties/harness/world.ts", 'import fc from "fast-check"')]
)

house(
  "no room needs a room that needs it",
  roomsHaveNoCycles,
  code,
  [
    [
      file("src/effects/llm/a.ts", 'import "../tools/b.ts"'),
      file("src/effects/tools/b.ts", 'import type { T } from "../git/c.ts"'),
      file("src/effects/git/c.ts", 'import "../llm/d.ts"')
    ],
    [file("src/runtime/session.ts", 'import "./event-log/a.ts"'), file("src/runtime/event-log/a.ts", 'import "../session.ts"')]
  ],
  [file("src/effects/llm/a.ts", 'import "./b.ts"'), file("src/effects/llm/b.ts", 'import "./a.ts"'), file("src/effects/tools/c.ts", 'import "../llm/a.ts"')]
)

house(
  "each dependency has one door",
  oneDoorEach(doors),
  code,
  [
    [file("src/effects/tools/shell.ts", 'import OpenAI from "openai"')],
    [file("src/runtime/session.ts", 'import type { DatabaseSync } from "node:sqlite"')],
    [file("src/effects/tools/a.ts", 'const { glob } = await import("tinyglobby")'), file("src/effects/tools/b.ts", 'import { glob } from "tinyglobby"')],
    [file("src/machine/step.ts", 'import { setup } from "xstate"')],
    [file("src/runtime/session.ts", 'import * as Runtime from "@effect/platform-node/NodeRuntime"')]
  ],
  [file("src/effects/llm/openai.ts", 'import type { Chat } from "openai/resources"', 'import OpenAI from "openai"'), file("test/a.ts", 'import OpenAI from "openai"')]
)

house(
  "every dependency is in the table of doors",
  everyDependencyHasADoor(doors),
  code,
  [[file("src/effects/a.ts", 'import _ from "lodash/fp"')], [file("src/effects/a.ts", 'import x from "@scope/name"')]],
  [file("src/effects/a.ts", 'import * as Effect from "effect/Effect"', 'import { join } from "node:path"', 'import { diffLines } from "diff"')]
)

house(
  "@effect/platform-node is imported deep",
  platformIsImportedDeep,
  code,
  [[file("src/runtime/app.ts", 'import { NodeRuntime } from "@effect/platform-node"')]],
  [file("src/runtime/app.ts", 'import * as NodeRuntime from "@effect/platform-node/NodeRuntime"')]
)

const long = Array.from({ length: 301 }, (_, index) => `const a${index} = ${index}`)

house(
  "a file past 300 lines says why it is one thing",
  longFilesSayWhy,
  code,
  [[file("src/effects/a.ts", ...long)], [file("src/effects/a.ts", "/** A long file. */", ...long)]],
  [file("src/effects/a.ts", ...long.slice(1)), file("src/effects/a.ts", "/* One table: it is one thing because its rows are read together. */", ...long)]
)

house(
  "nothing is left to do",
  nothingIsLeftToDo,
  [...code, ...texts],
  [[file("src/a.ts", `// TO${""}DO: later`)], [file("specs/a.md", `FIX${""}ME`)]],
  [file("src/a.ts", `const wanted = "TO${""}DO"`, "// all is done")]
)

house(
  "nothing names a place of one machine",
  noPlaceOfThisMachine,
  [...code, ...texts],
  [
    [file("src/a.ts", `const path = "/${"work"}/main"`)],
    [file("specs/a.md", `see /${"tmp"}/notes.md`)],
    [file("README.md", `/${"home"}/ann/loom`)],
    [file("package.json", `"registry": "https://registry.${"npmjs"}.org"`)]
  ],
  [file("src/a.ts", 'const path = join(tmpdir(), "a")', 'const part = "src/work/a"', "const home = `${root}/work/x`")]
)

house(
  "names say what things are",
  namesSayWhatThingsAre,
  code,
  [
    [file("src/a.ts", "export const LlmLive = 1")],
    [file("src/a.ts", "class SessionManager {}")],
    [file("src/a.ts", "const parseHelper = 1")],
    [file("src/a.ts", "const GitImpl = 1")],
    [file("src/effects/utils.ts", "export const a = 1")]
  ],
  [file("src/a.ts", "// the manager helps", 'const text = "SessionManager"', "const alive = isLive(delivery)")]
)

house(
  "a switch in the machine names each case",
  switchesNameEachCase,
  source,
  [[file("src/machine/a.ts", "switch (x) {", "  default:", "    return 1", "}")]],
  [file("src/machine/a.ts", "export default x", 'const text = "default:"'), file("src/effects/a.ts", "switch (x) { default: }")]
)

house(
  "what the machine exports is told in a sentence",
  exportsAreTold,
  source,
  [
    [file("src/machine/a.ts", "", "export const a = 1")],
    [file("src/machine/states/a.ts", "/** One. */", "const b = 1", "export interface A {}")]
  ],
  [
    file(
      "src/machine/a.ts",
      "/** One. */",
      "export const a = 1",
      "/** Two. */",
      'export type A = B["name"]',
      "export type AOf<N> = Extract<A, N>"
    ),
    file("src/machine/schema/a.ts", "export const A = 1"),
    file("src/effects/a.ts", "export const a = 1")
  ]
)

house(
  "classes are services and errors",
  classesAreServicesAndErrors,
  code,
  [[file("src/a.ts", "export class Session {")], [file("src/a.ts", "class Dog extends Animal {")]],
  [file("src/a.ts", "class A extends Context.Service<A, {}>() {}", 'class B extends Data.TaggedError("B")<{}> {}', "class C extends Schema.TaggedError<C>() {}", "// class D")]
)

test("what is checked is there: the whole tree was read", () => {
  expect(source.length).toBeGreaterThan(60)
  expect(texts.map(({ path }) => path)).toEqual(expect.arrayContaining(["README.md", "package.json"]))
})

test("every dependency has its door, and somebody who goes through it", () => {
  const { dependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { readonly dependencies: Record<string, string> }
  const used = new Set(source.flatMap((each) => importsOf(each).map(({ from }) => dependencyOf(from))))
  expect(Object.keys(dependencies).filter((name) => !used.has(name) || !["effect", ...doors.map(({ dependency }) => dependency)].includes(name))).toEqual([])
})
