/** Bundles Loom into `dist/`, split so that a command loads only what it needs. `npm ci` runs this. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build, type BuildOptions } from "esbuild"
import { encodingFiles } from "../src/effects/llm/encoding.ts"
import { grammarFiles } from "../src/effects/os/grammar.ts"
import { builtins } from "./builtins.ts"
import { fillCompileCache } from "./compile-cache.ts"
import { writeDeclarations } from "./declarations.ts"
import { gather } from "./gather.ts"
import { withoutResources } from "./without-resources.ts"

const home = dirname(dirname(fileURLToPath(import.meta.url)))
const out = join(home, "dist")
// Made beside and put in place whole, so that a loom that starts meanwhile finds the old one or the new one.
const draft = join(home, `dist.${process.pid}.new`)
const old = join(home, `dist.${process.pid}.old`)

const common: BuildOptions = {
  absWorkingDir: home,
  outdir: draft,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  sourcemap: false,
  logLevel: "warning",
  // The parser of shell lines has a way to evaluate code of grammars that ours do not go.
  logOverride: { "direct-eval": "silent" }
}

/** What programs import; their types are declared from the same files. */
const programs = {
  machine: "src/machine/index.ts",
  statechart: "src/machine/statechart.ts",
  schema: "src/machine/schema.ts",
  replay: "src/runtime/replay/index.ts",
  testing: "test/testing/index.ts",
  "testing-arbitraries": "test/testing/arbitraries.ts",
  "testing-effect": "test/testing/effect.ts"
}

// Apart from the command line: a chunk that both share would hold what only one of them needs. Effect is the program's own, so that
// what it makes with it and what it gets from here are of one kind.
await build({
  ...common,
  entryPoints: programs,
  external: ["effect", "fast-check", "@vscode/ripgrep"],
  minifySyntax: true
})
const declared = writeDeclarations(home, Object.values(programs), join(draft, "types"))

const { metafile } = await build({
  ...common,
  metafile: true,
  entryPoints: { main: "src/interfaces/cli/main.ts" },
  external: ["@vscode/ripgrep"],
  plugins: [builtins, withoutResources],
  inject: ["scripts/plain-web.ts"],
  // CommonJS packages inside the bundle ask for Node's own modules in their own way.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  minifySyntax: true,
  minifyWhitespace: true
})
// The thread of `loom verify` and the process of the map are whole in themselves: what they shared with the command line would be a piece of its own, for every start to find.
await build({
  ...common,
  splitting: false,
  entryPoints: {
    "verify-worker": "src/runtime/replay/verify-worker.ts",
    "map-process": "src/effects/repo/map-process.ts",
    "map-thread": "src/effects/repo/map-thread.ts"
  },
  plugins: [builtins, withoutResources],
  minifySyntax: true,
  minifyWhitespace: true
})

// The doors of the model servers stay apart: a session opens one of them.
await gather(draft, "main.js", metafile, ["src/interfaces/cli/main.ts", "src/interfaces/cli/one-shot.ts"])

await declared
for (const [file, from] of Object.entries(grammarFiles())) cpSync(from, join(draft, file))
for (const [file, packed] of Object.entries(encodingFiles())) {
  mkdirSync(dirname(join(draft, file)), { recursive: true })
  writeFileSync(join(draft, file), packed)
}
cpSync(join(home, "package.json"), join(draft, "package.json"))
if (existsSync(out)) renameSync(out, old)
renameSync(draft, out)
rmSync(old, { recursive: true, force: true })
await fillCompileCache(home)
