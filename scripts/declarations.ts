import { execFile } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { promisify } from "node:util"

/**
 * Writes what programs that import Loom need to check their types: a declaration for each file that an entry point reaches.
 * Errors: rejects with what the compiler printed.
 */
export const writeDeclarations = async (home: string, entries: readonly string[], out: string): Promise<void> => {
  // Where nobody takes it for one of ours while it is there, and from where types are found as from the repository.
  const project = join(home, "node_modules", `.loom-types.${process.pid}.json`)
  writeFileSync(project, JSON.stringify(settings(home, entries, out)))
  try {
    await promisify(execFile)(process.execPath, [compiler, "-p", project])
  } catch (error) {
    throw new Error(`declare the types of ${entries.join(", ")}: ${String((error as { readonly stdout?: unknown }).stdout ?? error)}`, { cause: error })
  } finally {
    rmSync(project, { force: true })
  }
}

const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc")

const settings = (home: string, entries: readonly string[], out: string) => ({
  extends: join(home, "tsconfig.json"),
  compilerOptions: { noEmit: false, emitDeclarationOnly: true, declaration: true, noCheck: true, rootDir: home, outDir: out },
  include: [],
  files: entries.map((entry) => join(home, entry))
})
