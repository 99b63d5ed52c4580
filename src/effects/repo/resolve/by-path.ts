import { dirname, join } from "node:path/posix"
import { closest, upwards, type Places } from "./places.ts"
import type { Resolve } from "./resolver.ts"

/** Languages whose imports name files or directories. */

const first = (paths: readonly string[], { has }: Places): string | null => paths.find(has) ?? null

const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

/** Beside the file, where headers usually are, or the one that ends so. */
export const c: Resolve = (from, { specifier }, places) => {
  const isSystem = specifier.startsWith("<")
  const path = specifier.replace(/^<(.*)>$/, "$1")
  const beside = isSystem ? [] : [join(dirname(from), path)]
  const found = first(
    [...beside, ...upwards(dirname(from)).flatMap((top) => [join(top, path), join(top, "include", path), join(top, "src", path)])],
    places
  )
  return found ?? (isSystem && !path.includes("/") ? null : closest(places.named(lastName(path)), path))
}

export const bash: Resolve = (from, { specifier }, places) =>
  first(specifier.startsWith("/") ? [] : [join(dirname(from), specifier), join(specifier)], places)

/** `require_relative` begins with a dot here; what does not is looked for in the `lib` of every directory above. */
export const ruby: Resolve = (from, { specifier }, places) => {
  const ends = specifier.endsWith(".rb") ? [specifier] : [`${specifier}.rb`]
  const here = dirname(from)
  const tops = specifier.startsWith(".") ? [here] : upwards(here).flatMap((top) => [join(top, "lib"), top, join(top, "app")])
  return first(tops.flatMap((top) => ends.map((end) => join(top, end))), places)
}

export const lua: Resolve = (from, { specifier }, places) => {
  const path = specifier.endsWith(".lua") ? specifier.slice(0, -4) : specifier.replaceAll(".", "/")
  const tops = upwards(dirname(from)).flatMap((top) => [top, join(top, "lua"), join(top, "src"), join(top, "lib")])
  return first(tops.flatMap((top) => [join(top, `${path}.lua`), join(top, path, "init.lua")]), places)
}

/** Below the directory of a `go.mod` that says the beginning of the path. A package is a directory: its file of the same name stands for it, or its first. */
export const go: Resolve = (_from, { specifier }, places) => {
  for (const { directory, text } of places.settings("go.mod")) {
    const module = /^module\s+"?([^\s"]+)/m.exec(text)?.[1]
    if (module === undefined || (specifier !== module && !specifier.startsWith(`${module}/`))) continue
    const inside = join(directory, specifier.slice(module.length + 1))
    const files = places.inDirectory(inside).filter((path) => path.endsWith(".go") && !path.endsWith("_test.go"))
    return files.find((path) => lastName(path) === `${lastName(specifier)}.go`) ?? files[0] ?? null
  }
  return null
}

/** A name's last parts are those of its file, as PSR-4 has it; a path is one from the file or from the root. */
export const php: Resolve = (from, { specifier }, places) => {
  if (!specifier.includes("\\") && /[/.]/.test(specifier))
    return first([join(dirname(from), `./${specifier}`), join(specifier.replace(/^\/+/, ""))], places)
  const path = `${specifier.replaceAll("\\", "/")}.php`
  return closest(places.named(lastName(path)), path)
}

/** `package:` is the `lib` of the package that says that name. */
export const dart: Resolve = (from, { specifier }, places) => {
  const [, name, path] = /^package:([^/]+)\/(.+)$/.exec(specifier) ?? []
  if (name === undefined || path === undefined) return first(specifier.includes(":") ? [] : [join(dirname(from), specifier)], places)
  const tops = places
    .settings("pubspec.yaml")
    .filter(({ text }) => new RegExp(`^name:\\s*["']?${name.replaceAll(/\W/g, ".")}["']?\\s*$`, "m").test(text))
  return first(
    tops.map(({ directory }) => join(directory, "lib", path)),
    places
  )
}
