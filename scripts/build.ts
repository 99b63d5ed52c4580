/** Bundles Loom into `dist/`, split so that a command loads only what it needs. `npm ci` runs this. */
import { cpSync, rmSync } from "node:fs"
import { execFileSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const home = dirname(dirname(fileURLToPath(import.meta.url)))
const out = join(home, "dist")

rmSync(out, { recursive: true, force: true })
await build({
  absWorkingDir: home,
  entryPoints: {
    main: "src/interfaces/cli/main.ts",
    machine: "src/machine/index.ts",
    statechart: "src/machine/statechart.ts",
    schema: "src/machine/schema.ts"
  },
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  external: ["@vscode/ripgrep"],
  // CommonJS packages inside the bundle ask for Node's own modules in their own way.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  minifySyntax: true,
  sourcemap: false,
  logLevel: "warning"
})
cpSync(join(home, "package.json"), join(out, "package.json"))
// The first start fills the compile cache, so that nobody's first session waits for it.
execFileSync(process.execPath, [join(home, "bin", "loom.js"), "--help"], { stdio: "ignore" })
