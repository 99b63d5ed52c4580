import type { CompletedCall } from "../../machine/state.ts"
import { objectOf } from "../../machine/request.ts"
import { locate } from "../os/path.ts"
import type { FileChange } from "./tree-diff.ts"

/** Tools that change the files their arguments name, and nothing else. */
const FILE_TOOLS: ReadonlySet<string> = new Set(["file_write", "file_edit", "apply_patch"])

/**
 * The changes of a batch that are the agent's. File tools say which file they change. Of a command nobody can tell, so
 * all that changed while it ran counts as its work.
 */
export const changesOfAgent = (root: string, completed: readonly CompletedCall[], changes: readonly FileChange[]): readonly FileChange[] => {
  const changing = completed.filter(({ changes, status }) => changes && !NEVER_RAN.has(status))
  if (changing.some(({ call }) => !FILE_TOOLS.has(call.name))) return changes
  const paths = new Set(changing.map(({ call }) => pathOf(root, call.arguments)))
  return changes.filter(({ path }) => paths.has(path))
}

const NEVER_RAN: ReadonlySet<string> = new Set(["denied", "invalid", "not-started", "cut-short"])

/** Relative to the root, every link followed; empty where the arguments name no path that can be followed. */
const pathOf = (root: string, json: string): string => {
  const { path } = objectOf(json)
  if (typeof path !== "string") return ""
  try {
    return locate([root], path).shown
  } catch {
    // Then the call could not have changed it either.
    return ""
  }
}
