import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** Loom's own version, from the `package.json` above this file, which the build copies beside it. */
export const version = (): string => manifest().version

const manifest = (): { readonly version: string } => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const text = readIfThere(join(folder, "package.json"))
    if (text !== null) return JSON.parse(text) as { readonly version: string }
  }
  return { version: "unknown" }
}

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // Not in this folder: the one above is asked next.
    return null
  }
}
