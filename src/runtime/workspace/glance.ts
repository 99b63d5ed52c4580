import { existsSync } from "node:fs"
import { join } from "node:path"
import { RULES_FILES } from "../../effects/context/rules-file.ts"
import { textInside } from "../../effects/context/text-inside.ts"

/** Settings that a workspace brings along, the strongest first. */
export const SETTINGS_FILES: readonly string[] = [".loom/config.toml", ".loom.toml"]

/** Units: bytes. */
export const WORKSPACE_BYTES_MAX = 1024 * 1024

/** Whether a workspace may have a word to say at all: most have none, and then nothing more is loaded. */
export const hasWord = (root: string): boolean => {
  if (SETTINGS_FILES.some((name) => existsSync(join(root, name)))) return true
  for (const name of RULES_FILES) {
    const found = textInside(root, name, WORKSPACE_BYTES_MAX)
    if (found !== null) return "text" in found && /operations/i.test(found.text)
  }
  return false
}
