import { builtinModules } from "node:module"
import type { Plugin } from "esbuild"

/**
 * Takes Node's own modules by `process.getBuiltinModule`. An `import` of one makes a module of every name it exports, and so loads
 * what stands behind each: all of `fetch` with `node:http`, all of WebCrypto with `node:crypto`.
 */
export const builtins: Plugin = {
  name: "builtins",
  setup(build) {
    build.onResolve({ filter: /^[a-z_:/]+$/ }, ({ path, kind, importer }) => {
      const name = path.replace(/^node:/, "")
      const isOurs = kind === "import-statement" && NAMES.has(name) && !THEIRS.test(importer)
      return isOurs ? { path: name, namespace: "builtin", sideEffects: false } : undefined
    })
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({ contents: moduleOf(path), loader: "js" }))
  }
}

/** Others take a module whole, and then nothing of it would fall away; what they load is needed late, or never. */
const THEIRS = /node_modules\/(?!effect\/)/

/** `node:module` itself stays: the banner needs it before anything else. */
const NAMES = new Set([...builtinModules.map((name) => name.replace(/^node:/, "")), "sqlite"].filter((name) => name !== "module"))

/** Each name by itself, so that what nobody uses falls away. */
const moduleOf = (name: string): string => {
  const exported = Object.keys(process.getBuiltinModule(`node:${name}`) ?? {}).filter((key) => /^[A-Za-z]\w*$/.test(key) && key !== "default")
  return [
    `const builtin = process.getBuiltinModule("node:${name}")`,
    "export default builtin",
    "const taken = (name) => builtin[name]",
    ...exported.map((name) => `const builtin_${name} = /* @__PURE__ */ taken("${name}")\nexport { builtin_${name} as ${name} }`)
  ].join("\n")
}
