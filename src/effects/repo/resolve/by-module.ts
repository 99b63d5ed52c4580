import { basename, dirname, join } from "node:path/posix"
import { closest, upwards, type Places } from "./places.ts"
import type { Resolve } from "./resolver.ts"

/** Languages whose imports name modules, which name files by custom. */

const JVM = ["java", "kt", "scala"]

/** Packages are directories, and a class has a file of its name, or lies in a class that has; a function of Kotlin or Scala lies in none that could be told. */
export const java: Resolve = (_from, { specifier }, places) => {
  const names = specifier.split(".")
  for (let length = names.length; length > 1 && length > names.length - 3; length--) {
    const path = names.slice(0, length).join("/")
    const last = names[length - 1] as string
    if (!/^[\p{Lu}_$]/u.test(last)) continue
    const found = JVM.flatMap((ending) => places.named(`${last}.${ending}`).filter((each) => `/${each}`.endsWith(`/${path}.${ending}`)))[0]
    if (found !== undefined) return found
    const near = JVM.map((ending) => closest(places.named(`${last}.${ending}`), `${path}.${ending}`)).find((each) => each !== null)
    if (near !== undefined) return near
  }
  return null
}

/** Modules by the names that they are defined under. */
export const elixir: Resolve = (_from, { specifier }, { moduleNamed }) => moduleNamed(specifier)

/** `crate`, `self` and `super` begin in the crate or the module of the file; a crate of the same repository goes by its name. */
export const rust: Resolve = (from, { specifier }, places) => {
  const here = moduleDirectory(from)
  if (specifier.startsWith("mod ")) return moduleAt(here, [specifier.slice(4)], places, false)
  const [first = "", ...rest] = specifier.split("::").filter((part) => part !== "")
  switch (first) {
    case "crate":
      return moduleAt(crateDirectory(from, places), rest, places)
    case "self":
      return moduleAt(here, rest, places)
    case "super": {
      const ups = rest.findIndex((part) => part !== "super")
      const above = upwards(here)[ups < 0 ? rest.length + 1 : ups + 1]
      return above === undefined ? null : moduleAt(above, ups < 0 ? [] : rest.slice(ups), places)
    }
  }
  const crate = places
    .settings("Cargo.toml")
    .find(({ text }) => /^\[package\][^[]*?^name\s*=\s*"([^"]+)"/ms.exec(text)?.[1]?.replaceAll("-", "_") === first)
  return crate === undefined ? moduleAt(here, [first, ...rest], places, false) : moduleAt(join(crate.directory, "src"), rest, places)
}

/** Where the modules of a file lie. */
const moduleDirectory = (file: string): string => (/^(?:mod|lib|main)\.rs$/.test(basename(file)) ? dirname(file) : file.replace(/\.rs$/, ""))

/** The `src` beside the nearest `Cargo.toml`, or the topmost directory with a `lib.rs` or `main.rs`. */
const crateDirectory = (from: string, { has }: Places): string => {
  const top = upwards(dirname(from)).find((directory) => has(join(directory, "Cargo.toml")))
  if (top !== undefined) return join(top, "src")
  return upwards(dirname(from)).find((directory) => has(join(directory, "lib.rs")) || has(join(directory, "main.rs"))) ?? "src"
}

/** The longest part of a path that is a module; where none is, the crate or module that it begins in. */
const moduleAt = (directory: string, parts: readonly string[], { has }: Places, orBeginning = true): string | null => {
  for (let length = parts.length; length > 0; length--) {
    const path = join(directory, ...parts.slice(0, length))
    const found = [`${path}.rs`, join(path, "mod.rs")].find(has)
    if (found !== undefined) return found
  }
  return orBeginning
    ? ([join(directory, "lib.rs"), join(directory, "main.rs"), join(directory, "mod.rs"), `${directory}.rs`].find(has) ?? null)
    : null
}
