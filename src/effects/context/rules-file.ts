import type { Session, ToolCall } from "../../machine/session.ts"
import type { Gathered } from "../gathered.ts"
import { foldersOfCalls, foldersTouched, type Touched } from "./folders-touched.ts"
import { textInside } from "./text-inside.ts"

/** Files in which people write down for an agent how they work; the first that is there holds. */
export const RULES_FILES: readonly string[] = ["LOOM.md", "AGENTS.md", "CLAUDE.md"]

/** Units: bytes. */
export const RULES_BYTES_MAX = 32 * 1024

/** The rules files of the root and of each folder that the session has to do with, from the root down. */
export const gatherAllRules = (session: Session): readonly Gathered[] => rulesOf(session, foldersTouched(session))

/** Those of the folders that some calls came to, and of all that they lie in; nothing where they stayed at the root. */
export const gatherRulesOf = (session: Session, calls: readonly ToolCall[]): readonly Gathered[] => {
  const folders = foldersOfCalls(session, calls)
  return folders.length < 2 ? [] : rulesOf(session, folders)
}

const rulesOf = (session: Session, folders: readonly Touched[]): readonly Gathered[] =>
  folders.map(({ root, folder }) => gatherRules(root, folder, root === session.opened.roots[0] ? "" : `${root}/`))

/**
 * The rules file of a workspace, or of a folder of it, marked as what it is. One that leads outside the workspace is not read.
 * Shape: `folder` relative to the root, empty for itself; `shown` stands before the name that the model reads.
 */
export const gatherRules = (root: string, folder = "", shown = ""): Gathered => {
  for (const file of RULES_FILES) {
    const path = folder === "" ? file : `${folder}/${file}`
    const name = `${shown}${path}`
    const found = textInside(root, path, RULES_BYTES_MAX)
    if (found === null) continue
    if ("refused" in found) return { missing: `${name}: ${found.refused}` }
    const text = found.cut ? `${found.text}\n\n[cut here: the file has more than ${RULES_BYTES_MAX / 1024} kB]` : found.text
    return { fragment: text.trim() === "" ? null : { source: name, text: marked(name, folder === "" ? "" : ` in ${shown}${folder}`, text) } }
  }
  return { fragment: null }
}

const marked = (name: string, where: string, text: string): string =>
  `<instructions file="${inTag(name)}">\nHow the people of this workspace want you to work${where}:\n\n${text.trimEnd()}\n</instructions>`

/** A name cannot end the tag that it stands in. */
const inTag = (name: string): string => name.replaceAll(/[<>"\n]/g, "?")
