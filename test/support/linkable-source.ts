import { transform } from "esbuild"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, extname, join } from "node:path"
import { pathToFileURL } from "node:url"
import { isModuleNamespaceObject } from "node:util/types"
import { compileFunction } from "node:vm"

/** A file of ours as code that asks for what it imports, so that something else can be given to it. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly code: string
  /** Paths of our files that it imports, now or later. */
  readonly ours: readonly string[]
  readonly packages: readonly string[]
}

/** The file as it is; read and made ready once. */
export const sourceAt = (path: string): Promise<Source> => {
  const making = ready.get(path) ?? readFile(path, "utf8").then((text) => sourceOf(path, text))
  ready.set(path, making)
  return making
}
const ready = new Map<string, Promise<Source>>()

/** The file as if this were its text. */
export const sourceOf = async (path: string, text: string): Promise<Source> => {
  const { code } = await transform(text, {
    loader: extname(path) === ".json" ? "json" : "ts",
    format: "cjs",
    platform: "node",
    target: "es2024",
    supported: { "dynamic-import": false },
    define: { "import.meta": "meta" },
    tsconfigRaw: { compilerOptions: { strict: true } }
  })
  const names = Array.from(code.matchAll(/\brequire\("([^"]+)"\)/g), ([, name = ""]) => name)
  const ours = names.filter((name) => name.startsWith(".")).map((name) => join(dirname(path), name))
  return { path, text, code: linked(code), ours, packages: names.filter((name) => !name.startsWith(".")) }
}

/** What another module exports is used as it is: copies of it take long to make, and once more as long to use. */
const linked = (code: string): string => code.replaceAll("__toESM(require(", "(imported(").replace("module.exports = __toCommonJS(stdin_exports)", "module.exports = stdin_exports")

/** Runs it as the body of a module. `given`: what else than the package of a name it shall have, and each file of ours. */
export const evaluate = ({ path, code }: Source, module: { exports: object }, given: (name: string) => object | undefined): void => {
  const packages = createRequire(path)
  const require = (name: string): object => given(name) ?? (packages(name) as object)
  const imported = (name: string): object => {
    const exports = require(name)
    return isModuleNamespaceObject(exports) || (name.startsWith(".") && !name.endsWith(".json")) ? exports : { ...exports, default: exports }
  }
  const meta = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path), resolve: (name: string) => pathToFileURL(packages.resolve(name)).href }
  // Compiled for each mutant: what the engine learned from running one would not fit the next.
  compileFunction(code, ["require", "imported", "module", "meta"], { filename: path })(require, imported, module, meta)
}
