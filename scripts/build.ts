/** Bundles Loom into `dist/`, split so that a command loads only what it needs. `npm ci` runs this. */
import { cpSync, existsSync, renameSync, rmSync } from "node:fs"
import { execFileSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const home = dirname(dirname(fileURLToPath(import.meta.url)))
const out = join(home, "dist")
// Made beside and put in place whole, so that a loom that starts meanwhile finds the old one or the new one.
const draft = join(home, `dist.${process.pid}.new`)
const old = join(home, `dist.${process.pid}.old`)

await build({
  absWorkingDir: home,
  entryPoints: {
    main: "src/interfaces/cli/main.ts",
    machine: "src/machine/index.ts",
    statechart: "src/machine/statechart.ts",
    schema: "src/machine/schema.ts"
  },
  outdir: draft,
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
cpSync(join(home, "package.json"), join(draft, "package.json"))
if (existsSync(out)) renameSync(out, old)
renameSync(draft, out)
rmSync(old, { recursive: true, force: true })
// The first start fills the compile cache, so that nobody's first session waits for it.
execFileSync(process.execPath, [join(home, "bin", "loom.js"), "--help"], { stdio: "ignore" })
