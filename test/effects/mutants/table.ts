import { build, type Plugin } from "esbuild"
import { mkdtempSync, symlinkSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect } from "vitest"
import { patching, type Edit } from "../../properties/mutants/mutant.ts"

/*
 * Runs a test file as it stands over code with a fault in it. The file and all of ours that it imports become one module, in which the
 * words of `vitest` only collect its cases: they are run here, one after the other, until one fails.
 */

const REPOSITORY = join(import.meta.dirname, "../../..")

/** A fault that a table must notice. */
export interface TableMutant {
  /** What the faulty code does, in words. */
  readonly does: string
  readonly edits: readonly Edit[]
}

/** A fault in one place of a file below `src`. */
export const fault = (does: string, file: string, find: string, put: string): TableMutant => ({ does, edits: [{ file, find, put }] })

interface Case {
  readonly name: string
  readonly run: () => unknown
}

interface Table {
  readonly cases: readonly Case[]
  readonly begin: readonly (() => unknown)[]
  readonly end: readonly (() => unknown)[]
}

/** The first case of a table that fails over code with these faults, by its place and name; `null` where all hold. */
export const firstFailing = async (file: string, { edits }: TableMutant): Promise<{ readonly index: number; readonly name: string } | null> => {
  const { cases, begin, end } = await loadTable(file, edits)
  try {
    for (const each of begin) await each()
    for (const [index, { name, run }] of cases.entries()) if (await fails(run)) return { index, name }
    return null
  } finally {
    for (const each of end.toReversed()) await each()
  }
}

/** Whether one case holds over the code as it is: else it says nothing about a fault. */
export const holdsWithout = async (file: string, index: number): Promise<boolean> => {
  const { cases, begin } = await soundTable(file)
  for (const each of begin.splice(0)) await each()
  const { run } = cases[index] as Case
  return !(await fails(run))
}

const soundTables = new Map<string, Promise<Table & { readonly begin: (() => unknown)[] }>>()

const soundTable = (file: string) => {
  const loading = soundTables.get(file) ?? loadTable(file, []).then((table) => ({ ...table, begin: [...table.begin] }))
  soundTables.set(file, loading)
  return loading
}

/** Ends what the tables without a fault began. */
export const endSoundTables = async (): Promise<void> => {
  for (const loading of soundTables.values()) for (const each of (await loading).end.toReversed()) await each()
}

const fails = async (run: () => unknown): Promise<boolean> => {
  try {
    await run()
    return false
  } catch {
    // That is what is looked for.
    return true
  }
}

const require = createRequire(import.meta.url)
let tables = 0
let folder: string | null = null

const loadTable = async (file: string, edits: readonly Edit[]): Promise<Table> => {
  folder ??= folderBesideModules()
  const applied = new Set<Edit>()
  const outfile = join(folder, `table-${++tables}.mjs`)
  await build({
    entryPoints: [join(REPOSITORY, file)],
    bundle: true,
    outfile,
    format: "esm",
    platform: "node",
    target: "es2024",
    packages: "external",
    logLevel: "error",
    alias: { vitest: join(import.meta.dirname, "collector.ts") },
    plugins: [shared, patching(join(REPOSITORY, "src"), edits, applied)]
  })
  if (applied.size !== edits.length) throw new Error(`put a fault into what ${file} tests: ${edits.map((edit) => edit.file).join(", ")} is not part of it`)
  const collected: { cases: Case[]; begin: (() => unknown)[]; end: (() => unknown)[] } = { cases: [], begin: [], end: [] }
  const world = globalThis as { loomTable?: typeof collected & { readonly expect: unknown } }
  world.loomTable = { ...collected, expect }
  require(outfile)
  delete world.loomTable
  return collected
}

/** The grammar of the shell takes long to load and is never at fault: all tables have the same. */
const shared: Plugin = {
  name: "shared",
  setup: ({ onResolve }) => onResolve({ filter: /\/os\/grammar\.ts$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), external: true }))
}

/** Modules are found from where the file stands. */
const folderBesideModules = (): string => {
  const made = mkdtempSync(join(tmpdir(), "loom-mutants-"))
  symlinkSync(join(REPOSITORY, "node_modules"), join(made, "node_modules"))
  return made
}
