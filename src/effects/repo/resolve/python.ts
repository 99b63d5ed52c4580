import { dirname, join } from "node:path/posix"
import { upwards, type Places } from "./places.ts"
import type { Resolve } from "./resolver.ts"

/** Modules beside the file or in a directory above it, in `src` or `lib`; of a package, the module that is taken from it, or its `__init__.py`. */
export const python: Resolve = (from, { specifier, names }, places) => {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0
  const path = specifier.slice(dots).replaceAll(".", "/")
  const here = dirname(from)
  const tops = dots > 0 ? [upwards(here)[dots - 1] ?? "."] : [...upwards(here), "src", "lib"]
  for (const top of tops) {
    const found = moduleAt(join(top, path), names, places)
    if (found !== null) return found
  }
  return null
}

const moduleAt = (path: string, names: readonly string[], { has }: Places): string | null => {
  const whole = [`${path}.py`, `${path}.pyi`].find(has)
  if (whole !== undefined) return whole
  const part = names.map((name) => join(path, `${name}.py`)).find(has)
  return part ?? [join(path, "__init__.py"), join(path, "__init__.pyi")].find(has) ?? null
}
