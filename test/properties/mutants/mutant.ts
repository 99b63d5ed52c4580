import { build, type Plugin } from "esbuild"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Machine } from "../harness/machine.ts"

/** A fault to be put into the machine's own text, so that a law can show that it would notice. */
export interface Mutant {
  /** The law that must find it. */
  readonly law: string
  /** What the faulty machine does, in words. */
  readonly does: string
  readonly edits: readonly Edit[]
}

/** Replaces the one place where `find` stands in a file of `src/machine`. */
export interface Edit {
  readonly file: string
  readonly find: string
  readonly put: string
}

/** A mutant with one edit, the usual kind. */
export const mutant = (law: string, does: string, file: string, find: string, put: string): Mutant => ({ law, does, edits: [{ file, find, put }] })

const MACHINE = join(import.meta.dirname, "../../../src/machine")

/** The machine with the fault in it, built in memory. Errors: rejects where the text to replace is not found exactly once. */
export const machineWith = async ({ does, edits }: Mutant): Promise<Machine> => {
  const applied = new Set<Edit>()
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: MACHINE, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    target: "es2024",
    tsconfigRaw: { compilerOptions: { strict: true } },
    plugins: [patching(MACHINE, edits, applied)]
  })
  if (applied.size !== edits.length) throw new Error(`make the mutant that ${does}: ${edits.length - applied.size} of its files are not part of the machine`)
  const module = { exports: {} as Machine }
  new Function("module", "exports", outputFiles[0]?.text ?? "")(module, module.exports)
  return module.exports
}

const ENTRY = 'export { initial, step } from "./step.ts"\nexport { canonicalRequest } from "./request.ts"'

/** Applies the edits to the files of a folder as they are read. */
export const patching = (folder: string, edits: readonly Edit[], applied: Set<Edit>): Plugin => ({
  name: "patch",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8")
      const mine = edits.filter(({ file }) => path === join(folder, file))
      mine.forEach((edit) => applied.add(edit))
      return { contents: mine.reduce(patched, text), loader: "ts" }
    })
  }
})

const patched = (text: string, { file, find, put }: Edit): string => {
  const count = text.split(find).length - 1
  if (count !== 1) throw new Error(`patch ${file}: the text to replace occurs ${count} times; make the mutant true to the code again:\n${find}`)
  return text.replace(find, () => put)
}
