import { createRequire } from "node:module"
import { join } from "node:path"
import { build } from "esbuild"
import { patching, type Edit } from "../properties/mutants/mutant.ts"

const SOURCES = join(import.meta.dirname, "../../src")

/**
 * What a piece of the source exports, with a fault put into its own text, so that a table can show that it would notice. `exporting` are lines of
 * exports from files of `src`. Errors: rejects where a text to replace is not found exactly once, or its file is no part of it.
 */
export const mutatedModule = async <M>(exporting: string, edits: readonly Edit[]): Promise<M> => {
  const applied = new Set<Edit>()
  const { outputFiles } = await build({
    stdin: { contents: exporting, resolveDir: SOURCES, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    packages: "external",
    target: "es2024",
    tsconfigRaw: { compilerOptions: { strict: true } },
    plugins: [patching(SOURCES, edits, applied)]
  })
  if (applied.size !== edits.length) throw new Error(`make a mutant: ${edits.map(({ file }) => file).join(", ")}: not all are part of it`)
  const module = { exports: {} as M }
  new Function("module", "exports", "require", outputFiles[0]?.text ?? "")(module, module.exports, createRequire(import.meta.url))
  return module.exports
}
