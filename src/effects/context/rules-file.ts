import type { Gathered } from "../gathered.ts"
import { textInside } from "./text-inside.ts"

/** Files in which people write down for an agent how they work; the first that is there holds. */
export const RULES_FILES: readonly string[] = ["LOOM.md", "AGENTS.md", "CLAUDE.md"]

/** Units: bytes. */
export const RULES_BYTES_MAX = 32 * 1024

/** The rules file of the workspace, marked as what it is. One that leads outside the workspace is not read. */
export const gatherRules = (root: string): Gathered => {
  for (const name of RULES_FILES) {
    const found = textInside(root, name, RULES_BYTES_MAX)
    if (found === null) continue
    if ("refused" in found) return { missing: `${name}: ${found.refused}` }
    const text = found.cut ? `${found.text}\n\n[cut here: the file has more than ${RULES_BYTES_MAX / 1024} kB]` : found.text
    return { fragment: text.trim() === "" ? null : { source: name, text: marked(name, text) } }
  }
  return { fragment: null }
}

const marked = (name: string, text: string): string =>
  `<instructions file="${name}">\nHow the people of this workspace want you to work:\n\n${text.trimEnd()}\n</instructions>`
