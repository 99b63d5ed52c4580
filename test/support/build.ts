import { execFileSync } from "node:child_process"
import { existsSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The stub that people start; whole-process tests start it too. */
export const loomPath = join(home, "bin", "loom.js")

/** Before any test: what is bundled is what the sources say. After all of them: nothing is left in the temporary directory. */
export default function setup(): () => void {
  const main = join(home, "dist", "main.js")
  const builtAt = existsSync(main) ? statSync(main).mtimeMs : 0
  const sources = globSync(["src/**/*.ts", "scripts/build.ts", "package.json"], { cwd: home })
  if (sources.some((path) => statSync(join(home, path)).mtimeMs > builtAt)) execFileSync(process.execPath, [join(home, "scripts", "build.ts")], { stdio: "inherit" })
  const root = mkdtempSync(join(tmpdir(), "loom-tests-"))
  process.env["TMPDIR"] = root
  return () => rmSync(root, { recursive: true, force: true, maxRetries: 3 })
}
