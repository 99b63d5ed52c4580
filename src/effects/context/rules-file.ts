import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs"
import { join } from "node:path"
import type { ContextFragment } from "../../machine/event.ts"
import { errorCode, reasonOf } from "../os/problem.ts"
import { isInside } from "../os/path.ts"

/** Files in which people write down for an agent how they work; the first that is there holds. */
export const RULES_FILES: readonly string[] = ["LOOM.md", "AGENTS.md", "CLAUDE.md"]

/** Units: bytes. */
export const RULES_BYTES_MAX = 32 * 1024

/** What a source gives: a fragment, nothing, or why it could not. */
export type Gathered = { readonly fragment: ContextFragment | null } | { readonly missing: string }

/** The rules file of the workspace, marked as what it is. One that leads outside the workspace is not read. */
export const gatherRules = (root: string): Gathered => {
  for (const name of RULES_FILES) {
    try {
      const path = realpathSync.native(join(root, name))
      if (!isInside(root, path)) return { missing: `${name}: it leads outside the workspace` }
      const text = beginningOf(path)
      if (text === null) return { missing: `${name}: it is no regular file` }
      return { fragment: text.trim() === "" ? null : { source: name, text: marked(name, text) } }
    } catch (thrown) {
      if (errorCode(thrown) !== "ENOENT") return { missing: `${name}: ${reasonOf(thrown)}` }
    }
  }
  return { fragment: null }
}

const marked = (name: string, text: string): string =>
  `<instructions file="${name}">\nHow the people of this workspace want you to work:\n\n${text.trimEnd()}\n</instructions>`

/** `null`: it is no regular file. A character that would be cut in two is left out. */
const beginningOf = (path: string): string | null => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) return null
    const buffer = Buffer.allocUnsafe(RULES_BYTES_MAX + 1)
    const count = readSync(fd, buffer, 0, buffer.length, 0)
    const text = new TextDecoder().decode(buffer.subarray(0, Math.min(count, RULES_BYTES_MAX)), { stream: true })
    return count <= RULES_BYTES_MAX ? text : `${text}\n\n[cut here: the file has more than ${RULES_BYTES_MAX / 1024} kB]`
  } finally {
    closeSync(fd)
  }
}
