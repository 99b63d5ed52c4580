import { readdirSync, type Dirent } from "node:fs"
import { join } from "node:path"
import { RULES_FILES } from "../../effects/context/rules-file.ts"
import { isFilledByTools } from "../../effects/git/choose.ts"
import { findRepository } from "../../effects/git/repository.ts"

/** Folders that are looked into for rules files: in a repository, and elsewhere, which may be a whole home. */
export const FOLDERS_MAX = 4000
export const FOLDERS_MAX_ELSEWHERE = 400

/** The rules files below the root of a workspace. */
export interface RulesFiles {
  /** Relative, with `/`; one a folder, the first name that holds; from the root down, by name. */
  readonly paths: readonly string[]
  /** Whether every folder was looked into. */
  readonly whole: boolean
}

/**
 * Finds the rules files of the folders below a workspace, those next to its root first. Links are not followed; folders that
 * tools fill (`node_modules` and its like) are not looked into.
 */
export const rulesFilesBelow = (root: string): RulesFiles => {
  const foldersMax = findRepository(root) === null ? FOLDERS_MAX_ELSEWHERE : FOLDERS_MAX
  const folders = [""]
  const paths: string[] = []
  for (let index = 0; index < folders.length; index++) {
    if (index === foldersMax) return { paths, whole: false }
    const folder = folders[index] as string
    const entries = entriesOf(join(root, folder))
    const rules = RULES_FILES.find((name) => entries.some((entry) => entry.name === name))
    if (rules !== undefined && folder !== "") paths.push(`${folder}/${rules}`)
    const inside = entries
      .filter((entry) => entry.isDirectory() && entry.name !== ".git" && !isFilledByTools(entry.name))
      .map(({ name }) => (folder === "" ? name : `${folder}/${name}`))
    folders.push(...inside.sort((one, other) => (one < other ? -1 : 1)))
  }
  return { paths, whole: true }
}

const entriesOf = (folder: string): readonly Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // It vanished or may not be read: then no rules of it can be.
    return []
  }
}
