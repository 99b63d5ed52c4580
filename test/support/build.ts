import { execFileSync } from "node:child_process"
import { cpSync, existsSync, globSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** What is tested is a copy, as an installation is one: whoever builds meanwhile does not pull it away. */
const copy = join(home, "node_modules", ".loom-under-test")
/** The stub that people start; whole-process tests start it too. */
export const copyPath = join(copy, "bin", "loom.js")

/** Before any test: what is bundled is what the sources say. After all of them: nothing is left in the temporary directory. */
export default function setup(): () => void {
  const main = join(home, "dist", "main.js")
  const builtAt = existsSync(main) ? statSync(main).mtimeMs : 0
  const sources = globSync(["src/**/*.ts", "scripts/*.ts", "test/{testing,contract,properties/harness}/**/*.ts", "package.json"], { cwd: home })
  if (sources.some((path) => statSync(join(home, path)).mtimeMs > builtAt)) execFileSync(process.execPath, [join(home, "scripts", "build.ts")], { stdio: "inherit" })
  rmSync(copy, { recursive: true, force: true })
  for (const part of ["bin", "dist", "examples", "package.json"]) cpSync(join(home, part), join(copy, part), { recursive: true })
  const root = mkdtempSync(join(tmpdir(), "loom-tests-"))
  process.env["TMPDIR"] = process.env["TESTS_ROOT"] = root
  return () => rmSync(root, { recursive: true, force: true, maxRetries: 3 })
}
