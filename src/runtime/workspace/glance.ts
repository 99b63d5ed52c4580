import { existsSync } from "node:fs"
import { join } from "node:path"
import { RULES_FILES } from "../../effects/context/rules-file.ts"
import { textInside } from "../../effects/context/text-inside.ts"
import { rulesFilesBelow, type RulesFiles } from "./rules-files.ts"

/** Settings that a workspace brings along, the strongest first. */
export const SETTINGS_FILES: readonly string[] = [".loom/config.toml", ".loom.toml"]

/** Units: bytes. */
export const WORKSPACE_BYTES_MAX = 1024 * 1024

/** Whether a workspace may have a word to say at all: most have none, and then nothing more is loaded. */
export const hasWord = (root: string, files: RulesFiles = rulesFilesBelow(root)): boolean => {
  if (!files.whole || files.paths.some((path) => speaksOfOperations(root, path))) return true
  if (SETTINGS_FILES.some((name) => existsSync(join(root, name)))) return true
  for (const name of RULES_FILES) {
    if (textInside(root, name, 0) !== null) return speaksOfOperations(root, name)
  }
  return false
}

const speaksOfOperations = (root: string, path: string): boolean => {
  const found = textInside(root, path, WORKSPACE_BYTES_MAX)
  return found !== null && "text" in found && /operations/i.test(found.text)
}
